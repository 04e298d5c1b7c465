from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lianzhen.accounts"
    label = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        from lianzhen.accounts.holdings import GRANTED_ROLES
        from lianzhen.accounts.models import RoleGrant, User
        from lianzhen.accounts.standing import register_holdings
        from lianzhen.trail import track

        track(User, leave_out=["password", "large_text", "pinyin", "initials"])
        track(RoleGrant)
        register_holdings(GRANTED_ROLES)

"""The roof: home pages, search, settings pages, the admin panel and the commands."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RoofConfig(AppConfig):
    name = "lianzhen"
    label = "roof"
    verbose_name = "联村工作平台"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        # `account_book` among them: its receiver tells the watchers of every grant.
        from lianzhen import account_book, account_importing, calendar_importing  # noqa: F401
        from lianzhen.context import forget_town
        from lianzhen.town.models import CalendarYear, Town

        account_importing.register_kinds()
        calendar_importing.register_kinds()
        for model in (Town, CalendarYear):
            for signal in (post_save, post_delete):
                signal.connect(forget_town, sender=model, dispatch_uid=f"frame-{model.__name__}-{id(signal)}")


class TownAdminConfig(AdminConfig):
    """Django's admin with our own site: index at a glance, rights by role."""

    default_site = "lianzhen.adminsite.TownAdminSite"

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "lianzhen.notices"
    label = "notices"
    verbose_name = "消息与意见"

    def ready(self) -> None:
        from lianzhen.notices.models import Feedback
        from lianzhen.trail import track

        track(Feedback)

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "appraisal"
    verbose_name = "联村工作"

    def ready(self) -> None:
        from appraisal.models import TRACKED
        from lianzhen.trail import track

        for model in TRACKED:
            track(model)

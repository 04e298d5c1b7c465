from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "lianzhen.importing"
    label = "importing"
    verbose_name = "导入"

    def ready(self) -> None:
        from lianzhen.importing import touching

        touching.listen()

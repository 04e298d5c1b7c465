from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "lianzhen.pages"
    label = "pages"
    verbose_name = "页面"

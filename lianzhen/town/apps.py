from django.apps import AppConfig


class TownConfig(AppConfig):
    name = "lianzhen.town"
    label = "town"
    verbose_name = "镇"

    def ready(self) -> None:
        from lianzhen.town.models import CalendarDay, CalendarYear, Department, Town
        from lianzhen.trail import track

        for model in (Town, Department, CalendarDay, CalendarYear):
            track(model)

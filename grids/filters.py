"""Filters of the grid lists. The same object narrows the screen, the print and the export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from grids.models import Grid
from lianzhen.pages.days import AsOfFilter
from lianzhen.pages.filters import text_filter
from villages.filters_places import NO_DISTRICT
from villages.models import Village
from villages.models.terms import stood_in_village_on


class GridFilter(filters.FilterSet):
    """Needs rows from `with_current_head` with the alias `lacks_kind` (`coverage.lacks_any`), both as of the day
    of `on` where one is asked for.

    The villages are read once, for both selects, and never again to check what was chosen.
    """

    STATES = (
        ("current", "现有网格"),
        ("headed", "有网格长"),
        ("vacant", "暂无网格长"),
        ("lacking", "有缺项"),
        ("ended", "已撤并"),
    )

    q = text_filter("村、网格长或手机号后四位", "search")
    district = filters.ChoiceFilter(
        label="片区", field_name="village__group", empty_label="全部片区", null_label="未划片区", null_value=NO_DISTRICT
    )
    village = filters.ChoiceFilter(label="村", field_name="village", empty_label="全部村")
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)
    on = AsOfFilter()

    class Meta:
        model = Grid
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else None
        if data is not None and data.get("state", "") == "":
            data["state"] = "current"
        super().__init__(data, *args, **kwargs)
        villages = list(self._villages())
        groups = {v.group_id: v.group for v in villages if v.group_id}
        ordered = sorted(groups.values(), key=lambda group: (group.position, group.pk))
        self.filters["district"].extra["choices"] = [(str(g.pk), g.district_name) for g in ordered]
        self.filters["village"].extra["choices"] = [(str(v.pk), v.name) for v in villages]

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        typed = value.strip()
        if not typed:
            return rows
        if len(typed) == 4 and typed.isdigit():
            return rows.filter(term_now__person__phone_tail=typed)
        sound = typed.lower().replace(" ", "")
        found = Q(name__icontains=typed) | Q(code__startswith=typed)
        for path in ("village", "term_now__person"):
            found |= Q(**{f"{path}__name__icontains": typed})
            found |= Q(**{f"{path}__pinyin__startswith": sound}) | Q(**{f"{path}__initials__startswith": sound})
        return rows.filter(found)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        asked = self.form.cleaned_data.get("on")
        if value == "ended":
            return rows.filter(ended_on__lte=asked.day) if asked else rows.filter(ended_on__isnull=False)
        rows = rows.filter(stood_in_village_on(asked.day)) if asked else rows.current()
        if value == "vacant":
            return rows.filter(head_term_id=None)
        if value == "headed":
            return rows.filter(head_term_id__isnull=False)
        return rows.filter(lacks_kind=True) if value == "lacking" else rows

    def _villages(self) -> QuerySet[Village]:
        """Villages of the grids that the user sees, with their districts."""
        seen = Grid.objects.visible_to(self.request.user)
        return Village.objects.filter(pk__in=seen.values("village_id")).select_related("group")


class CoverageFilter(GridFilter):
    """The coverage view speaks of grids that exist."""

    STATES = (("current", "全部网格"), ("lacking", "有缺项"))

    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label=None)

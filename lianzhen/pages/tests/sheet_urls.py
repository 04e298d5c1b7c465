"""Two pages with a sheet, for tests alone: people keyed from a list (open), groups from a paper form (fixed)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lianzhen.importing import cells
from lianzhen.pages.forms import DayField, PageForm
from lianzhen.pages.sheet_pages import sheet_page
from lianzhen.pages.sheets import Line, Row, Sheet, SheetColumn, known_by
from lianzhen.trail import acting
from villages.actions import people
from villages.actions.villager_groups import change_villager_group
from villages.models import Village, VillagerGroup


class DayForm(PageForm):
    day = DayField(label="登记日期")


def open_sheet(request: HttpRequest) -> HttpResponse:
    columns = (
        SheetColumn("village", "村", known=known_by(Village.objects.order_by("code"), "name"), required=True),
        SheetColumn("name", "姓名", parse=cells.name(20), required=True),
        SheetColumn("phone", "手机号", parse=cells.phone, pattern="1[0-9]{10}", width=14),
        SheetColumn("note", "说明", parse=cells.words(20), width=20),
    )

    def save(values: dict[str, Any], row: Row) -> Any:
        facts = {name: value for name, value in row.values.items() if value is not None}
        if facts["name"] == "拒绝":
            raise ValidationError({"name": "请填写真实姓名。"})
        return people.add_person(by=request.user, **facts)

    return sheet_page(
        request,
        DayForm(request.POST or None),
        Sheet(request.POST or None, columns, caption="人员名单", size=5),
        save=save,
        done=lambda saved: ("/people/", f"已登记{len(saved)}人。"),
        context={"heading": "录入人员", "submit": "登记人员", "cancel_url": "/people/"},
        around=lambda: acting(by=request.user, action="test.sheet", label="录入人员"),
    )


def fixed_sheet(request: HttpRequest) -> HttpResponse:
    columns = (
        SheetColumn("households", "户数", parse=cells.whole(1, 500), pattern="[0-9]{1,3}", width=5, numeric=True),
        SheetColumn("population", "人口", parse=cells.whole(1, 5000), pattern="[0-9]{1,4}", width=5, numeric=True),
    )
    lines = [
        Line(str(group.pk), f"{group.village}{group}", initial=texts(group), note=group.village.code, about=group)
        for group in VillagerGroup.objects.select_related("village").order_by("village__code", "number")
    ]

    def save(values: dict[str, Any], row: Row) -> Any:
        facts = {name: row.values[name] for name in row.changed}
        return change_villager_group(group=row.line.about, by=request.user, **facts)

    return sheet_page(
        request,
        PageForm(request.POST or None),
        Sheet(request.POST or None, columns, caption="户数和人口", lines=lines, lines_title="村民小组"),
        save=save,
        done=lambda saved: ("/villages/", f"已保存{len(saved)}个组。"),
        context={"heading": "录入户数"},
    )


def texts(group: VillagerGroup) -> dict[str, str]:
    return {name: str(getattr(group, name) or "") for name in ("households", "population")}


urlpatterns = [
    path("sheet/open/", open_sheet),
    path("sheet/fixed/", fixed_sheet),
    path("", include("lianzhen.urls")),
]

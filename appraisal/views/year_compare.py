"""年考核对比: the districts of one year, and each team over the years."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.linkage import Mean
from appraisal.models import AnnualGrade
from appraisal.permissions_years import see_years
from appraisal.rules.base import change_in_marks, marks
from appraisal.views.years import asked_year, page_url, under
from appraisal.year_compare import WHOLE_TOWN, Comparison, District, VillageYears, comparison
from lianzhen.accounts.roles import TOWN_WIDE
from lianzhen.pages.computed import ComputedFilterSet, ComputedRows
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, Table, link_to, plain_table
from lianzhen.wording import number
from villages.models import LiaisonTeam, Village


class CompareRow:
    """A line of the list; what it orders by lies flat: `score2018`, `grade2018`."""

    def __init__(self, own: VillageYears, years: tuple[int, ...], *, seen: bool) -> None:
        self.seen = seen
        self.pk, self.name, self.pinyin = own.pk, own.name, own.pinyin
        self.district, self.place, self.code = own.district, own.place, own.code
        self.change = own.change(years[-1])
        for year in years:
            setattr(self, f"score{year}", own.score(year))
            setattr(self, f"grade{year}", own.grade(year))


class CompareFilter(ComputedFilterSet):
    district = filters.ChoiceFilter(label="片区", method="by_district", empty_label="全部片区")

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: ComputedRows | None = None, **more: Any) -> None:
        super().__init__(data, queryset=queryset, **more)
        offered = sorted({(row.place, row.district) for row in self.queryset})
        self.filters["district"].extra["choices"] = [(name, name) for _, name in offered]

    def by_district(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: row.district == value)


# --- The list -----------------------------------------------------------------------------------------
def columns(found: Comparison) -> list[Column]:
    shown = [
        Column(
            "team",
            "村",
            lambda r: r.name,
            show=lambda r: link_to("village", r.pk, r.name) if r.seen else r.name,
            sort=["pinyin"],
            head=True,
        ),
        Column("district", "片区", lambda r: r.district, sort=["place", "code"], secondary=True),
    ]
    for year in reversed(found.years):
        if not any(year in one.years for one in found.rows):
            continue
        now = year == found.year
        shown.append(_score(year, secondary=not now))
        if any(one.grade(year) for one in found.rows):
            shown.append(_grade(year, secondary=not now))
        if now and any(one.change(year) is not None for one in found.rows):
            shown.append(_change())
    return shown


def _score(year: int, *, secondary: bool) -> Column:
    key = f"score{year}"
    return Column(
        key,
        f"{year}年得分",
        lambda r: getattr(r, key),
        show=lambda r: marks(getattr(r, key)),
        sort=[key],
        kind="number",
        secondary=secondary,
    )


def _grade(year: int, *, secondary: bool) -> Column:
    key = f"grade{year}"
    return Column(key, f"{year}年等次", lambda r: getattr(r, key), secondary=secondary)


def _change() -> Column:
    return Column(
        "change",
        "较上年",
        lambda r: r.change,
        show=lambda r: change_in_marks(r.change),
        sort=["change"],
        kind="number",
        secondary=True,
    )


# --- Districts ----------------------------------------------------------------------------------------
def of_year(found: Comparison) -> Table:
    """Mean score, grades and points of the districts in the year, the whole town last."""
    districts = found.districts(found.year)
    grades = [grade for grade in found.terms.choices if districts[-1].count(grade)] if found.terms else []

    def mean(key: str, title: str, of: Any) -> Column:
        return Column(
            key, title, lambda d: of(d).value, show=lambda d: marks(of(d).value), kind="number", secondary=True
        )

    def count(grade: str) -> Column:
        return Column(grade, f"{grade}（个）", lambda d: d.count(grade), kind="number")

    shown = [
        Column("district", "片区", lambda d: d.name, head=True),
        Column("teams", "工作组（个）", lambda d: d.teams, kind="number"),
        Column("mean", "年度平均分", lambda d: d.mean, show=lambda d: marks(d.mean), kind="number"),
        *[count(grade) for grade in grades],
        mean("deducted", "组均扣分", deducted),
        mean("bonus", "组均加分", bonus),
    ]
    rows = districts if districts[-1].teams else []
    return plain_table(f"{found.year}年各片区（分）", shown, rows, empty_text="这一年还没有定稿的月份。")


def deducted(district: District) -> Mean:
    return district.deducted


def bonus(district: District) -> Mean:
    return district.bonus


def over_years(found: Comparison) -> Table:
    """Means of the districts over the years."""
    years = [year for year in reversed(found.years) if any(year in one.years for one in found.rows)]
    means = {year: {one.name: one.mean for one in found.districts(year)} for year in years}
    # In the order of the districts; those of former years that are no more stand before the whole town.
    names = list(dict.fromkeys(name for year in years for name in means[year] if name != WHOLE_TOWN))

    def of(year: int) -> Column:
        return Column(
            str(year),
            f"{year}年",
            lambda name: means[year].get(name),
            show=lambda name: marks(means[year].get(name)),
            kind="number",
        )

    shown = [Column("district", "片区", lambda name: name, head=True), *[of(year) for year in years]]
    return plain_table("各片区历年平均分（分）", shown, [*names, WHOLE_TOWN] if names else [])


# --- The page -----------------------------------------------------------------------------------------
@guarded(see_years, methods=LIST_METHODS)
def year_compare(request: HttpRequest, year: int) -> HttpResponse:
    """Sealed months are known to all staff; grades to the town once decided, to all once announced."""
    asked_year(year)
    found = comparison(year, only_told=not request.user.standing.has(*TOWN_WIDE))
    seen = set(Village.objects.visible_to(request.user).values_list("pk", flat=True))
    rows = [CompareRow(one, found.years, seen=one.pk in seen) for one in found.rows]
    page = ListPage(
        request,
        ComputedRows(AnnualGrade, rows),
        columns(found),
        title=f"{year}年考核对比",
        order=["place", "code"],
        filterset=CompareFilter,
        count=lambda n: f"共{number(n)}个村",
        empty_text="这几年还没有定稿的月份。",
        context={
            **under(year),
            "year": year,
            "previous": reverse("year_compare", args=[year - 1]),
            "following": reverse("year_compare", args=[year + 1]) if year < timezone.localdate().year else "",
            "year_url": page_url(year),
            "of_year": of_year(found),
            "over_years": over_years(found),
            "note": note(found),
        },
    )
    return page.respond("appraisal/year_compare.html")


def note(found: Comparison) -> str:
    """What the year's figures rest on."""
    own = found.assessments.get(found.year)
    if own is not None and own.state != own.State.SUMMARY:
        return "年度得分按提交党委评定时的定稿得分"
    if not found.months:
        return "这一年还没有定稿的月份"
    return f"按已定稿的{number(found.months)}个月计算，提交党委评定后不再变动"

"""试算: a version applied to months that have been judged, old and new side by side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.models import AppraisalMonth, Scheme
from appraisal.permissions_schemes import try_schemes
from appraisal.rules.base import change_in_points, in_points
from appraisal.scheme_trial import TeamTrial, Trial, try_out
from appraisal.views.schemes import find_with_terms, under
from lianzhen.pages.computed import ComputedRows
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table
from lianzhen.periods import Month
from lianzhen.wording import MINUS, money

#: Months tried out at once.
MOST_MONTHS = 12


class TrialForm(forms.Form):
    """Which of the months that have been opened; the last ones where the address names none."""

    since = forms.ChoiceField(label="从", required=False)
    until = forms.ChoiceField(label="到", required=False)

    def __init__(self, data: Any, *, offered: list[Month]) -> None:
        # The address says from and until; `from` is no name for a field.
        keys = [one.key for one in offered]
        last = data.get("until") or (keys[-1] if keys else "")
        first = data.get("from") or last
        super().__init__({"since": first, "until": last})
        for name in ("since", "until"):
            self.fields[name].choices = [(one.key, one.title) for one in reversed(offered)]
            self.fields[name].error_messages["invalid_choice"] = "请从列出的月份中选择。"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("since") and data.get("until"):
            first, last = Month.parse(data["since"]), Month.parse(data["until"])
            if first > last:
                self.add_error("until", "“到”的月份不能早于“从”的月份。")
            elif (last.year - first.year) * 12 + last.number - first.number >= MOST_MONTHS:
                self.add_error("until", f"一次最多试算{MOST_MONTHS}个月。")
        return data

    def covers(self, row: AppraisalMonth) -> bool:
        key = Month.of(row.month).key
        return self.cleaned_data["since"] <= key <= self.cleaned_data["until"]


@guarded(try_schemes, find=find_with_terms, methods=LIST_METHODS)
def scheme_trial(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """Reads and works out; nothing is written. A POST brings the comparison of all teams as a workbook."""
    rows = list(AppraisalMonth.objects.order_by("month"))
    form = TrialForm(request.GET, offered=[Month.of(row.month) for row in rows])
    query = _query(request)
    context = {**under(scheme), "scheme": scheme, "form": form, "has_months": bool(rows)}
    status = 200
    if rows and form.is_valid():
        asked = request.GET.get("team", "")
        team = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
        trial = try_out(scheme, [row for row in rows if form.covers(row)], timezone.localdate(), team)
        if request.method == "POST":
            return _workbook(request, trial, query)
        context |= _shown(trial, query, team)
    elif rows:
        status = 422
    return render(request, "appraisal/scheme_trial.html", context, status=status)


def _workbook(request: HttpRequest, trial: Trial, query: str) -> HttpResponse:
    months = [Month.of(row.month).title for row in trial.months]
    told = months[0] if len(months) == 1 else f"{months[0]}至{months[-1]}"
    title = f"{trial.scheme}试算（{told}）"
    return ListPage(request, ComputedRows(Scheme, trial.rows), columns(trial, query), title=title, order=[]).respond()


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("team", None)
    return query.urlencode()


def _shown(trial: Trial, query: str, team: int | None) -> dict[str, Any]:
    several = len(trial.months) > 1
    chosen = next((row for row in trial.rows if row.team.pk == team), None)
    facts: dict[str, Any] = {
        "trial": trial,
        "export_url": f"?{query}",
        "several": several,
        "moved_count": sum(bool(row.change) for row in trial.rows),
        "place_count": sum(bool(row.places_gained) for row in trial.rows),
        "table": plain_table("各工作组试算对照", columns(trial, query), trial.rows),
        "unmatched": plain_table("没有计入试算的记录", UNMATCHED, trial.unmatched, totals=False),
        "chosen": chosen,
    }
    if chosen is not None:
        facts["month_table"] = plain_table("逐月对照", MONTHS, trial.months_of_team, totals=False)
        facts["line_table"] = plain_table(
            "逐条对照", LINES, trial.lines_of_team, empty_text="这段时间没有扣分和加分记录。", totals=False
        )
    return facts


def money_change(row: TeamTrial) -> str:
    change = row.money_change
    return f"+{money(change)}" if change > 0 else money(change).replace("-", MINUS)


def _place_change(row: TeamTrial) -> str:
    gained = row.places_gained
    return "" if not gained else f"（{'升' if gained > 0 else '降'}{abs(gained)}）"


def columns(trial: Trial, query: str) -> tuple[Column, ...]:
    def team_link(row: TeamTrial) -> Any:
        page = reverse("scheme_trial", args=[trial.scheme.pk])
        return link(f"{page}?{query}&team={row.team.pk}#team", row.team.name)

    score = "平均得分" if len(trial.months) > 1 else "得分"
    return (
        Column("team", "联村工作组", lambda r: r.team.name, show=team_link, head=True),
        Column("district", "片区", lambda r: r.district, secondary=True),
        Column(
            "before", f"原{score}", lambda r: r.before.score, show=lambda r: in_points(r.before.score), kind="number"
        ),
        Column(
            "after", f"试算{score}", lambda r: r.after.score, show=lambda r: in_points(r.after.score), kind="number"
        ),
        Column("change", "变化", lambda r: r.change, show=lambda r: change_in_points(r.change), kind="number"),
        Column("old_place", "原名次", lambda r: r.before.place.number, show=lambda r: r.before.place.text),
        Column(
            "new_place",
            "试算名次",
            lambda r: r.after.place.number,
            show=lambda r: format_html("{}{}", r.after.place.text, _place_change(r)),
        ),
        Column("old_money", "原补助", lambda r: r.before.money, show=lambda r: money(r.before.money), kind="money"),
        Column("new_money", "试算补助", lambda r: r.after.money, show=lambda r: money(r.after.money), kind="money"),
        Column("money_change", "补助变化", lambda r: r.money_change, show=money_change, kind="money"),
        Column("moved", "主要由哪些条款引起", lambda r: r.moved_sentence),
    )


UNMATCHED: tuple[Column, ...] = (
    Column("number", "编号", lambda u: u.number, kind="code", head=True),
    Column("month", "月份", lambda u: u.month.title),
    Column("clause", "条款号", lambda u: u.clause),
    Column("reason", "原因", lambda u: u.reason),
)
MONTHS: tuple[Column, ...] = (
    Column("month", "月份", lambda m: m.month.title, head=True),
    Column("before", "原得分", lambda m: in_points(m.before), kind="number"),
    Column("after", "试算得分", lambda m: in_points(m.after), kind="number"),
    Column("change", "变化", lambda m: change_in_points(m.after - m.before), kind="number"),
)


LINES: tuple[Column, ...] = (
    Column("number", "编号", lambda one: one.number, kind="code", head=True),
    Column("month", "月份", lambda one: one.month.title),
    Column("clause", "条款号", lambda one: one.clause),
    Column("before", "原分值", lambda one: in_points(one.before), kind="number"),
    Column("after", "试算分值", lambda line: in_points(line.after), kind="number"),
)

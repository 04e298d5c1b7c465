"""概况: the facts of a village, who answers for it today or on another day, its cadres, what it grows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen import phones
from lianzhen.pages.forms import DayField
from lianzhen.pages.tables import Column, Table, plain_table
from lianzhen.wording import full_date, number, term
from villages.answering import Answering, Holding, Named
from villages.extensions import Section
from villages.history import changed_at
from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovernance, Speciality, Village
from villages.permissions import appoint_cadres, keep_village, see_village_life
from villages.views.cells import person_cell, row_links

#: Facts of the village page: field, label, unit.
FACTS = (
    ("code", "统计代码", ""),
    ("kind", "类别", ""),
    ("group", "片区", ""),
    ("population", "人口", "人"),
    ("households", "户数", "户"),
    ("group_count", "村民小组", "个"),
    ("arable_mu", "耕地", "亩"),
    ("party_members", "党员", "名"),
    ("motto", "村训", ""),
    ("address", "村部地址", ""),
    ("office_phone", "村部电话", ""),
    ("founded_on", "设立日期", ""),
)


class OnDayForm(forms.Form):
    """Who answered on another day."""

    on = DayField(label="查看某一天由谁负责", required=False)


SPECIALITY_COLUMNS = (
    Column("name", "产业", lambda s: s.name, head=True),
    Column("area", "面积（亩）", lambda s: s.area_mu, kind="number"),
    Column("output", "产量", lambda s: _output(s), kind="number"),
    Column("note", "说明", lambda s: s.note, secondary=True),
)


def overview(request: HttpRequest, village: Village) -> dict[str, Any]:
    today = timezone.localdate()
    asked = OnDayForm(request.GET or None)
    on = (asked.cleaned_data["on"] if asked.is_valid() else None) or today
    cadres = in_order(cadre_terms(village))
    teams, alone = list(village.teams.all()), list(village.self_governance.all())
    return {
        "facts": facts(village),
        "on": on,
        "is_today": on == today,
        "on_form": asked,
        "answering": answering_of(on, cadres, teams, alone, leading(village, on)[:1]),
        "self_governance": next((t for t in alone if t.ends_on is None), None),
        "management_history": _management_history(teams, alone, today),
        "cadres": plain_table(
            "村干部",
            cadre_columns(request, village),
            [c for c in cadres if c.covers(today)],
            empty_text="还没有登记村干部。",
        ),
        "specialities": plain_table(
            "特色产业",
            _speciality_columns(request, village),
            village.specialities.current(),
            empty_text="还没有登记特色产业。登记名称、面积和产量后，会印在村档案里。",
        ),
        "links": see_village_life(request.user),
    }


def facts(village: Village) -> list[tuple[str, Any]]:
    """Every fact with its unit and the day it was last changed; an unknown one has no value."""
    changed = changed_at(village)
    rows = []
    for field, label, unit in FACTS:
        value = _fact(village, field)
        if value and field in changed:
            day = full_date(timezone.localtime(changed[field]).date())
            value = format_html('{}{} <span class="muted small nowrap">更新于{}</span>', value, unit, day)
        elif value:
            value = f"{value}{unit}"
        rows.append((label, value))
    return rows


def _fact(village: Village, field: str) -> str:
    value = getattr(village, field)
    if value is None or value == "":
        return ""
    if field == "kind":
        return village.get_kind_display()
    if field == "group":
        return value.district_name
    if field == "office_phone":
        return phones.readable(value)
    if isinstance(value, date):
        return full_date(value)
    return value if isinstance(value, str) else number(value)


def leading(village: Village, on: date) -> QuerySet[Posting]:
    """The posting of the team's leader or the instructor on the day."""
    wanted = Q(team__village=village, is_leader=True) | Q(village=village)
    return Posting.objects.on(on).filter(wanted).select_related("person")


def answering_of(
    on: date,
    cadres: list[CadreTerm],
    teams: list[LiaisonTeam],
    alone: list[SelfGovernance],
    postings: Iterable[Posting],
) -> Answering:
    """Who answered on the day, from what the page has read anyway; `postings` are those of `leading`."""
    secretaries = (c for c in cadres if c.position == CadreTerm.Position.SECRETARY and c.covers(on))
    return Answering(
        self_governance=next((t for t in alone if t.covers(on)), None),
        team_id=next((t.pk for t in teams if t.covers(on)), None),
        posting=_held(next(iter(postings), None)),
        secretary=_held(next(secretaries, None)),
    )


def _held(term: Posting | CadreTerm | None) -> Holding | None:
    return term and Holding(Named(term.person_id, term.person.name), term.starts_on, term.ends_on)


def _management_history(teams: list[LiaisonTeam], alone: list[SelfGovernance], today: date) -> list[dict[str, Any]]:
    """Teams and self-governance one after the other, newest first."""
    lines = [
        {
            "when": term(t.starts_on, t.ends_on, today),
            "label": "联村工作组",
            "url": reverse("team", args=[t.pk]),
            "row": t,
        }
        for t in teams
    ]
    for t in alone:
        decision = f"{full_date(t.decided_on)}党委研究，{t.basis}"
        lines.append({"when": term(t.starts_on, t.ends_on, today), "label": "村为主自治", "text": decision, "row": t})
    for line in lines:
        line["reason"] = line["row"].end_reason
    return sorted(lines, key=lambda line: line["row"].starts_on, reverse=True)


def cadre_terms(village: Village) -> QuerySet[CadreTerm]:
    return CadreTerm.objects.filter(village=village).select_related("person")


def in_order(cadres: Iterable[CadreTerm]) -> list[CadreTerm]:
    """In that of the posts."""
    order = {position: place for place, position in enumerate(CadreTerm.Position.values)}
    return sorted(cadres, key=lambda c: (order.get(c.position, 99), c.starts_on))


def cadre_columns(request: HttpRequest, village: Village) -> tuple[Column, ...]:
    links = bool(see_village_life(request.user))
    columns = [
        Column("position", "职务", lambda c: c.get_position_display(), head=True),
        Column("person", "姓名", lambda c: c.person.name, show=lambda c: person_cell(c.person, links)),
    ]
    if links:
        columns.append(Column("phone", "手机号", lambda c: c.person.masked_phone, kind="phone", secondary=True))
    columns += [
        Column("starts_on", "任职起", lambda c: c.starts_on, kind="date"),
        Column("subsidised", "村定补", lambda c: c.is_subsidised, secondary=True),
    ]
    if appoint_cadres(request.user, village):
        columns.append(Column("act", "办理", lambda c: "", show=_cadre_links, screen_only=True))
    return tuple(columns)


def _cadre_links(cadre: CadreTerm) -> Any:
    return row_links(
        ("更换", reverse("cadre_replace", args=[cadre.pk])),
        ("离任", reverse("cadre_end", args=[cadre.pk])),
        ("更正", reverse("cadre_edit", args=[cadre.pk])),
    )


def _output(speciality: Speciality) -> str | None:
    if speciality.output is None:
        return None
    return f"{number(speciality.output)}{speciality.output_unit}"


def _speciality_columns(request: HttpRequest, village: Village) -> tuple[Column, ...]:
    updated = Column(
        "updated", "更新于", lambda s: timezone.localtime(s.updated_at).date(), kind="date", secondary=True
    )
    if village.ended_on is not None or not keep_village(request.user, village):
        return (*SPECIALITY_COLUMNS, updated)
    return (*SPECIALITY_COLUMNS, updated, Column("act", "办理", lambda s: "", show=_speciality_links, screen_only=True))


def _speciality_links(speciality: Speciality) -> Any:
    return row_links(
        ("修改", reverse("speciality_edit", args=[speciality.pk])),
        ("停止", reverse("speciality_end", args=[speciality.pk])),
    )


def overview_dossier(request: HttpRequest, village: Village) -> Section:
    columns = [c for c in cadre_columns(request, village) if c.key != "act"]

    def tables(cadres: list[CadreTerm], specialities: list[Speciality]) -> list[Table]:
        return [
            plain_table("村干部", columns, in_order(cadres), empty_text="还没有登记村干部。"),
            plain_table("特色产业", SPECIALITY_COLUMNS, specialities, empty_text="没有登记特色产业。"),
        ]

    return Section([cadre_terms(village).on(timezone.localdate()), village.specialities.current()], tables)

"""Who serves in a team, and who served on a day: what the pages of teams ask of the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from lianzhen.trail.models import AuditEntry
from lianzhen.wording import full_date, long_date, number
from villages.models import DutyPlan, LiaisonTeam, Posting

#: After every numbered district.
NO_DISTRICT = 32767


def day_that_counts(today: date, path: str = "") -> Case:
    """The day on which a team is looked at in a list: today; its last day when it has ended; its first when
    it has not begun."""
    return Case(
        When(**{f"{path}ends_on__lt": today}, then=F(f"{path}ends_on")),
        When(**{f"{path}starts_on__gt": today}, then=F(f"{path}starts_on")),
        default=Value(today),
        output_field=DateField(),
    )


def with_service(rows: QuerySet, today: date) -> QuerySet:
    """Teams with `leader_name` (and its sound) and `member_count` of the day that counts, and the lists
    `leading` and `planned` for it. Two queries beyond the teams' own."""
    counting = Q(starts_on__lte=F("day")) & (Q(ends_on=None) | Q(ends_on__gte=F("day")))
    serving = Posting.objects.alias(day=day_that_counts(today, "team__")).filter(counting)
    plans = DutyPlan.objects.alias(day=day_that_counts(today, "team__")).filter(counting)
    here = serving.filter(team=OuterRef("pk")).order_by()
    leaders = here.filter(is_leader=True)
    members = here.filter(is_leader=False).values("team").annotate(n=Count("pk")).values("n")
    return rows.annotate(
        leader_name=Subquery(leaders.values("person__name")[:1]),
        leader_pinyin=Subquery(leaders.values("person__pinyin")[:1]),
        leader_initials=Subquery(leaders.values("person__initials")[:1]),
        member_count=Coalesce(Subquery(members), 0),
        district_place=Coalesce("village__group__position", NO_DISTRICT),
    ).prefetch_related(
        Prefetch("postings", serving.filter(is_leader=True).select_related("person"), to_attr="leading"),
        Prefetch("duty_plans", plans, to_attr="planned"),
    )


def state_of(team: LiaisonTeam, today: date, *, led: bool) -> tuple[str, str]:
    """Tone and word of a team's state."""
    if team.ends_on is not None and team.ends_on < today:
        return "off", "已结束"
    if not led:
        return "warn", "暂无组长"
    return ("wait", "未到成立日") if team.starts_on > today else ("done", "在任")


@dataclass(frozen=True)
class Served:
    """Who served in a team on a day: in one sentence, one by one, and where else to look."""

    day: date
    sentence: str
    postings: list[Posting]
    instead: LiaisonTeam | None = None


def served_on(
    day: date,
    team: LiaisonTeam,
    postings: Iterable[Posting],
    plans: Iterable[DutyPlan],
    others: Iterable[LiaisonTeam],
) -> Served:
    """The answer for a team whose postings (with people) and duty plans are at hand; `others` are the
    village's teams of other times. No query."""
    if not team.covers(day):
        instead = next((other for other in others if other.covers(day)), None)
        return Served(day, f"{long_date(day)}，{_not_in_office(team, day)}", [], instead)
    present = [posting for posting in postings if posting.covers(day)]
    leader = next((posting for posting in present if posting.is_leader), None)
    plan = next((plan for plan in plans if plan.covers(day)), None)
    members = len(present) - (1 if leader else 0)
    told = [
        f"组长是{leader.person}" if leader else "没有组长在任",
        f"组员{number(members)}人",
        f"固定办公日为{plan}" if plan else "没有设置固定办公日",
    ]
    return Served(day, f"{long_date(day)}，{'，'.join(told)}。", present)


def _not_in_office(team: LiaisonTeam, day: date) -> str:
    if day < team.starts_on:
        return f"{team}还没有成立（{full_date(team.starts_on)}成立）。"
    return f"{team}已经结束（止于{full_date(team.ends_on)}）。"


def entries_about(records: Sequence[Model], limit: int = 30) -> list[AuditEntry]:
    """The latest entries of the trail about several records, in one query. Entries about another record
    than the first say which one it was."""
    ids: dict[str, list[int]] = {}
    for record in records:
        ids.setdefault(record._meta.label_lower, []).append(record.pk)
    about = Q()
    for model, pks in ids.items():
        about |= Q(model=model, object_id__in=pks)
    entries = list(AuditEntry.objects.filter(about).select_related("by")[:limit])
    for entry in entries:
        if (entry.model, entry.object_id) != (records[0]._meta.label_lower, records[0].pk):
            entry.text = entry.object_label
        for change in entry.changes:
            if change["field"] == "weekdays":
                change |= {when: str(DutyPlan(weekdays=change[when])) for when in ("before", "after")}
    return entries

"""撤并 in one act: a village becomes part of another with everything that is left in it.

Nothing here ends or begins by itself: the kinds (`Carried`) call the actions with which one would do it one by one, in
three steps around the moving of the people. All of it is one transaction and one batch of the trail.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.together import fetch_together
from lianzhen.trail import acting
from lianzhen.trail.gathering import Gathering, Step
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, number
from villages.actions.ending import refuse_twice, remaining
from villages.actions.people import set_facts
from villages.actions.places import end_village
from villages.actions.teams import tell_place
from villages.extensions import Matter, row_page
from villages.merging import Carried, Merger, carried_kinds
from villages.models import Person, Posting, Village

#: Of one kind that stands in the way; the rest is counted.
NAMED = 10
#: The kinds whose number the other village is told.
COUNTED = ("groups", "grids")


@dataclass
class Plan:
    """What would happen, read at one moment. `against` has to be seen to first."""

    merger: Merger
    kinds: list[Carried]
    people: int
    against: list[Matter]

    @property
    def digest(self) -> str:
        """Tells whether somebody who confirms has seen this plan or an older one."""
        said = [(kind.key, kind.lines, kind.effect) for kind in self.kinds]
        merger = self.merger
        whole = (merger.village.pk, merger.into.pk, merger.day, self.people, said)
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def plan_of(merger: Merger) -> Plan:
    """Two queries, and one for each kind of which something stands in the way."""
    kinds = [kind(merger) for kind in carried_kinds()]
    lists = [kind.lists() for kind in kinds]
    found = iter(fetch_together([rows for some in lists for rows in some]))
    for kind, some in zip(kinds, lists, strict=True):
        kind.take(*[next(found) for _ in some])
    carried = {model for kind in kinds for model in kind.models}
    people, against = 0, _refused(merger)
    for rows, count in remaining(merger.village, merger.day):
        if rows.model is Person:
            people = count
        elif rows.model not in carried:
            against += _named(rows, count)
    against += [matter for kind in kinds for matter in kind.against]
    return Plan(merger, kinds, people, against)


def merge_village(
    *,
    village: Village,
    into: Village,
    ended_on: date,
    reason: str,
    by: User | None,
    chosen: dict[str, str] | None = None,
    seen: str = "",
    version: int | None = None,
) -> Village:
    """The village is no more from `ended_on` on and everything in it becomes part of `into`, kind by kind as `chosen`.

    `seen` is the digest of the plan that was confirmed. Raises `ValidationError` when it is another by now, and while
    something stands in the way; `EditConflict` when the village was changed meanwhile.
    """
    with acting(by=by, action="village.merge", label="撤并村", reason=reason):
        village, into = _locked(village, into, version)
        merger = Merger(village, into, ended_on, by, reason, chosen or {})
        plan = plan_of(merger)
        if plan.against:
            raise ValidationError(f"{'；'.join(matter.text for matter in plan.against)}。请先办理，再撤并。")
        if seen and seen != plan.digest:
            raise ValidationError("打开页面以后，村里的情况有变化。请核对下面的最新情况，再确认。")
        for kind in plan.kinds:
            kind.leave()
        for kind in plan.kinds:
            kind.prepare()
        _move_people(merger)
        for kind in plan.kinds:
            kind.settle()
        end_village(village=village, ended_on=ended_on, reason=reason, into=into, by=by)
        _tell(plan)
    village.refresh_from_db()
    return village


def _locked(village: Village, into: Village, version: int | None) -> tuple[Village, Village]:
    """Both, always in the same order: of two mergers at once, whichever way round, one waits for the other."""
    held = {}
    for one in sorted({village, into}, key=lambda one: one.pk):
        held[one.pk] = lock_for_change(one, version if one.pk == village.pk else None)
    refuse_twice(held[village.pk])
    return held[village.pk], held[into.pk]


def _refused(merger: Merger) -> list[Matter]:
    """What no action further down would say in words of this page."""
    village, into, day = merger.village, merger.into, merger.day
    if into.pk == village.pk or into.ended_on is not None:
        raise ValidationError({"into": "请选择另一个现有的村。"})
    if day > timezone.localdate():
        raise ValidationError({"ended_on": "撤并日期不能晚于今天。"})
    late = [one for one in (village, into) if one.founded_on is not None and one.founded_on >= day]
    return [Matter(f"{one}自{full_date(one.founded_on)}起设立，撤并日期须为这一天以后", "") for one in late]


def _named(rows: QuerySet, count: int) -> list[Matter]:
    """Rows of one kind that somebody has to see to first."""
    name, page = str(rows.model._meta.verbose_name), row_page(rows.model)
    if page is None:
        return [Matter(f"{name}（{number(count)}）", "")]
    url, related = page
    told = [Matter(f"{name}：{row}", url(row)) for row in rows.select_related(*related).order_by("pk")[:NAMED]]
    more = count - len(told)
    return [*told, Matter(f"{name}还有{number(more)}项", "")] if more > 0 else told


def _move_people(merger: Merger) -> None:
    """Everybody of the village at once, whoever left the register later as well. What they answered for in the old
    village has ended; what they do elsewhere goes on."""
    village, into = merger.village, merger.into
    step = Step("person.move", "随村并入", merger.told)
    here = Q(village=village) & merger.holding()
    rows = Person.objects.filter(here | Q(party_group__branch__village=village, ended_on=None))
    keys = list(rows.values_list("pk", flat=True))
    with acting(by=merger.by, action=step.action, label=step.label, reason=merger.told) as act:
        gathering = Gathering(merger.by)
        for person in Person.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
            facts = {"party_group": merger.party_groups.get(person.party_group_id)}
            if person.village_id == village.pk:
                facts |= {"village": into, "villager_group": merger.groups.get(person.villager_group_id)}
            with gathering.changing(person, step):
                set_facts(person, facts)
            merger.people[person.pk] = person
        gathering.write(act)


def _tell(plan: Plan) -> None:
    """Whoever works in the village that took over hears of it once."""
    merger = plan.merger
    leaders = Posting.objects.leaders().on(merger.day).filter(team__village=merger.into).select_related("person")
    counted = [kind for kind in plan.kinds if kind.key in COUNTED and kind.moves and kind.lines]
    moved = [f"{kind.title}{number(len(kind.lines))}个" for kind in counted]
    moved += [f"人员{number(plan.people)}人"] if plan.people else []
    what = f"{'、'.join(moved)}随村并入，" if moved else ""
    text = f"{merger.village}自{full_date(merger.day)}起并入{merger.into}。{what}请核对台账。"
    tell_place(merger.into, text, [posting.person for posting in leaders], by=merger.by)

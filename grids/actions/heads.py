"""Who heads a grid. No day has two heads, no day without one is hidden, and no term is overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from grids.actions.grids import head_line, refuse_ended_grid
from grids.models import Grid, GridHeadTerm
from lianzhen import wording
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.versions import EditConflict, lock_for_change
from lianzhen.wording import full_date
from villages.actions.founding import refuse_before
from villages.actions.people import add_person
from villages.actions.records import refuse_stranger, write
from villages.actions.terms import close, day_before, refuse_ended
from villages.models import CadreTerm, Person, Posting, Village


def replace_head(
    *,
    grid: Grid,
    person: Person,
    starts_on: date,
    reason: str,
    by: User | None,
    note: str = "",
    allow_second: bool | None = False,
    version: int | None = None,
    tell_village: bool = True,
) -> GridHeadTerm:
    """更换网格长, or the first head of a grid without one: the old term ends the day before.

    `reason` is a `GridHeadTerm.Reason`; `note` says more and goes to the trail and to the old term.
    `allow_second` lets somebody head a second grid, which is recorded. Without `tell_village` only the heads hear of
    it: the caller tells the village of many at once. `version` is that of
    `heads_as_opened`; raises `EditConflict` when the grid's heads changed meanwhile, and `ValidationError`
    on a day not after the start of the last term, the same person, and somebody not of the village.
    """
    label, why = words_of(reason, note)
    with acting(by=by, action="grid.head", label=label, reason=why) as act:
        grid = _lock_heads(grid, version)
        person = lock_for_change(person)  # so that nobody gets two grids unasked at the same moment
        refuse_stranger(person, grid.village, field="person")
        refuse_before(grid, starts_on)
        last = grid.head_terms.select_related("person").first()
        if last is not None:
            refuse_start(last, person, starts_on)
        others = _other_grids(person, grid, starts_on)
        refuse_second(person, others, allow_second)
        ending = last if last is not None and last.ends_on is None else None
        if ending is not None:
            close(ending, last_day=day_before(starts_on), reason=why[:200])
        term = GridHeadTerm(grid=grid, person=person, starts_on=starts_on, reason=reason)
        write(term, {})
        act.note(grid, [("网格长", head_line(ending) if ending else "", head_line(term))])
        if others:
            act.note(grid, [("允许兼任", "", f"{person}已任{others}")])
        _tell_of_change(grid, ending, term, by, tell_village)
    return term


def appoint_new_person(*, grid: Grid, name: str, phone: str, by: User | None, **appointment: Any) -> GridHeadTerm:
    """Enter somebody in the village's register and make them head: both or neither. Further arguments as
    for `replace_head`.

    Raises `ValidationError` when somebody of that name is there and no telephone number tells them apart.
    """
    with acting(by=by, action="grid.head", label="更换网格长"):
        if not phone:
            same = Person.objects.current().filter(name=name.strip(), village=grid.village)
            refuse_namesake(same.select_related("villager_group").first())
        person = add_person(by=by, name=name.strip(), phone=phone, village=grid.village)
        return replace_head(grid=grid, person=person, by=by, **appointment)


def end_head(*, grid: Grid, last_day: date, reason: str, by: User | None, version: int | None = None) -> GridHeadTerm:
    """The head leaves and nobody follows yet: the grid is vacant from the day after `last_day`."""
    with acting(by=by, action="grid.vacate", label="网格长离任", reason=reason) as act:
        grid = _lock_heads(grid, version)
        term = grid.head_terms.select_related("person").first()
        if term is None:
            raise ValidationError(f"{grid}还没有网格长，不用办理离任。")
        refuse_ended(term, f"{term.person}的任期")
        close(term, last_day=last_day, reason=reason)
        act.note(grid, [("网格长", head_line(term), "暂无")])
        _tell_of_leaving(grid, term, by)
    return term


def correct_head(
    *,
    term: GridHeadTerm,
    starts_on: date,
    ends_on: date | None,
    why: str,
    by: User | None,
    person: Person | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> GridHeadTerm:
    """更正任期: what was entered about a term was wrong. Nobody else's term moves with it; raises
    `ValidationError` when it would reach into one."""
    with acting(by=by, action="grid.head_correct", label="更正网格长任期", reason=why) as act:
        grid = lock_for_change(term.grid)
        refuse_ended_grid(grid)
        term = lock_for_change(term, version)
        before = f"{term.person}：{_span(term)}"
        if person is not None and person.pk != term.person_id:
            refuse_stranger(person, grid.village, field="person")
            term.person = person
        term.starts_on, term.ends_on, term.reason = starts_on, ends_on, reason or term.reason
        term.end_reason = "" if ends_on is None else term.end_reason
        refuse_before(grid, starts_on)
        _refuse_reaching_into_another(term)
        write(term, {})
        after = f"{term.person}：{_span(term)}"
        if after != before:
            act.note(grid, [("网格长任期", before, after)])
    return term


def heads_as_opened(grid: Grid) -> GridHeadTerm:
    """The last term of a grid, for opening a form about its heads; an empty one where there is none. Never
    save it.

    Its `version` is the sum over all terms of the grid: it grows with every change of heads and with
    nothing else, so that correcting a boundary meanwhile disturbs nobody.
    """
    terms = list(grid.head_terms.select_related("person", "updated_by"))
    last = terms[0] if terms else GridHeadTerm()
    last.grid = grid
    last.version = sum(term.version for term in terms)
    return last


# --- Locks and refusals -----------------------------------------------------------------------
def _lock_heads(grid: Grid, version: int | None) -> Grid:
    grid = lock_for_change(grid)
    refuse_ended_grid(grid)
    if version is not None:
        theirs = heads_as_opened(grid)
        if theirs.version != version:
            raise EditConflict(theirs)
    return grid


def words_of(reason: str, note: str) -> tuple[str, str]:
    """What an appointment is called on the trail, and why it was made."""
    label = "确定网格长" if reason == GridHeadTerm.Reason.FIRST else "更换网格长"
    return label, "；".join(part for part in (dict(GridHeadTerm.Reason.choices).get(reason, ""), note.strip()) if part)


def refuse_start(last: GridHeadTerm, person: Person, starts_on: date) -> None:
    since = full_date(last.starts_on)
    if last.ends_on is None and person.pk == last.person_id:
        raise ValidationError({"person": f"{person}已是这个网格的网格长（{since}起），请另选一人。"})
    if starts_on < last.starts_on:
        raise ValidationError({"starts_on": f"起始日期不能早于上一任起始日期（{since}）。"})
    if last.ends_on is not None and starts_on <= last.ends_on:
        until = full_date(last.ends_on)
        raise ValidationError({"starts_on": f"上一任{last.person}任期止于{until}，起始日期应在此之后。"})
    if starts_on == last.starts_on:
        raise ValidationError(
            {"starts_on": f"上一任也从{since}起任，起始日期应晚一天以上；登记有误的，请更正那一段任期。"}
        )


def _refuse_reaching_into_another(term: GridHeadTerm) -> None:
    others = GridHeadTerm.objects.filter(grid=term.grid_id).exclude(pk=term.pk).filter(_not_over(term.starts_on))
    if term.ends_on is not None:
        others = others.filter(starts_on__lte=term.ends_on)
    other = others.select_related("person").order_by("starts_on").first()
    if other is None:
        return
    field = "ends_on" if other.starts_on > term.starts_on else "starts_on"
    raise ValidationError({field: f"与{other.person}的任期（{_span(other)}）重叠，请先更正那一段，或调整日期。"})


def refuse_second(person: Person, others: str, allowed: bool | None) -> None:
    """`others` names the grids that the person heads on or after the day."""
    if others and not allowed:
        raise ValidationError({"allow_second": f"{person}已任{others}，确需兼任请勾选“允许兼任”。"})


def refuse_namesake(same: Person | None) -> None:
    """Raise when somebody of that name is there and no telephone number tells them apart."""
    if same is not None:
        where = f"（{same.villager_group}）" if same.villager_group else ""
        raise ValidationError({"name": f"名单中已有{same}{where}，请从名单中选择；确是同名的另一人，请填写手机号。"})


def _other_grids(person: Person, grid: Grid, since: date) -> str:
    terms = GridHeadTerm.objects.filter(_not_over(since), person=person).exclude(grid=grid)
    return "、".join(term.grid.head_title for term in terms.select_related("grid__village"))


def _not_over(day: date) -> Q:
    return Q(ends_on=None) | Q(ends_on__gte=day)


def _span(term: GridHeadTerm) -> str:
    return wording.term(term.starts_on, term.ends_on)


# --- Who is told ------------------------------------------------------------------------------
def _tell_of_change(
    grid: Grid, ending: GridHeadTerm | None, term: GridHeadTerm, by: User | None, tell_village: bool
) -> None:
    since = full_date(term.starts_on)
    concerned = [term.person.user_id]
    tell(_accounts([term.person.user_id], by), f"您自{since}起任{grid.head_title}。", _page(grid))
    if ending is not None:
        concerned.append(ending.person.user_id)
        tell(_accounts([ending.person.user_id], by), f"您任{grid.head_title}至{full_date(ending.ends_on)}。")
    if not tell_village:
        return
    others = _village_accounts(grid.village, term.starts_on) - set(concerned)
    tell(_accounts(others, by), f"{grid.head_title}自{since}起由{term.person}担任。", _page(grid))


def _tell_of_leaving(grid: Grid, term: GridHeadTerm, by: User | None) -> None:
    until = full_date(term.ends_on)
    tell(_accounts([term.person.user_id], by), f"您任{grid.head_title}至{until}。")
    others = _village_accounts(grid.village, term.ends_on) - {term.person.user_id}
    tell(_accounts(others, by), f"{grid}自{until}后暂无网格长，请及时确定人选。", _page(grid))


def _accounts(ids: Iterable[int | None], by: User | None) -> set[int]:
    """Those who have an account, except whoever did it: nobody needs to be told what he just did."""
    return {pk for pk in ids if pk is not None and (by is None or pk != by.pk)}


def _village_accounts(village: Village, day: date) -> set[int | None]:
    """The team's leader and the cadres of the village, unless they had left before the day."""
    leaders = Posting.objects.leaders().filter(_not_over(day), team__village=village)
    cadres = CadreTerm.objects.filter(_not_over(day), village=village)
    return {pk for rows in (leaders, cadres) for pk in rows.values_list("person__user_id", flat=True)}


def _page(grid: Grid) -> str:
    return reverse("grid", args=[grid.pk])

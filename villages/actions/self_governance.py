"""村为主自治: putting the committee's decision into effect, and taking it back.

While a village governs itself it has no liaison team, only an instructor (the founding article), so that
both acts change team, postings and term together or not at all.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions import teams
from villages.actions.founding import refuse_before
from villages.actions.records import refuse_ended_village
from villages.actions.team_rules import SELFGOV_ENDS
from villages.actions.terms import close, day_before, refuse_ended, refuse_overlap
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance, Village


def begin_self_governance(
    *, village: Village, decided_on: date, basis: str, starts_on: date, instructor: Person | None, by: User | None
) -> SelfGovernance:
    """The village governs itself from `starts_on` on: its team ends the day before, `instructor` is posted.

    `basis` names the committee's decision of `decided_on`. Raises `ValidationError` when the village
    governs itself already, when its team began on or after `starts_on`, or on dates the wrong way round.
    """
    with acting(by=by, action="selfgov.begin", label="实行村为主自治", reason=basis):
        refuse_ended_village(village)
        lock_for_change(village)
        if starts_on < decided_on:
            raise ValidationError({"starts_on": f"生效日期不能早于党委研究日期（{full_date(decided_on)}）。"})
        refuse_before(village, starts_on)
        refuse_overlap(SelfGovernance, starts_on=starts_on, who=f"{village}村为主自治", village=village)
        _end_team(village, starts_on, by)
        term = SelfGovernance(village=village, decided_on=decided_on, basis=basis.strip(), starts_on=starts_on)
        term.full_clean()
        term.save()
        if instructor is not None:
            posting = {"person": instructor, "starts_on": starts_on, "basis": basis}
            teams.appoint_instructor(village=village, **posting, today=starts_on, by=by)
    return term


def end_self_governance(
    *, term: SelfGovernance, decided_on: date, starts_on: date, reason: str, by: User | None, version: int | None = None
) -> LiaisonTeam:
    """The committee sends a team again from `starts_on` on: self-governance and the instructor's posting end
    the day before. Answers the new team, which has no members yet.

    Raises `ValidationError` when `starts_on` is not after the first day of self-governance.
    """
    told = f"{full_date(decided_on)}党委研究：{reason.strip()}"
    with acting(by=by, action="selfgov.end", label="终止村为主自治", reason=told):
        term = lock_for_change(term, version)
        if term.ends_on is not None:
            raise ValidationError(f"{term}已于{full_date(term.ends_on)}终止。")
        if starts_on < decided_on:
            raise ValidationError({"starts_on": f"起始日期不能早于党委研究日期（{full_date(decided_on)}）。"})
        if starts_on <= term.starts_on:
            raise ValidationError({"starts_on": f"起始日期须晚于自治生效日期（{full_date(term.starts_on)}）。"})
        last_day = day_before(starts_on)
        for posting in Posting.objects.open().filter(village=term.village):
            teams.end_posting(posting=posting, last_day=last_day, reason=SELFGOV_ENDS, by=by)
        close(term, last_day=last_day, reason=told[:200])
        return teams.open_team(village=term.village, starts_on=starts_on, by=by, reason=told)


def end_with_village(*, term: SelfGovernance, last_day: date, reason: str, by: User | None) -> SelfGovernance:
    """The village is merged into another: it governs itself until `last_day`, and no team follows. Whoever merges it
    ends the instructor's posting. Raises `ValidationError` on a term that has an end already."""
    with acting(by=by, action="selfgov.end", label="终止村为主自治", reason=reason):
        term = lock_for_change(term)
        refuse_ended(term, str(term))
        return close(term, last_day=last_day, reason=reason)


def effects_of_beginning(village: Village) -> list[str]:
    """What recording the decision will do, in sentences for the page."""
    team = LiaisonTeam.objects.open().filter(village=village).first()
    sentences = []
    if team is not None:
        names = "、".join(
            f"{posting.role_name}{posting.person}"
            for posting in Posting.objects.open().filter(team=team).select_related("person")
        )
        members = f"（{names}）" if names else ""
        sentences.append(f"{team}{members}的任期止于生效日期的前一天，固定办公日同时停止。")
    sentences += [
        f"从生效日期起，{village}不派联村工作组，由联村工作指导员联系。",
        "以前的任职和记录都保留，可按日期查询。",
    ]
    return sentences


def effects_of_ending(term: SelfGovernance) -> list[str]:
    village = term.village
    posting = Posting.objects.open().filter(village=village).select_related("person").first()
    sentences = [f"{village}村为主自治止于工作组起始日期的前一天。"]
    if posting is not None:
        sentences.append(f"联村工作指导员{posting.person}的任期同时结束。")
    sentences.append("同时成立新的联村工作组，随后请在工作组页面任命组长和组员，设置固定办公日。")
    return sentences


def _end_team(village: Village, starts_on: date, by: User | None) -> None:
    team = LiaisonTeam.objects.filter(village=village).order_by("-starts_on").first()
    if team is None or (team.ends_on is not None and team.ends_on < starts_on):
        return
    if team.starts_on >= starts_on:
        raise ValidationError({"starts_on": f"生效日期须晚于{team}的起始日期（{full_date(team.starts_on)}）。"})
    if team.ends_on is not None:
        raise ValidationError({"starts_on": f"{team}到{full_date(team.ends_on)}才结束，生效日期须晚于这一天。"})
    teams.end_team(team=team, last_day=day_before(starts_on), reason="实行村为主自治", by=by)

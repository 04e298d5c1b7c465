"""Who may do what with the yearly sheet of a self-governed village. Read it aloud to the head of the township.

自评 ≠ 指导员意见 ≠ 核查 ≠ 评定; nobody judges the village that he serves in.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.models import SelfGovYear
from appraisal.selfgov_writers import wrote
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from villages.permissions_selfgov import OFFICE, RECUSED, SERVING, see_selfgov
from villages.selfgov_turns import instructors

State = SelfGovYear.State


def see_selfgov_years(user: User, record: Model | None = None) -> Verdict:
    return see_selfgov(user, record)


def start_selfgov_years(user: User) -> Verdict:
    """The village's cadres; the office on their behalf."""
    return only(user, *OFFICE, Role.CADRE)


def write_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    if user.standing.has(*OFFICE) or sheet.village_id in user.standing.villages(Role.CADRE):
        return ALLOWED
    return refused("自评由本村干部填写，也可以由联村工作办代录。")


def opine_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    """The village's instructor; the office where he has no account."""
    if wrote(user, sheet):
        return refused("填写自评的人不能出指导员意见，请由其他同志办理。")
    if sheet.village_id in user.standing.villages(Role.INSTRUCTOR):
        return ALLOWED
    if user.standing.has(*OFFICE) and not instructors(sheet.village, user.standing.on):
        return ALLOWED
    return refused("由这个村的联村工作指导员出意见。")


def check_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if sheet.village_id in user.standing.villages(*SERVING):
        return refused(RECUSED)
    if user.pk == sheet.opinion_by_id or wrote(user, sheet):
        return refused("填写自评和出意见的人不能核查，请由其他同志办理。")
    return ALLOWED


def grade_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    """A member of the committee, who had no part in it and does not work in the village."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    if sheet.village_id in user.standing.villages(*SERVING, Role.CADRE):
        return refused(RECUSED)
    if user.pk in (sheet.opinion_by_id, sheet.checked_by_id) or wrote(user, sheet):
        return refused("填写、出意见和核查的人不能登记评定，请由其他同志办理。")
    return ALLOWED


def return_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    """Whoever has the next step."""
    judge = {State.OFFICE: check_selfgov_year, State.COMMITTEE: grade_selfgov_year}
    return judge.get(State(sheet.state), opine_selfgov_year)(user, sheet)


def issue_selfgov_year(user: User, sheet: SelfGovYear) -> Verdict:
    """The result notice is signed by the head of the office."""
    return only(user, Role.OFFICE_LEAD)


def next_step(user: User, sheet: SelfGovYear) -> str:
    """The step that waits for this user; "" for none."""
    steps = {
        State.DRAFT: ("edit", write_selfgov_year),
        State.INSTRUCTOR: ("opinion", opine_selfgov_year),
        State.OFFICE: ("check", check_selfgov_year),
        State.COMMITTEE: ("grade", grade_selfgov_year),
        State.DONE: ("notice", issue_selfgov_year),
    }
    name, judge = steps.get(State(sheet.state), ("", None))
    return name if judge is not None and judge(user, sheet) else ""

"""自治申请: written step by step, given an opinion, checked, decided; on agreement everything changes at once.

Each step is somebody else's. A step that finds the application where it does not belong refuses and says where it
is. On agreement the term, the team, the postings and the instructor change in the act of the decision itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.uploads import discard, prepare, store
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, step_closed
from villages.actions.records import refuse_ended_village
from villages.actions.self_governance import begin_self_governance, end_self_governance
from villages.actions.selfgov_notices import send, tell_decision, tell_next
from villages.models import Person, SelfGovApplication, SelfGovernance, SelfGovRules, Village
from villages.models.self_governance import Attached, Majority
from villages.selfgov_facts import facts_of
from villages.selfgov_turns import holding

Kind, Origin, State = SelfGovApplication.Kind, SelfGovApplication.Origin, SelfGovApplication.State
#: Characters that an explanation, an opinion and a reason need at least.
LEAST_WORDS = 10


# --- Writing ------------------------------------------------------------------------------------
def start(*, village: Village, kind: str, origin: str, by: User | None, now: datetime) -> SelfGovApplication:
    """Begin an application as a draft, with the conditions of the day. Raises `ValidationError` at `village`."""
    label = "开始填写自治申请" if kind == Kind.BEGIN else "提出终止村为主自治"
    with acting(by=by, action="selfgov.start", label=label):
        village = lock_for_change(village)
        today = timezone.localdate(now)
        refuse_ended_village(village)
        term = SelfGovernance.objects.open().filter(village=village).first()
        if kind == Kind.BEGIN and term is not None:
            raise ValidationError({"village": f"{village}自{full_date(term.starts_on)}起已实行村为主自治。"})
        if kind == Kind.STOP and term is None:
            raise ValidationError({"village": f"{village}没有实行村为主自治。"})
        if kind == Kind.STOP and term is not None and term.starts_on > today:
            first = full_date(term.starts_on)
            raise ValidationError({"village": f"{village}自{first}起才实行村为主自治，生效以前由党委撤销决定。"})
        if village.selfgov_applications.open().exists():
            raise ValidationError({"village": f"{village}已有一件自治申请正在办理。"})
        rules = SelfGovRules.objects.in_force(today)
        application = SelfGovApplication(
            village=village,
            kind=kind,
            origin=origin,
            term=term if kind == Kind.STOP else None,
            conditions=rules.lines if kind == Kind.BEGIN else [],
            majority=rules.majority,
            started_at=now,
            started_by=by,
        )
        application.full_clean()
        application.save()
    return application


def explain(
    *, application: SelfGovApplication, answers: Sequence[str], by: User | None, version: int | None = None
) -> SelfGovApplication:
    """条件逐条说明: one text for each condition, kept as far as it is written."""
    with acting(by=by, action="selfgov.explain", label="填写逐条说明"):
        application = _writing(application, version)
        if len(answers) != len(application.conditions):
            raise ValidationError("申请条件有变化，请重新打开这一页再填写。")
        application.answers = [answer.strip() for answer in answers]
        return _saved(application)


def give_reason(
    *, application: SelfGovApplication, reason: str, by: User | None, version: int | None = None
) -> SelfGovApplication:
    with acting(by=by, action="selfgov.reason", label="填写终止原因"):
        application = _writing(application, version)
        application.reason = reason.strip()
        return _saved(application)


def note_meeting(
    *,
    application: SelfGovApplication,
    met_on: date,
    votes_for: int,
    votes_against: int,
    votes_abstain: int,
    by: User | None,
    today: date,
    file: Any = None,
    version: int | None = None,
) -> SelfGovApplication:
    """会议决议, carried by the votes that were asked for when the application began."""
    ready = prepare(file, "file") if file else None
    with acting(by=by, action="selfgov.meeting", label="填写会议决议"):
        application = _writing(application, version)
        if met_on > today:
            raise ValidationError({"met_on": "会议日期不能晚于今天。"})
        needed = Majority(application.majority)
        if not needed.is_met(votes_for, votes_for + votes_against + votes_abstain):
            raise ValidationError({"votes_for": f"赞成票须{needed.label}，决议才算通过。"})
        if ready is None and not application.has_file:
            raise ValidationError({"file": "请附会议决议或会议记录的照片或文件。"})
        application.met_on = met_on
        application.votes_for, application.votes_against = votes_for, votes_against
        application.votes_abstain = votes_abstain
        with keeping(application, ready, today):
            return _saved(application)


class keeping:
    """Store the file of a record while it is saved; taken back when the saving is refused."""

    def __init__(self, record: Attached, ready: Any, day: date) -> None:
        self.ready, self.stored = ready, ""
        if ready is not None:
            self.stored = store(ready, day, "selfgov")
            record.file_name, record.stored_as, record.file_sha256 = ready.name[-120:], self.stored, ready.sha256

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is not None and self.ready is not None:
            discard(self.stored, is_photo=self.ready.photo is not None)


def suggest_instructor(
    *, application: SelfGovApplication, instructor: Person | None, by: User | None, version: int | None = None
) -> SelfGovApplication:
    with acting(by=by, action="selfgov.instructor", label="填写建议的指导员"):
        application = _writing(application, version)
        application.instructor = instructor
        return _saved(application)


def missing(application: SelfGovApplication) -> list[tuple[str, str]]:
    """(step, sentence) for what has to be written before it can be submitted."""
    found = []
    if application.is_stop:
        if len(application.reason) < LEAST_WORDS:
            found.append(("reason", f"终止原因还没有写，至少{LEAST_WORDS}字。"))
    elif short := [n for n, (_, said) in enumerate(application.explained, 1) if len(said) < LEAST_WORDS]:
        found.append(("conditions", f"第{'、'.join(map(str, short))}条还没有说明，每条至少{LEAST_WORDS}字。"))
    if application.origin != Origin.TOWN and (application.met_on is None or not application.has_file):
        found.append(("meeting", "会议决议还没有填写。"))
    return found


def submit(
    *, application: SelfGovApplication, by: User | None, now: datetime, version: int | None = None
) -> SelfGovApplication:
    """提交: the facts of the day are frozen, and the liaison group of the district is asked."""
    with acting(by=by, action="selfgov.submit", label="提交申请"):
        application = _writing(application, version)
        if lacking := missing(application):
            raise ValidationError([sentence for _, sentence in lacking])
        today = timezone.localdate(now)
        application.facts = [f"{label}：{value}" for label, value in facts_of(application.village, today)]
        application.submitted_at, application.submitted_by = now, by
        application.state = State.DISTRICT
        _saved(application)
        tell_next(application, f"{application}已提交，请出片区意见。", today, by)
    return application


# --- Opinions -----------------------------------------------------------------------------------
def give_opinion(
    *,
    application: SelfGovApplication,
    is_for: bool,
    opinion: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> SelfGovApplication:
    """片区意见: of somebody who neither applied nor works in the village."""
    with acting(by=by, action="selfgov.opinion", label="出片区意见", reason=opinion):
        application = _at(application, State.DISTRICT, version)
        _refuse_part(by, application, "填写和提交申请的人不能出片区意见，请由其他同志办理。")
        application.opinion_for, application.opinion = is_for, opinion.strip()
        application.opinion_at, application.opinion_by = now, by
        application.state = State.OFFICE
        _saved(application)
        tell_next(application, f"{application}，片区已出意见，请核查。", timezone.localdate(now), by)
    return application


def check(
    *, application: SelfGovApplication, is_for: bool, note: str, by: User, now: datetime, version: int | None = None
) -> SelfGovApplication:
    """联村办核查: whether the village meets the conditions."""
    with acting(by=by, action="selfgov.check", label="填写核查情况", reason=note):
        application = _at(application, State.OFFICE, version)
        judged = application.opinion_by_id
        _refuse_part(by, application, "申请人和出片区意见的人不能核查，请由其他同志办理。", judged)
        application.check_for, application.check_note = is_for, note.strip()
        application.checked_at, application.checked_by = now, by
        application.state = State.COMMITTEE
        _saved(application)
        tell_next(application, f"{application}已核查，请登记党委研究的结果。", timezone.localdate(now), by)
    return application


def send_back(
    *, application: SelfGovApplication, reason: str, by: User, now: datetime, version: int | None = None
) -> SelfGovApplication:
    """退回补充: what was given so far is given anew after it comes back; the trail keeps it."""
    with acting(by=by, action="selfgov.return", label="退回补充", reason=reason):
        application = lock_for_change(application, version)
        if application.state not in SelfGovApplication.WAITING:
            raise ValidationError(closed_sentence(application))
        application.state, application.return_reason = State.RETURNED, reason.strip()
        application.returned_at, application.returned_by = now, by
        application.opinion_for, application.opinion = None, ""
        application.opinion_at = application.opinion_by = None
        application.check_for, application.check_note = None, ""
        application.checked_at = application.checked_by = None
        _saved(application)
        tell_next(application, f"{application}退回补充：{reason.strip()}", timezone.localdate(now), by)
    return application


def withdraw(
    *, application: SelfGovApplication, by: User, now: datetime, version: int | None = None
) -> SelfGovApplication:
    """撤回 until it is decided."""
    with acting(by=by, action="selfgov.withdraw", label="撤回申请"):
        application = lock_for_change(application, version)
        if not application.is_open:
            raise ValidationError(closed_sentence(application))
        today = timezone.localdate(now)
        told = holding(today, "office", "office_lead") if application.state in SelfGovApplication.WAITING else set()
        application.state, application.withdrawn_at, application.withdrawn_by = State.WITHDRAWN, now, by
        _saved(application)
        send(application, told, f"{application}已撤回。", by)
    return application


# --- The decision -------------------------------------------------------------------------------
def agree(
    *,
    application: SelfGovApplication,
    decided_on: date,
    basis: str,
    starts_on: date,
    by: User,
    now: datetime,
    person: Person | None = None,
    version: int | None = None,
) -> SelfGovApplication:
    """党委研究同意, in force from the first of a month: with the decision the team ends and the instructor
    (`person`) is posted, or at a termination the other way round. Raises `ValidationError` by field."""
    with acting(by=by, action="selfgov.agree", label="登记党委研究：同意", reason=basis):
        # The village first: every act that changes how it is led waits at its row.
        village = lock_for_change(application.village)
        application = _at(application, State.COMMITTEE, version)
        application.village = village
        today = timezone.localdate(now)
        refuse_decider(application, by)
        _refuse_day(application, decided_on, today)
        _refuse_start(starts_on, today)
        application.decided_at, application.decided_by = now, by
        application.decided_on, application.basis, application.starts_on = decided_on, basis.strip(), starts_on
        if application.is_stop:
            assert application.term is not None
            end_self_governance(
                term=application.term,
                decided_on=decided_on,
                starts_on=starts_on,
                reason=f"{basis.strip()}，{application.reason}"[:150],
                by=by,
            )
        else:
            if person is None:
                raise ValidationError({"person": "请选择联村工作指导员。"})
            application.term = begin_self_governance(
                village=village, decided_on=decided_on, basis=basis, starts_on=starts_on, instructor=person, by=by
            )
        application.state = State.AGREED
        _saved(application)
        tell_decision(application, f"同意，自{full_date(starts_on)}起。", today, by)
    return application


def decline(
    *,
    application: SelfGovApplication,
    decided_on: date,
    basis: str,
    note: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> SelfGovApplication:
    """党委研究不同意, with the reason. Nothing changes for the village; it may apply again."""
    with acting(by=by, action="selfgov.decline", label="登记党委研究：不同意", reason=note):
        application = _at(application, State.COMMITTEE, version)
        today = timezone.localdate(now)
        refuse_decider(application, by)
        _refuse_day(application, decided_on, today)
        application.decided_at, application.decided_by = now, by
        application.decided_on, application.basis = decided_on, basis.strip()
        application.decision_note, application.state = note.strip(), State.DECLINED
        _saved(application)
        tell_decision(application, f"不同意：{application.decision_note}", today, by)
    return application


def refuse_decider(application: SelfGovApplication, by: User) -> None:
    judged = (application.opinion_by_id, application.checked_by_id)
    _refuse_part(by, application, "申请人、出意见的人和核查人不能登记党委决定，请由其他同志办理。", *judged)


def _refuse_day(application: SelfGovApplication, decided_on: date, today: date) -> None:
    if decided_on > today:
        raise ValidationError({"decided_on": "党委研究日期不能晚于今天。"})
    if application.met_on is not None and decided_on < application.met_on:
        met_on = full_date(application.met_on)
        raise ValidationError({"decided_on": f"党委研究日期不能早于村里会议的日期（{met_on}），请核对。"})


def _refuse_start(starts_on: date, today: date) -> None:
    """A whole month's first day, within a year: a slip of the year is found out before it stands for a decision."""
    if starts_on.day != 1:
        raise ValidationError({"starts_on": "生效日期应为某月1日，按整月计算考核。"})
    earliest = Month.of(today).start
    if starts_on < earliest:
        raise ValidationError({"starts_on": f"生效日期不能早于{full_date(earliest)}，以前的月份已按原来的方式考核。"})
    latest = earliest.replace(year=earliest.year + 1)
    if starts_on > latest:
        raise ValidationError({"starts_on": f"生效日期最晚为{full_date(latest)}，请核对年份。"})


# --- Shared steps -------------------------------------------------------------------------------
def closed_sentence(application: SelfGovApplication, *due: str) -> str:
    """Why this step is not open: where the application is. `due`: the states at which the step is taken."""
    return step_closed("这件申请", State, application.state, *due)


def _at(application: SelfGovApplication, state: str, version: int | None) -> SelfGovApplication:
    application = lock_for_change(application, version)
    if application.state != state:
        raise ValidationError(closed_sentence(application, state))
    return application


def _writing(application: SelfGovApplication, version: int | None) -> SelfGovApplication:
    application = lock_for_change(application, version)
    if application.state not in SelfGovApplication.WRITING:
        raise ValidationError(closed_sentence(application))
    return application


def _refuse_part(by: User, application: SelfGovApplication, sentence: str, *judged: int | None) -> None:
    """`judged`: accounts that took an earlier step."""
    if by.pk in judged or by.pk in application.writers:
        raise ValidationError(sentence)


def _saved(application: SelfGovApplication) -> SelfGovApplication:
    application.full_clean()
    application.save()
    return application

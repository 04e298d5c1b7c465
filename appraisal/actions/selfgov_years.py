"""自治村年度考核: written by the village, judged by three others, graded by the committee, told by a paper."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.documents import issue
from appraisal.models import IssuedDocument, PaperSettings, SelfGovYear
from appraisal.papers.heads import unit_name
from appraisal.selfgov_paper import notice_paper, spending_of
from appraisal.selfgov_writers import WRITE, wrote
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, step_closed
from villages.models import SelfGovernance, SelfGovRules, Village, WorkBudget
from villages.selfgov_turns import OFFICE, holding, instructors, of_village

State = SelfGovYear.State
LEAST_WORDS = 10


# --- The village ---------------------------------------------------------------------------------
def start(*, village: Village, year: int, by: User | None, now: datetime, on_behalf: bool = False) -> SelfGovYear:
    """Begin the sheet of a year, once, for a village that governs itself at its end (or today)."""
    with acting(by=by, action="selfgov_year.start", label="建立年度考核表"):
        village = lock_for_change(village)
        today = timezone.localdate(now)
        opens = SelfGovRules.objects.in_force(today).opens_on(year)
        if today < opens:
            raise ValidationError({"year": f"{year}年度考核{full_date(opens)}开始填写。"})
        day = min(today, date(year, 12, 31))
        if not SelfGovernance.objects.on(day).filter(village=village).exists():
            raise ValidationError({"village": _not_governed(village, day)})
        if SelfGovYear.objects.filter(village=village, year=year).exists():
            raise ValidationError({"year": f"{village}{year}年度考核表已建立，一年只考核一次。"})
        sheet = SelfGovYear(village=village, year=year, on_behalf=on_behalf, started_at=now, started_by=by)
        return _saved(sheet)


def write(
    *,
    sheet: SelfGovYear,
    work: str,
    problems: str,
    plans: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> SelfGovYear:
    """Keep the self-report as far as it is written. Whoever wrote in it judges it no more."""
    with acting(by=by, action=WRITE, label="填写自评"):
        sheet = _at(sheet, State.DRAFT, version)
        sheet.written_at, sheet.written_by = now, by
        sheet.work, sheet.problems, sheet.plans = work.strip(), problems.strip(), plans.strip()
        return _saved(sheet)


def submit(*, sheet: SelfGovYear, by: User | None, now: datetime, version: int | None = None) -> SelfGovYear:
    """报送: the budget and its use are frozen as they stand; the instructor is asked."""
    with acting(by=by, action="selfgov_year.submit", label="报送年度自评"):
        sheet = _at(sheet, State.DRAFT, version)
        for field, label in (("work", "全年工作"), ("problems", "存在问题"), ("plans", "下年打算")):
            if len(getattr(sheet, field)) < LEAST_WORDS:
                raise ValidationError(f"{label}还没有写，至少{LEAST_WORDS}字。")
        budget = WorkBudget.objects.standing().filter(village=sheet.village, year=sheet.year).first()
        sheet.granted, sheet.used = (budget.amount, budget.used) if budget else (None, None)
        sheet.spending = spending_of(budget)
        sheet.submitted_at, sheet.submitted_by, sheet.state = now, by, State.INSTRUCTOR
        _saved(sheet)
        today = timezone.localdate(now)
        told = instructors(sheet.village, today) or holding(today, *OFFICE)
        _tell(sheet, told, f"{sheet}已报送，请出意见。", by)
    return sheet


# --- Those who judge -----------------------------------------------------------------------------
def give_opinion(
    *, sheet: SelfGovYear, opinion: str, by: User, now: datetime, version: int | None = None
) -> SelfGovYear:
    with acting(by=by, action="selfgov_year.opinion", label="出指导员意见", reason=opinion):
        sheet = _at(sheet, State.INSTRUCTOR, version)
        _refuse_same(by, sheet)
        sheet.opinion, sheet.opinion_at, sheet.opinion_by = opinion.strip(), now, by
        sheet.state = State.OFFICE
        _saved(sheet)
        _tell(sheet, holding(timezone.localdate(now), *OFFICE), f"{sheet}，指导员已出意见，请核查。", by)
    return sheet


def check(*, sheet: SelfGovYear, note: str, by: User, now: datetime, version: int | None = None) -> SelfGovYear:
    with acting(by=by, action="selfgov_year.check", label="填写核查情况", reason=note):
        sheet = _at(sheet, State.OFFICE, version)
        _refuse_same(by, sheet, sheet.opinion_by_id)
        sheet.check_note, sheet.checked_at, sheet.checked_by = note.strip(), now, by
        sheet.state = State.COMMITTEE
        _saved(sheet)
        _tell(sheet, holding(timezone.localdate(now), Role.COMMITTEE), f"{sheet}已核查，请登记党委评定的等次。", by)
    return sheet


def send_back(*, sheet: SelfGovYear, reason: str, by: User, now: datetime, version: int | None = None) -> SelfGovYear:
    """退回补充: opinion and check are given anew after it comes back."""
    with acting(by=by, action="selfgov_year.return", label="退回补充", reason=reason):
        sheet = lock_for_change(sheet, version)
        if sheet.state not in SelfGovYear.WAITING:
            raise ValidationError(closed_sentence(sheet))
        sheet.state, sheet.return_reason = State.DRAFT, reason.strip()
        sheet.returned_at, sheet.returned_by = now, by
        sheet.opinion, sheet.opinion_at, sheet.opinion_by = "", None, None
        sheet.check_note, sheet.checked_at, sheet.checked_by = "", None, None
        _saved(sheet)
        _tell(sheet, of_village(sheet.village, timezone.localdate(now)), f"{sheet}退回补充：{reason.strip()}", by)
    return sheet


def grade(
    *,
    sheet: SelfGovYear,
    grade: str,
    note: str,
    decided_on: date,
    basis: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> SelfGovYear:
    """党委评定等次, with its day and ground; anything but 合格 needs its reason."""
    with acting(by=by, action="selfgov_year.grade", label="登记评定等次", reason=note):
        sheet = _at(sheet, State.COMMITTEE, version)
        _refuse_same(by, sheet, sheet.opinion_by_id, sheet.checked_by_id)
        today = timezone.localdate(now)
        if decided_on > today:
            raise ValidationError({"decided_on": "党委评定日期不能晚于今天。"})
        if grade != SelfGovYear.Grade.GOOD and len(note.strip()) < LEAST_WORDS:
            raise ValidationError({"note": f"评为合格以外的等次，请写明理由，至少{LEAST_WORDS}字。"})
        sheet.grade, sheet.grade_note, sheet.decided_on, sheet.basis = grade, note.strip(), decided_on, basis.strip()
        sheet.decided_at, sheet.decided_by, sheet.state = now, by, State.DONE
        _saved(sheet)
        _tell(sheet, holding(today, Role.OFFICE_LEAD), f"{sheet}已评定，请印发结果通知。", by)
    return sheet


def issue_notice(*, sheet: SelfGovYear, by: User, now: datetime, version: int | None = None) -> IssuedDocument:
    """印发结果通知: the paper goes to the shelf, the village and its instructor are told."""
    with acting(by=by, action="selfgov_year.notice", label="印发结果通知"):
        sheet = _at(sheet, State.DONE, version)
        today = timezone.localdate(now)
        document = issue(
            kind=IssuedDocument.Kind.SELFGOV_RESULT,
            period=str(sheet.year),
            year=sheet.year,
            paper=notice_paper(sheet, unit_name(PaperSettings.current()), full_date(today)),
            signed_by=by,
            by=by,
            now=now,
            village=sheet.village,
        )
        sheet.state, sheet.notice = State.TOLD, document
        _saved(sheet)
        told = of_village(sheet.village, today) | instructors(sheet.village, today)
        _tell(sheet, told, f"{sheet}结果：{sheet.get_grade_display()}。", by)
    return document


def _not_governed(village: Village, day: date) -> str:
    """Why it has no sheet: with the last day, where self-governance ended before the year did."""
    ended = SelfGovernance.objects.filter(village=village, ends_on__lt=day).order_by("-ends_on").first()
    if ended is None or ended.ends_on.year < day.year:
        return f"{village}{full_date(day)}没有实行村为主自治，不填这张考核表。"
    until = full_date(ended.ends_on)
    return f"{village}村为主自治止于{until}，{day.year}年末没有实行村为主自治，不填这张考核表，随联村工作组考核。"


def closed_sentence(sheet: SelfGovYear, *due: str) -> str:
    """`due`: the states at which the step is taken."""
    return step_closed(f"{sheet}表", State, sheet.state, *due)


def _at(sheet: SelfGovYear, state: str, version: int | None) -> SelfGovYear:
    sheet = lock_for_change(sheet, version)
    if sheet.state != state:
        raise ValidationError(closed_sentence(sheet, state))
    return sheet


def _refuse_same(by: User, sheet: SelfGovYear, *steps: int | None) -> None:
    if by.pk in steps or wrote(by, sheet):
        raise ValidationError("自评、意见、核查和评定由不同的同志办理，请由其他同志办理这一步。")


def _saved(sheet: SelfGovYear) -> SelfGovYear:
    sheet.full_clean()
    sheet.save()
    return sheet


def _tell(sheet: SelfGovYear, users: set[int], text: str, by: User | None) -> None:
    tell(users - {by.pk if by else 0}, text, reverse("selfgov_year", args=[sheet.pk]))

"""季讲评: begun from sealed months, reviewed team by team, decided by the committee, paid by a list that stays.

Every act holds the quarter's row. Whoever handed in does not approve; whoever serves in a team says nothing
about it and approves nothing, as long as somebody of the committee serves in none (`as_body`); having served on a day
of the quarter counts as well (`recusal`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from appraisal.as_body import expect, ground, noted
from appraisal.models import Payout, PayoutRow, QuarterlyReview, TeamReview
from appraisal.permissions_quarters import signs_quarter, writes_about
from appraisal.quarter_facts import (
    Sheet,
    as_rows,
    figures_of,
    further_sheet,
    months_of,
    payout_sheet,
    proposals,
    quarter_terms_of,
    sealed_of,
    terms_of,
)
from appraisal.quarter_grades import choices_of
from appraisal.quarter_steps import missing_sentence
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.periods import Quarter
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import money, number, step_closed

State = QuarterlyReview.State


# --- 材料 → 讲评 ------------------------------------------------------------------------------------
def start_review(*, quarter: Quarter, by: User | None, now: datetime) -> QuarterlyReview:
    """Freeze the figures of the quarter and propose a grade for every team."""
    with acting(by=by, action="quarter.start", label="开始季讲评"):
        months = months_of(quarter)
        if said := missing_sentence(quarter, sealed_of(months)):
            raise ValidationError(said)
        scheme = months[quarter.months[-1]].scheme
        if not scheme.quarter:
            raise ValidationError(f"{scheme}没有写明季讲评和兑现办法，不能开始讲评。")
        if QuarterlyReview.objects.filter(quarter=quarter.start).exists():
            raise ValidationError(f"{quarter.title}讲评已经开始。")
        figures, terms = figures_of(quarter), quarter_terms_of(scheme)
        if not figures:
            raise ValidationError(f"{quarter.title}没有参加月度考核的联村工作组，不用讲评。")
        review = QuarterlyReview(
            quarter=quarter.start, scheme=scheme, terms=terms.to_json(), opened_at=now, opened_by=by
        )
        _save(review)
        found = proposals(figures, terms, scheme.decimals)
        for place, one in enumerate(figures, start=1):
            proposal = found[one.team_id]
            _save(
                TeamReview(
                    review=review,
                    team_id=one.team_id,
                    village_id=one.village_id,
                    position=place,
                    village_name=one.village_name,
                    district_name=one.district,
                    leader_name=one.leader,
                    months=one.months_json,
                    score=proposal.score,
                    place=proposal.place.number,
                    tied=proposal.place.tied,
                    proposed=proposal.grade,
                    proposed_why=proposal.why[:200],
                    grade=proposal.grade,
                )
            )
    return review


def save_team(
    *,
    row: TeamReview,
    grade: str,
    note: str,
    by: User,
    now: datetime,
    reason: str = "",
    version: int | None = None,
) -> TeamReview:
    """讲评意见 and 等次 of one team. A grade other than proposed needs a reason; one as proposed keeps none."""
    with acting(by=by, action="quarter.team", label="记录季讲评"):
        review = lock_for_change(row.review)
        _expect(review, State.REVIEW)
        row = lock_for_change(row, version)
        row.review = review
        expect(writes_about(by, row))
        if grade not in choices_of(terms_of(review).grading):
            raise ValidationError({"grade": "请从列出的等次中选择。"})
        if grade != row.proposed and not reason.strip():
            raise ValidationError({"reason": f"建议等次是“{row.proposed}”，改为“{grade}”请写明理由。"})
        row.grade, row.note = grade, note.strip()
        row.reason = reason.strip() if grade != row.proposed else ""
        row.reviewed_at, row.reviewed_by = now, by
        _save(row)
    return row


def hand_in(*, review: QuarterlyReview, by: User, now: datetime, version: int | None = None) -> QuarterlyReview:
    """讲评 → 待党委审定. `by` will not be the one who approves. Refused while the list of money cannot be made."""
    with acting(by=by, action="quarter.hand_in", label="提交季讲评审定"):
        review = lock_for_change(review, version)
        _expect(review, State.REVIEW)
        if problem := payout_sheet(review, _teams(review)).problem:
            raise ValidationError(problem)
        review.state, review.handed_at, review.handed_by = State.COMMITTEE, now, by
        _save(review)
        deciders = User.objects.holding(Role.COMMITTEE, on=timezone.localdate(now))
        tell(deciders, f"{review}已提交，请审定等次和兑现金额。", _url("quarter_approval", review))
    return review


# --- 党委审定 ---------------------------------------------------------------------------------------
def send_back(*, review: QuarterlyReview, reason: str, by: User, version: int | None = None) -> QuarterlyReview:
    """待党委审定 → 讲评."""
    with acting(by=by, action="quarter.back", label="退回季讲评", reason=reason):
        review = lock_for_change(review, version)
        _expect(review, State.COMMITTEE)
        if not reason.strip():
            raise ValidationError({"reason": "请写明退回原因。"})
        handed_by = review.handed_by_id
        review.state, review.handed_at, review.handed_by = State.REVIEW, None, None
        _save(review)
        tell([handed_by], f"{review}已退回：{reason.strip()}", _url("quarter", review))
    return review


def approve(
    *,
    review: QuarterlyReview,
    basis: str,
    by: User,
    now: datetime,
    seen: Decimal | None = None,
    version: int | None = None,
) -> QuarterlyReview:
    """待党委审定 → 已审定: grades stand, and the list of money is made and never changes again. `seen`: the total
    (元) that was decided on; refused when postings entered meanwhile make another one."""
    with acting(by=by, action="quarter.approve", label="审定季讲评", reason=basis) as act:
        review = lock_for_change(review, version)
        _expect(review, State.COMMITTEE)
        verdict = expect(signs_quarter(by, review))
        if not basis.strip():
            raise ValidationError({"basis": "请填写依据，例如党委会议纪要的文号。"})
        review.state, review.approved_at, review.approved_by = State.APPROVED, now, by
        review.basis = ground(basis, verdict, "basis")
        if verdict.reason:
            act.note(review, noted(verdict))
        _save(review)
        if terms_of(review).awards:
            sheet = payout_sheet(review, _teams(review))
            if sheet.problem:
                raise ValidationError(sheet.problem)
            if seen is not None and seen != sheet.total:
                raise ValidationError(f"合计已由{money(seen)}变为{money(sheet.total)}，请重新核对后审定。")
            payout = _make(review, 1, sheet, review.handed_by, review.handed_at or now)
            payout.state, payout.approved_at, payout.approved_by = Payout.State.APPROVED, now, by
            _save(payout)
            act.note(payout, [("行数", "", number(payout.people)), ("合计", "", money(payout.total))])
        tell([review.handed_by_id], f"{review}已审定。", _url("quarter", review))
    return review


def mark_paid(*, review: QuarterlyReview, by: User, now: datetime, version: int | None = None) -> QuarterlyReview:
    """已审定 → 已兑现, once the signed list has come back."""
    with acting(by=by, action="quarter.paid", label="登记季兑现"):
        review = lock_for_change(review, version)
        _expect(review, State.APPROVED)
        review.state, review.paid_at, review.paid_by = State.PAID, now, by
        _save(review)
    return review


# --- Further lists ------------------------------------------------------------------------------------
def ask_further(*, review: QuarterlyReview, reason: str, by: User, now: datetime, version: int | None = None) -> Payout:
    """补充清单: what the register gives now and the lists so far do not, for the committee to approve."""
    with acting(by=by, action="quarter.further", label="提出兑现补充清单", reason=reason) as act:
        review = lock_for_change(review, version)
        if not review.is_decided:
            raise ValidationError("党委审定后才有兑现清单可补充。")
        if not reason.strip():
            raise ValidationError({"reason": "请写明补充的原因。"})
        if not User.objects.holding(Role.COMMITTEE, on=timezone.localdate(now)).exclude(pk=by.pk).exists():
            raise ValidationError("制表的人不能审定，党委委员中没有另外的账号，请由其他同志提出。")
        if review.payouts.filter(state=Payout.State.ASKED).exists():
            raise ValidationError("还有一份补充清单等待审定，请先办完。")
        sheet = further_sheet(review, _teams(review))
        if not sheet.rows:
            raise ValidationError("按现在的登记计算，与已审定的清单没有差别，不用补充。")
        last = review.payouts.aggregate(last=Max("number"))["last"] or 0
        payout = _make(review, last + 1, sheet, by, now, reason.strip())
        act.note(payout, [("行数", "", number(payout.people)), ("合计", "", money(payout.total))])
        deciders = User.objects.holding(Role.COMMITTEE, on=timezone.localdate(now))
        tell(deciders, f"{payout}待审定，合计{money(payout.total)}。", _payout_url(payout))
    return payout


def decide_further(
    *, payout: Payout, agrees: bool, by: User, now: datetime, note: str = "", version: int | None = None
) -> Payout:
    """待党委审定 → 已审定, or 不同意 with a reason: the list then stays as it was asked and pays nothing."""
    with acting(by=by, action="quarter.further_decide", label="审定兑现补充清单", reason=note) as act:
        lock_for_change(payout.review)
        payout = lock_for_change(payout, version)
        if payout.state != Payout.State.ASKED:
            raise ValidationError(decided_sentence(payout))
        verdict = expect(signs_quarter(by, payout))
        if not agrees and not note.strip():
            raise ValidationError({"note": "请写明不同意的原因。"})
        payout.state = Payout.State.APPROVED if agrees else Payout.State.DECLINED
        payout.approved_at, payout.approved_by = now, by
        payout.decision_note = ground(note, verdict, "note")
        if verdict.reason:
            act.note(payout, noted(verdict))
        _save(payout)
        tell([payout.created_by_id], f"{payout}{payout.get_state_display()}。", _payout_url(payout))
    return payout


# --- Shared -----------------------------------------------------------------------------------------
def closed_sentence(review: QuarterlyReview, *due: str) -> str:
    """`due`: the states at which the step is taken."""
    return step_closed(review, State, review.state, *due, late="这一步不能办理")


def decided_sentence(payout: Payout) -> str:
    return f"{payout}{payout.get_state_display()}，不用再办。"


def _make(
    review: QuarterlyReview, count: int, sheet: Sheet, by: User | None, now: datetime, reason: str = ""
) -> Payout:
    payout = Payout(
        review=review,
        number=count,
        formula=terms_of(review).payout_sentence(),
        people=len(sheet.rows),
        total=sheet.total,
        reason=reason,
        created_at=now,
        created_by=by,
    )
    _save(payout)
    PayoutRow.objects.bulk_create(as_rows(payout, sheet), batch_size=200)
    return payout


def _teams(review: QuarterlyReview) -> list[TeamReview]:
    return list(TeamReview.objects.filter(review=review).order_by("position"))


def _expect(review: QuarterlyReview, state: str) -> None:
    if review.state != state:
        raise ValidationError(closed_sentence(review, state))


def _save(row: QuarterlyReview | TeamReview | Payout) -> None:
    row.full_clean()
    row.save()


def _url(name: str, review: QuarterlyReview) -> str:
    return reverse(name, args=[review.period.key])


def _payout_url(payout: Payout) -> str:
    return reverse("quarter_payout_of", args=[payout.review.period.key, payout.number])

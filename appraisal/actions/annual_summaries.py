"""年总结 of one team: written step by step by its leader, judged by the district, checked by the office.

Acts that could cross with handing the year in hold the year's row first, then the summary's.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.as_body import expect
from appraisal.models import AnnualAssessment, AnnualSummary
from appraisal.permissions_years import check_about, keeps_about, opinion_about
from appraisal.year_facts import terms_of
from appraisal.year_prefill import facts_of, proposed_texts
from appraisal.year_turns import checkers, leaders, opinion_givers, writers
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import Act
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import step_closed

State, Year = AnnualSummary.State, AnnualAssessment.State
FACTS = "facts"
#: Acts whose entries tell words of the texts.
WRITE, TAKE = WORDED = ("annual_summary.write", "annual_summary.facts")
#: Steps with a text: step → what it is called.
TEXTS = {"work": "主要工作", "highlights": "亮点", "problems": "问题", "plans": "下年打算"}
#: In the order of the pages.
STEPS = (FACTS, *TEXTS)
LEAST_WORDS = 10


# --- The team ---------------------------------------------------------------------------------------
def write_step(
    *,
    summary: AnnualSummary,
    step: str,
    text: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
    by_itself: bool = False,
) -> AnnualSummary:
    """Keep one page of the self-report. `text` is of no account for the facts, which are only confirmed.

    `by_itself`: the page stored itself while somebody was typing. The words are kept, and go onto the trail once,
    when the page is saved, the summary is sent or somebody else writes: a copy every few seconds tells nobody more.
    """
    with acting(by=by, action=WRITE, label="填写年总结") as act:
        summary = _draft(summary, version)
        if step not in STEPS:
            raise ValidationError("没有这一步，请从目录选择。")
        if summary.written_by_id not in (None, by.pk):
            _record_words_of_writer(summary)
        if step != FACTS:
            _check_text(step, text.strip())
            setattr(summary, step, text.strip())
        elif step not in summary.saved:
            act.note(summary, [("全年数据", "", "已核对")])
        if step not in summary.saved:
            summary.saved = [*summary.saved, step]
        _written(summary, by, now)
        _saved(summary)
        if not by_itself:
            _record_words(act, summary)
        return summary


def _record_words(act: Act, summary: AnnualSummary) -> None:
    """An entry of the words that differ from what the trail says of them last, or from what was proposed. One
    query."""
    said = proposed_texts(summary.facts)
    entries = AuditEntry.objects.about(summary).filter(action__in=WORDED).order_by("at", "pk")
    for changes in entries.values_list("changes", flat=True):
        said |= {change["label"]: change["after"] for change in changes}
    told = []
    for step, label in TEXTS.items():
        before, after = said.get(label, said.get(step, "")), getattr(summary, step)
        if before != after:
            told.append((label, before, after))
    if told:
        act.note(summary, told)


def _record_words_of_writer(summary: AnnualSummary) -> None:
    """What a page stored by itself for whoever wrote last, under that name, before it is written over or sent."""
    with acting(by=summary.written_by, action=WRITE, label="填写年总结（自动保存）") as act:
        _record_words(act, summary)


def take_facts(*, summary: AnnualSummary, by: User | None, now: datetime, version: int | None = None) -> AnnualSummary:
    """重新取数: the facts as they are now. A box that is empty, or still as it was proposed, gets the new proposal;
    the leader's words stay."""
    with acting(by=by, action=TAKE, label="年总结重新取数") as act:
        summary = _draft(summary, version)
        before, taken_on, told = proposed_texts(summary.facts), summary.facts.get("taken_on", ""), []
        summary.facts = facts_of(summary.team, summary.assessment.year, timezone.localdate(now))
        for step, text in proposed_texts(summary.facts).items():
            if getattr(summary, step) in ("", before.get(step, "")):
                if (old := getattr(summary, step)) != text:
                    told.append((TEXTS[step], old, text))
                setattr(summary, step, text)
        _saved(summary)
        act.note(summary, [("取数日期", taken_on, summary.facts["taken_on"]), *told])
    return summary


def submit(*, summary: AnnualSummary, by: User, now: datetime, version: int | None = None) -> AnnualSummary:
    """报送: the facts stay as they are shown; the district is asked."""
    with acting(by=by, action="annual_summary.submit", label="报送年总结"):
        summary = _draft(summary, version)
        if said := submit_problem(summary):
            raise ValidationError(said)
        summary.on_behalf = _is_on_behalf(summary, by)
        _record_words_of_writer(summary)
        summary.submitted_at, summary.submitted_by, summary.state = now, by, State.DISTRICT
        _saved(summary)
        _tell(summary, opinion_givers(summary, timezone.localdate(now)), f"{summary}已报送，请出片区意见。", by)
    return summary


def submit_problem(summary: AnnualSummary) -> str:
    """Why it cannot be sent yet, "" when it can. No query."""
    for step, label in TEXTS.items():
        if len(getattr(summary, step)) < LEAST_WORDS:
            return f"{label}还没有写，至少{LEAST_WORDS}字。"
    names = {FACTS: "基本情况", **TEXTS}
    missing = [names[step] for step in STEPS if step not in summary.saved]
    return f"{'、'.join(missing)}还没有看过并保存，请逐步核对后报送。" if missing else ""


# --- Those who judge --------------------------------------------------------------------------------
def give_opinion(
    *, summary: AnnualSummary, opinion: str, grade: str, by: User, now: datetime, version: int | None = None
) -> AnnualSummary:
    """片区意见, with the grade that the district suggests."""
    with acting(by=by, action="annual_summary.opinion", label="出年总结片区意见", reason=opinion):
        summary = _at(summary, State.DISTRICT, version)
        expect(opinion_about(by, summary))
        if by.pk in writers(summary):
            raise ValidationError("填写自评的人不能出片区意见，请由其他同志办理。")
        if not opinion.strip():
            raise ValidationError({"opinion": "请填写片区意见。"})
        if grade not in terms_of(summary.assessment).choices:
            raise ValidationError({"grade": "请从列出的等次中选择。"})
        summary.opinion, summary.opinion_grade = opinion.strip(), grade
        summary.opinion_at, summary.opinion_by, summary.state = now, by, State.OFFICE
        _saved(summary)
        _tell(summary, checkers(summary, timezone.localdate(now)), f"{summary}，片区已出意见，请核查。", by)
    return summary


def check(*, summary: AnnualSummary, note: str, by: User, now: datetime, version: int | None = None) -> AnnualSummary:
    """联村办核查 → 已核查."""
    with acting(by=by, action="annual_summary.check", label="核查年总结", reason=note):
        summary = _at(summary, State.OFFICE, version)
        expect(check_about(by, summary))
        if by.pk in writers(summary) | {summary.opinion_by_id}:
            raise ValidationError("填写自评和出意见的人不能核查，请由其他同志办理。")
        if not note.strip():
            raise ValidationError({"note": "请填写核查情况。"})
        summary.check_note, summary.checked_at, summary.checked_by = note.strip(), now, by
        summary.state = State.CHECKED
        return _saved(summary)


def send_back(
    *, summary: AnnualSummary, reason: str, by: User, now: datetime, version: int | None = None
) -> AnnualSummary:
    """退回补充: opinion and check are given anew after it comes back."""
    with acting(by=by, action="annual_summary.return", label="退回年总结", reason=reason):
        summary = _held(summary, version)
        expect((opinion_about if summary.state == State.DISTRICT else keeps_about)(by, summary))
        if summary.state not in AnnualSummary.WAITING:
            raise ValidationError(closed_sentence(summary))
        if not reason.strip():
            raise ValidationError({"reason": "请写明退回原因。"})
        _clear_judgement(summary)
        summary.state, summary.return_reason = State.DRAFT, reason.strip()
        summary.returned_at, summary.returned_by = now, by
        _saved(summary)
        told = leaders([summary.team_id], timezone.localdate(now)) | writers(summary)
        _tell(summary, told, f"{summary}退回补充：{reason.strip()}", by)
    return summary


# --- Who takes part -----------------------------------------------------------------------------------
def leave_out(
    *, summary: AnnualSummary, reason: str, by: User, now: datetime, version: int | None = None
) -> AnnualSummary:
    """不参加: a team that ended, or whose village governs itself."""
    with acting(by=by, action="annual_summary.out", label="不参加年考核", reason=reason):
        summary = _held(summary, version)
        expect(keeps_about(by, summary))
        if summary.state == State.OUT:
            raise ValidationError(closed_sentence(summary))
        if not reason.strip():
            raise ValidationError({"reason": "请写明不参加的原因。"})
        summary.state, summary.out_reason = State.OUT, reason.strip()
        _saved(summary)
        told = leaders([summary.team_id], timezone.localdate(now))
        _tell(summary, told, f"{summary.team_name}不参加{summary.assessment}：{reason.strip()}", by)
    return summary


def take_in(*, summary: AnnualSummary, by: User, now: datetime, version: int | None = None) -> AnnualSummary:
    """Back from 不参加 to 组长自评."""
    with acting(by=by, action="annual_summary.in", label="重新参加年考核"):
        summary = _held(summary, version)
        expect(keeps_about(by, summary))
        if summary.state != State.OUT:
            raise ValidationError(closed_sentence(summary))
        _clear_judgement(summary)
        summary.state, summary.out_reason = State.DRAFT, ""
        _saved(summary)
        told = leaders([summary.team_id], timezone.localdate(now))
        _tell(summary, told, f"{summary.team_name}参加{summary.assessment}，请填写年总结。", by)
    return summary


# --- Shared -------------------------------------------------------------------------------------------
def closed_sentence(summary: AnnualSummary, *due: str) -> str:
    """`due`: the states at which the step is taken."""
    return step_closed(summary, State, summary.state, *due, late="这一步不能办理")


def _held(summary: AnnualSummary, version: int | None) -> AnnualSummary:
    """Locked, of a year that is not handed in yet."""
    assessment = lock_for_change(summary.assessment)
    if assessment.state != Year.SUMMARY:
        raise ValidationError(f"{assessment}现在是“{assessment.get_state_display()}”，年总结不能再改。")
    summary = lock_for_change(summary, version)
    summary.assessment = assessment
    return summary


def _at(summary: AnnualSummary, state: str, version: int | None) -> AnnualSummary:
    summary = lock_for_change(summary, version)
    if summary.state != state:
        raise ValidationError(closed_sentence(summary, state))
    return summary


def _draft(summary: AnnualSummary, version: int | None) -> AnnualSummary:
    return _at(summary, State.DRAFT, version)


def _check_text(step: str, text: str) -> None:
    label, longest = TEXTS[step], AnnualSummary._meta.get_field(step).max_length
    if len(text) < LEAST_WORDS:
        raise ValidationError({"text": f"请写明{label}，至少{LEAST_WORDS}字。"})
    if len(text) > longest:
        raise ValidationError({"text": f"{label}不能超过{longest}字，现在是{len(text)}字。"})


def _written(summary: AnnualSummary, by: User, now: datetime) -> None:
    summary.on_behalf = _is_on_behalf(summary, by)
    summary.written_at, summary.written_by = now, by


def _is_on_behalf(summary: AnnualSummary, by: User) -> bool:
    return summary.team_id not in by.standing.teams(Role.LEADER)


def _clear_judgement(summary: AnnualSummary) -> None:
    summary.opinion, summary.opinion_grade, summary.opinion_at, summary.opinion_by = "", "", None, None
    summary.check_note, summary.checked_at, summary.checked_by = "", None, None


def _saved(summary: AnnualSummary) -> AnnualSummary:
    summary.full_clean()
    summary.save()
    return summary


def _tell(summary: AnnualSummary, users: set[int], text: str, by: User | None) -> None:
    url = reverse("year_summary", args=[summary.assessment.year, summary.pk])
    tell(users - {by.pk if by else 0}, text, url)

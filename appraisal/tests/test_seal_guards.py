"""The database keeps the seal by itself: what a sealed month counted is not written past the actions either."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from appraisal.actions import corrections, entries, entry_ends, subsidies
from appraisal.models import Appeal, AppraisalMonth, Correction, Evidence, MonthlyScore, ScoreEntry, SubsidyRow
from appraisal.scoring import Line
from appraisal.seal_guards import AFTERWARDS, VERSIONED
from appraisal.tests.guard_scene import another
from appraisal.tests.month_scene import LATER, advance, row_of, sealed_scene, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, at, worked_month, write_line
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting

DECEMBER = NOVEMBER.next()


def refused(work):
    with pytest.raises(IntegrityError, match=r"the month is sealed|append-only"), transaction.atomic():
        work()


def hang_on(cast, entry):
    """An appeal that was answered, and a photo of each."""
    with acting(by=None, action="t", label="t"):
        appeal = Appeal(
            number="申1",
            entry=entry,
            reason="fact",
            text="当天在岗，有签到表为证",
            filed_at=at(date(2026, 11, 20)),
            filed_by=cast.users[Role.LEADER],
            answer_by=date(2026, 11, 27),
            state="answered",
            outcome="keep",
            points_before=entry.points,
            points_after=entry.points,
            answer="核查属实，维持扣分",
            decided_at=at(date(2026, 11, 25)),
            decided_by=cast.users[Role.COMMITTEE],
        )
        appeal.save()
        for n, owner in enumerate(({"entry": entry}, {"appeal": appeal})):
            Evidence(name="照片", stored_as=f"{n}.jpg", size=1, sha256="0" * 64, **owner).save()
    return appeal


@pytest.fixture
def sealed(cast):
    """The worked month, sealed; "01" with an appeal and photos, "草" a draft that stayed behind."""
    scheme = worked_month(cast)
    draft = Line(key="草", clause="D1", date=date(2026, 11, 9), points=D("0.5"))
    write_line(cast, scheme, draft, NOVEMBER, state="draft", notified_at=None, appeal_until=None)
    hang_on(cast, ScoreEntry.objects.get(number="01"))
    settle()
    advance(cast, "final", OCTOBER)
    return advance(cast, "final")


def test_no_column_of_a_counted_entry_changes(cast, sealed):
    """Every column but those that come afterwards; one by one."""
    rows = ScoreEntry.objects.filter(number="01")
    entry = rows.get()
    other = {
        "village": cast.other,
        "team": cast.other_team,
        "corrects": ScoreEntry.objects.get(number="02"),
    }
    by_the_seal = 0
    for field in ScoreEntry._meta.concrete_fields:
        if field.primary_key or field.column in (*AFTERWARDS, *VERSIONED) or field.name == "suggestion":
            continue
        value = other.get(field.name, another(field, getattr(entry, field.attname), cast))
        assert value != getattr(entry, field.name), field.name
        # Some a constraint refuses before the seal is asked.
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            rows.update(**{field.name: value})
        by_the_seal += "the month is sealed" in str(refusal.value)
    assert by_the_seal > 20
    refused(lambda: rows.update(month=DECEMBER.start))
    refused(lambda: rows.update(state="draft"))


def test_nothing_is_added_taken_away_or_moved_in(cast, sealed):
    entry = ScoreEntry.objects.get(number="01")
    again = ScoreEntry.objects.get(number="02")
    again.pk, again.number = None, "添"
    refused(lambda: ScoreEntry.objects.bulk_create([again]))
    refused(lambda: ScoreEntry.objects.filter(number="03")._raw_delete("default"))
    late = write_line(cast, row_of().scheme, Line(key="迟", clause="D1", date=date(2026, 12, 2), points=D(1)), DECEMBER)
    refused(lambda: ScoreEntry.objects.filter(pk=late.pk).update(month=NOVEMBER.start))
    refused(
        lambda: ScoreEntry.objects.filter(number="草").update(
            state="withdrawn", ended_at=at(LATER), ended_by=cast.users[Role.OFFICE], end_reason="重"
        )
    )
    for rows in (Appeal.objects.filter(entry=entry), Evidence.objects.all()):
        one = rows.first()
        one.pk = None
        if isinstance(one, Evidence):
            one.stored_as = "9.jpg"
        else:
            one.number = "申9"
        refused(lambda one=one: type(one).objects.bulk_create([one]))
        refused(lambda rows=rows: rows._raw_delete("default"))
    refused(lambda: Appeal.objects.update(answer="改"))
    refused(lambda: Evidence.objects.filter(appeal=None).update(sha256="1" * 64))
    refused(lambda: Evidence.objects.filter(entry=None).update(name="改"))
    refused(lambda: MonthlyScore.objects.update(lines=[]))


def test_the_month_stays_sealed(cast, sealed):
    rows = AppraisalMonth.objects.filter(month=NOVEMBER.start)
    refused(lambda: rows.update(seal="0" * 64))
    refused(lambda: rows.update(state="appeals", locked_at=None, locked_by=None, seal=""))
    refused(lambda: rows.update(locked_by=cast.users[Role.OFFICE]))
    refused(lambda: rows._raw_delete("default"))
    assert rows.update(state="paid", paid_at=at(LATER), paid_by=cast.users[Role.OFFICE]) == 1


def test_what_comes_after_the_seal_goes_on(cast):
    """Read, put right and checked, corrected, a draft into the month that is open: by the actions."""
    scheme = worked_month(cast)
    facts = {"rectify_by": date(2026, 12, 31)}
    write_line(cast, scheme, Line(key="改", clause="D1", date=date(2026, 11, 9), points=D(1)), NOVEMBER, **facts)
    write_line(
        cast,
        scheme,
        Line(key="草", clause="D1", date=date(2026, 11, 10), points=D("0.5")),
        NOVEMBER,
        state="draft",
        notified_at=None,
        appeal_until=None,
    )
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "final")
    now, leader, office = at(LATER + timedelta(days=12)), cast.users[Role.LEADER], cast.users[Role.OFFICE]
    entry = ScoreEntry.objects.get(number="改")
    assert entry_ends.mark_entry_read(entry=entry, by=leader, now=now).read_by == leader
    entry_ends.report_rectified(entry=entry, rectified_on=date(2026, 12, 20), result="已补齐", by=leader, now=now)
    assert entry_ends.check_rectified(entry=entry, ok=True, note="到位", by=office, now=now).rectify_ok
    frozen = MonthlyScore.objects.get(month=row, village=cast.own)
    slip = corrections.ask_correction(score=frozen, entry=entry, points=D(1), reason="已核实", by=office, now=now)
    assert corrections.approve(slip=slip, by=cast.users[Role.COMMITTEE], now=now).state == Correction.State.APPROVED
    draft = ScoreEntry.objects.get(number="草")
    facts = {"occurred_on": draft.occurred_on, "answers": {"quantity": "1"}, "fact": draft.fact, "entry": draft}
    sent = entries.record_deduction(village=cast.own, clause=draft.clause, by=office, now=now, **facts).entry
    assert (sent.pk, sent.month) == (draft.pk, DECEMBER.start)


def test_a_subsidy_that_was_checked_is_not_changed(cast):
    subsidies.check_subsidies(row=sealed_scene(cast), by=cast.users[Role.OFFICE], now=at(LATER))
    refused(lambda: SubsidyRow.objects.update(note="改"))


def test_an_open_month_is_not_in_the_way(cast):
    worked_month(cast)
    assert ScoreEntry.objects.filter(number="01").update(fact="改") == 1

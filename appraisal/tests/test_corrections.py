"""更正单: the frozen figures stay, the open month gets a line outside its caps; two signatures, nobody's own team."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.actions import corrections as actions
from appraisal.bulletin_blocks import blocks_of
from appraisal.bulletin_facts import week_facts
from appraisal.forms.corrections import CorrectionForm
from appraisal.models import Correction, MonthlyScore, ScoreEntry
from appraisal.papers.content import Paragraph
from appraisal.rules.scheme import AppliesTo
from appraisal.score_facts import month_scores
from appraisal.scoring import Line, score
from appraisal.sealing import differences
from appraisal.tests import worked_example as example
from appraisal.tests.entry_scene import second_clerk, serve_too
from appraisal.tests.month_scene import LATER, sealed_scene
from appraisal.tests.score_scene import NOVEMBER, at
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED
from lianzhen.notices.models import Notice
from lianzhen.periods import Week
from lianzhen.tests.cast import START
from lianzhen.trail import acting

DECEMBER = NOVEMBER.next()
NOW = at(date(2026, 12, 31))


@pytest.fixture
def row(cast):
    return sealed_scene(cast)


def ask(cast, points="4.0", number="01", **more):
    facts = {
        "score": MonthlyScore.objects.get(month__month=NOVEMBER.start, village=cast.own),
        "entry": ScoreEntry.objects.get(number=number),
        "points": D(points),
        "reason": "会议已按期召开，材料后补。",
        "by": cast.users[Role.OFFICE],
        "now": NOW,
        **more,
    }
    return actions.ask_correction(**facts)


def approve(cast, slip, role=Role.OFFICE_LEAD):
    return actions.approve(slip=slip, by=cast.users[role], now=NOW)


def december(cast):
    return month_scores(DECEMBER, date(2026, 12, 31), explain=None).scores[cast.team.pk]


@pytest.mark.parametrize(("points", "kind"), [("4.0", "bonus"), ("-1.5", "deduction")])
def test_it_becomes_a_line_of_the_open_month(cast, row, points, kind, sign_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        slip = approve(cast, ask(cast, points))
    entry = ScoreEntry.objects.get(corrects__number="01")
    assert (entry.month, entry.kind, slip.into_month.period) == (DECEMBER.start, kind, DECEMBER)
    assert (entry.recorded_by, entry.confirmed_by) == (slip.created_by, slip.decided_by)
    found = december(cast)
    assert found.total == D(100) + D(points)
    assert [line.effect(found.weight) for line in found.lines] == [D(points)]
    assert "更正01" in found.lines[0].note
    assert differences(row) == []
    assert month_scores(NOVEMBER, LATER).scores[cast.team.pk].total == D("62.7")
    told = Notice.objects.filter(user=cast.users[Role.LEADER]).latest("pk")
    assert told.url == reverse("bonus" if kind == "bonus" else "deduction", args=[entry.pk])
    # To the papers it is no bonus: what is given back lessens the deductions, in the table and in the words.
    facts = week_facts(Week.of(NOW.date()), NOW)
    assert (facts.bonuses.rows, facts.deductions.given_back) == ((), (D(points),) if kind == "bonus" else ())
    assert sum(score.bonus for score in month_scores(DECEMBER, NOW.date()).scores.values()) == 0
    if kind == "bonus":
        said = "".join(block.text for block in blocks_of(facts)["deductions"] if isinstance(block, Paragraph))
        assert "按更正单退回扣分1项，合计4.0分。" in said
        listed = sign_in(Role.OFFICE).get(facts.deductions.given_url).context["table"].rows
        assert len(listed) == 1
        assert sign_in(Role.OFFICE).get(facts.bonuses.url).context["table"].rows == []
        assert told.text == f"2026年11月得分更正：+4.0分，计入2026年12月（{entry.number}）。"


def test_queries_do_not_grow(cast, row, sign_in, django_assert_num_queries):
    client = sign_in(Role.OFFICE)
    page = reverse("correction_list")
    ask(cast)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        assert "更202612-0001" in client.get(page).content.decode()
    assert len(one) <= 15
    approve(cast, ask(cast, "1.0", number="02"))
    actions.decline(slip=ask(cast, "0.5", number="03"), by=cast.users[Role.COMMITTEE], now=NOW, note="材料不足")
    with django_assert_num_queries(len(one)):
        assert "更202612-0003" in client.get(page).content.decode()


def test_nothing_counts_before_the_second_signature(cast, row):
    slip = ask(cast)
    assert not ScoreEntry.objects.filter(corrects__isnull=False).exists()
    with pytest.raises(ValidationError):
        actions.approve(slip=slip, by=slip.created_by, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=slip.pk).update(decided_by=slip.created_by, decided_at=NOW)
    declined = actions.decline(slip=slip, by=cast.users[Role.COMMITTEE], now=NOW, note="材料不足")
    assert declined.state == "declined"
    with pytest.raises(ValidationError):
        approve(cast, slip)


def test_not_about_ones_own_team(cast, row):
    slip = ask(cast)
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        actions.approve(slip=slip, by=serve_too(cast, Role.OFFICE_LEAD), now=NOW)


def test_where_nobody_else_is_left_the_body_decides(cast, row, sign_in):
    """The head of the office asked, and the one of the committee serves in the team."""
    lead = cast.users[Role.OFFICE_LEAD]
    slip, committee = ask(cast, by=lead), serve_too(cast, Role.COMMITTEE)
    page = reverse("correction", args=[slip.pk])
    client = sign_in(Role.COMMITTEE)
    assert f'href="{page}"' in client.get("/").content.decode()
    assert "由党委会集体审定，这里登记会议决定" in client.get(page).content.decode()
    with pytest.raises(ValidationError, match="会议纪要的文号"):
        actions.approve(slip=slip, by=committee, now=NOW)
    # Somebody of the committee who is free: the database refuses it even past the action.
    other, note = second_clerk(cast, Role.COMMITTEE), "荷党纪要〔2026〕9号"
    client = sign_in(Role.COMMITTEE)
    assert f'href="{page}"' not in client.get("/").content.decode()
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        actions.approve(slip=slip, by=committee, now=NOW, note=note)
    with pytest.MonkeyPatch.context() as past:
        past.setattr(actions, "signs_correction", lambda by, slip: ALLOWED)
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.approve(slip=slip, by=committee, now=NOW, note=note)
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(user=other).update(ends_on=START)
    assert actions.approve(slip=slip, by=committee, now=NOW, note=note).decision_note == f"{note}，党委会集体审定"
    # Nobody else could sign what the only one left would ask for.
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(user=committee).update(ends_on=START)
    with pytest.raises(ValidationError, match="请由其他同志填写"):
        ask(cast, by=lead)


@pytest.mark.parametrize("change", [{"points": "0"}, {"points": "0.05"}, {"number": "19"}, {"number": "加10-1"}])
def test_what_is_no_correction(cast, row, change):
    with pytest.raises(ValidationError):
        ask(cast, **change)


def test_no_more_is_undone_than_was_counted(cast, row):
    """Slips that wait count as well; one that was declined does not. Taking more than before stays possible."""
    taken = ScoreEntry.objects.get(number="01").effective_points
    declined = ask(cast, taken)
    actions.decline(slip=declined, by=cast.users[Role.COMMITTEE], now=NOW, note="材料不足")
    ask(cast, taken - D("0.5"))
    with pytest.raises(ValidationError, match=r"最多还给0\.5分"):
        ask(cast, "0.6")
    ask(cast, "0.5")
    with pytest.raises(ValidationError, match="没有可以还给的分值"):
        ask(cast, "0.1")
    ask(cast, "-1.0")


def test_a_draft_that_was_never_told_is_no_frozen_line(cast, row, monkeypatch):
    entry = ScoreEntry.objects.get(number="01")
    entry.state = ScoreEntry.State.DRAFT
    with pytest.raises(ValidationError, match="没有通知过"):
        ask(cast, "1.0", entry=entry)
    score = MonthlyScore.objects.get(month=row, village=cast.own)
    offered = CorrectionForm(score=score).fields["entry"].queryset
    assert entry in offered
    monkeypatch.setattr(ScoreEntry, "UNCOUNTED", (ScoreEntry.objects.get(number="01").state,))
    assert entry not in CorrectionForm(score=score).fields["entry"].queryset


def test_a_correction_stands_outside_caps_and_floors():
    terms, day = example.scheme(), date(2018, 11, 5)
    full = [Line(f"扣{n}", "A1", day, D(2)) for n in range(4)]
    capped = score(terms, full, subject=AppliesTo.VILLAGE)
    assert capped.deducted == D(6)
    gives, takes = (Line(f"更{sign}", "A1", day, D(2), corrects=sign) for sign in (1, -1))
    assert score(terms, [*full, gives], subject=AppliesTo.VILLAGE).total == capped.total + 2
    assert score(terms, [takes, *full], subject=AppliesTo.VILLAGE).total == capped.total - 2
    both = score(terms, [takes, *full, gives], subject=AppliesTo.VILLAGE)
    assert both.total == capped.total
    assert both.total == both.base + sum(line.signed for line in both.lines)


def test_through_the_pages(cast, row, sign_in):
    frozen = MonthlyScore.objects.get(month=row, village=cast.own)
    client = sign_in(Role.OFFICE)
    page = reverse("score_page", args=[NOVEMBER.key, cast.team.pk])
    address = f"{reverse('correction_add')}?score={frozen.pk}"
    assert address in client.get(page).content.decode()
    entry = ScoreEntry.objects.get(number="01")
    answer = client.post(address, {"entry": entry.pk, "points": "1.0", "reason": "材料后补"})
    slip = Correction.objects.get()
    assert answer["Location"] == reverse("correction", args=[slip.pk])
    assert client.get(reverse("correction_decide", args=[slip.pk])).status_code == 403
    assert sign_in(Role.LEADER).get(address).status_code == 403
    other = Correction.objects.filter(pk=slip.pk)
    assert other.exists()
    client = sign_in(Role.COMMITTEE)
    pasted = {"entry": entry.pk, "points": "−０.5", "reason": "从页面上复制的分值"}
    assert sign_in(Role.OFFICE).post(address, pasted).status_code == 303
    assert Correction.objects.latest("pk").points == D("-0.5")
    client = sign_in(Role.COMMITTEE)
    decide = reverse("correction_decide", args=[slip.pk])
    sent = client.post(decide, {"decision": "approve", "note": "", "version": slip.version})
    assert sent.status_code == 303
    assert "已批准" in client.get(reverse("correction_list")).content.decode()

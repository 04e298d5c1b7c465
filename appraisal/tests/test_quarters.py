"""The quarter through its actions: what blocks, who may not, what is approved and stays."""

from __future__ import annotations

from copy import copy
from datetime import date
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from appraisal.actions import quarters
from appraisal.models import Payout, PayoutRow, QuarterlyReview, SubsidyRow, TeamReview
from appraisal.papers.content import texts
from appraisal.quarter_facts import further_sheet, payout_sheet, stored_sheet, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_material import shown_lines
from appraisal.quarter_paper_facts import list_of
from appraisal.tests.entry_scene import serve_too
from appraisal.tests.quarter_scene import NOW, Q4, begun, decided, handed, sealed_quarter
from appraisal.tests.year_scene import second_member
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.tests.answers import refused
from lianzhen.tests.cast import START, make_user
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, Person, Posting

State = QuarterlyReview.State


def review_grades(review):
    return choices_of(terms_of(review).grading)


def team_of(review, team):
    return TeamReview.objects.select_related("review").get(review=review, team=team)


def test_a_quarter_waits_for_its_last_month(cast):
    sealed_quarter(cast, months=2)
    by = cast.users[Role.OFFICE]
    said = refused(lambda: quarters.start_review(quarter=Q4, by=by, now=NOW))
    assert said == "第四季度含10、11、12月，12月未定稿。"
    assert not QuarterlyReview.objects.exists()


def test_the_whole_way(cast):
    office, committee = cast.users[Role.OFFICE], cast.users[Role.COMMITTEE]
    review = begun(cast)
    assert "已经开始" in refused(lambda: quarters.start_review(quarter=Q4, by=office, now=NOW))
    own, other = (team_of(review, team) for team in (cast.team, cast.other_team))
    frozen = {one.team_id: [D(each["total"]) for each in one.months] for one in (own, other)}
    assert [len(frozen[team.pk]) for team in (cast.team, cast.other_team)] == [3, 3]
    assert other.score == D(100)
    assert (other.place, own.place) == (1, 2)
    assert own.proposed == own.grade == "较好"

    # 讲评: another grade needs a reason, one that does not exist is refused.
    save = {"row": own, "note": "环境整建要跟上。", "by": office, "now": NOW}
    assert "写明理由" in refused(lambda: quarters.save_team(**save, grade="一般"))
    assert "列出的等次" in refused(lambda: quarters.save_team(**save, grade="优"))
    saved = quarters.save_team(**save, grade="一般", reason="群众反映较多")
    assert (saved.grade, saved.reason, saved.reviewed_by) == ("一般", "群众反映较多", office)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamReview.objects.filter(pk=own.pk).update(reason="")

    # 提交、退回、再提交；提交的人不能审定。
    review = quarters.hand_in(review=review, by=office, now=NOW)
    assert "不能办理" in refused(lambda: quarters.save_team(**save, grade="好"))
    assert "退回原因" in refused(lambda: quarters.send_back(review=review, reason=" ", by=committee))
    review = quarters.send_back(review=review, reason="再听一次意见", by=committee)
    assert review.state == State.REVIEW
    review = quarters.hand_in(review=review, by=office, now=NOW)
    approve = {"review": review, "now": NOW}
    assert "提交审定的人" in refused(lambda: quarters.approve(**approve, basis="会", by=office))
    assert "填写依据" in refused(lambda: quarters.approve(**approve, basis=" ", by=committee))
    assert "重新核对" in refused(lambda: quarters.approve(**approve, basis="会", by=committee, seen=D(1)))
    review = quarters.approve(**approve, basis="荷党纪要〔2027〕1号", by=committee)

    # 兑现清单: leader, member and two heads of one village at 一般, one team in places 1 and 2.
    payout = Payout.objects.get(review=review)
    rows = list(PayoutRow.objects.filter(payout=payout).order_by("position"))
    assert [(row.role_name, row.amount) for row in rows] == [
        ("组长", D(200)),
        ("组员", D(200)),
        ("支部书记", D(100)),
        ("村主任", D(100)),
        ("联村工作组", D(1500)),
        ("联村工作组", D(2000)),
    ]
    assert payout.total == sum(row.amount for row in rows) == D(4100)
    assert (payout.created_by, payout.approved_by) == (office, committee)
    told = AuditEntry.objects.get(action="quarter.approve", model="appraisal.payout", changes__0__label="行数")
    assert told.changes[1]["after"] == "4,100.00元"
    review = quarters.mark_paid(review=review, by=office, now=NOW)
    assert review.state == State.PAID


def test_whoever_serves_in_a_team_neither_writes_about_it_nor_approves(cast, sign_in):
    review = begun(cast)
    clerk = serve_too(cast, Role.OFFICE)
    row = team_of(review, cast.team)
    said = refused(lambda: quarters.save_team(row=row, grade="较好", note="", by=clerk, now=NOW))
    assert said.startswith("涉及本人所在工作组")
    review = quarters.hand_in(review=review, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    second_member(cast)
    member = serve_too(cast, Role.COMMITTEE)
    approve = {"review": review, "basis": "会", "now": NOW}
    assert refused(lambda: quarters.approve(**approve, by=member)).startswith("涉及本人")
    assert not Payout.objects.exists()
    # The page says so in the place of the button.
    table, act = (reverse(name, args=[Q4.key]) for name in ("quarter_approval", "quarter_approve"))
    client = sign_in(Role.COMMITTEE)
    page = client.get(table).content.decode()
    assert "涉及本人所在工作组" in page
    assert act not in page
    assert client.get(act).status_code == 403
    assert table not in client.get("/").content.decode()


AS_BODY = "可以审定的党委委员都在联村工作组任职，由党委会集体审定，这里登记会议决定。"


def test_where_the_whole_committee_serves_in_teams_one_registers_what_the_body_decided(cast, sign_in):
    review, member, second = handed(cast), serve_too(cast, Role.COMMITTEE), second_member(cast)
    serve_too(cast, second)
    leader, office = cast.users[Role.LEADER], cast.users[Role.OFFICE]
    approve = {"review": review, "now": NOW}
    assert refused(lambda: quarters.approve(**approve, basis="会", by=leader)).startswith("涉及本人")
    client = sign_in(Role.COMMITTEE)
    table, act = (reverse(name, args=[Q4.key]) for name in ("quarter_approval", "quarter_approve"))
    assert f'href="{table}"' in client.get("/").content.decode()
    assert all(AS_BODY in client.get(address).content.decode() for address in (table, act))
    assert "填写依据" in refused(lambda: quarters.approve(**approve, basis=" ", by=member))
    review = quarters.approve(**approve, basis="荷党纪要〔2027〕1号", by=member)
    assert review.basis == "荷党纪要〔2027〕1号，党委会集体审定"
    assert review.basis in client.get(reverse("quarter", args=[Q4.key])).content.decode()
    noted = AuditEntry.objects.filter(action="quarter.approve", model="appraisal.quarterlyreview")
    assert "党委会集体审定，登记人在联村工作组任职" in str([one.changes for one in noted])

    # A further list in the same way; whoever prepared it never signs, and is told before that somebody else must.
    with acting(by=None, action="test.scene", label="测试数据"):
        Posting.objects.filter(person__user=cast.users[Role.MEMBER]).update(ends_on=Q4.months[0].end)
    ask = {"review": review, "reason": "任职登记更正", "now": NOW}
    with acting(by=None, action="test.scene", label="测试数据"):
        RoleGrant.objects.filter(user=second).update(ends_on=START)
    assert "没有另外的账号" in refused(lambda: quarters.ask_further(**ask, by=member))
    payout = quarters.ask_further(**ask, by=office)
    page = reverse("quarter_payout_of", args=[Q4.key, 2])
    assert f'href="{page}"' in client.get("/").content.decode()
    assert AS_BODY in client.get(page).content.decode()
    decide = {"payout": payout, "agrees": True, "by": member, "now": NOW}
    assert "会议纪要的文号" in refused(lambda: quarters.decide_further(**decide))
    assert quarters.decide_further(**decide, note="荷党纪要〔2027〕2号").decision_note.endswith("，党委会集体审定")


def test_who_gets_nothing_is_not_on_the_list_and_is_told_why(cast, sign_in):
    review = begun(cast)
    facts = {"grade": review_grades(review)[-1], "note": "", "reason": "群众反映较多", "by": cast.users[Role.OFFICE]}
    quarters.save_team(row=team_of(review, cast.team), **facts, now=NOW)
    review = quarters.hand_in(review=review, by=cast.users[Role.OFFICE], now=NOW)
    approve = {"review": review, "basis": "会", "by": cast.users[Role.COMMITTEE], "now": NOW}
    before = sign_in(Role.COMMITTEE).get(reverse("quarter_approval", args=[Q4.key])).content.decode()
    review = quarters.approve(**approve)
    payout = Payout.objects.get(review=review)
    sheet = stored_sheet(payout)
    assert [row.amount for row in sheet.rows] == [D(1500), D(2000)]
    assert [row.number for row in (*sheet.rows, *sheet.unpaid)] == [1, 2, 3, 4, 5, 6]
    assert {row.name for row in sheet.unpaid} >= {"甲书记", "甲主任"}
    assert (payout.people, payout.total) == (2, D(3500))
    page = sign_in(Role.OFFICE).get(reverse("quarter_payout", args=[Q4.key])).content.decode()
    assert all("不列入清单的4个" in text and "甲书记" in text for text in (before, page))
    assert "甲书记" not in "".join(texts(list_of(payout)))
    # A list made before holds whom it held.
    payout.people = 6
    assert len(stored_sheet(payout).rows) == 6
    teams = list(TeamReview.objects.filter(review=review).order_by("position"))
    assert not further_sheet(review, teams).rows


def test_rows_of_a_list_never_change(cast):
    review = decided(cast)
    row = PayoutRow.objects.filter(payout__review=review).first()
    for change in (
        lambda: PayoutRow.objects.filter(pk=row.pk).update(amount=0, due=0),
        lambda: PayoutRow.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReview.objects.filter(pk=review.pk).update(approved_by=review.handed_by)


def test_a_further_list_holds_the_difference_alone(cast, sign_in):
    review = decided(cast)
    office, committee = cast.users[Role.OFFICE], cast.users[Role.COMMITTEE]
    ask = {"review": review, "by": office, "now": NOW}
    assert "没有差别" in refused(lambda: quarters.ask_further(**ask, reason="核对"))
    with acting(by=None, action="test.scene", label="测试数据"):
        person = Person(name="甲迟登记", department=cast.department)
        person.save()
        Posting(team=cast.team, person=person, starts_on=Q4.months[1].start).save()
        wrong = Posting.objects.get(team=cast.team, is_leader=False, person=cast.people[Role.MEMBER])
        wrong.ends_on = Q4.months[0].start.replace(day=15)
        wrong.end_reason = "调离"
        wrong.save()
    payout = quarters.ask_further(**ask, reason="任职登记更正")
    assert "等待审定" in refused(lambda: quarters.ask_further(**ask, reason="再补"))
    assert "审定2026年第四季度第2份兑现清单" in sign_in(Role.COMMITTEE).get("/").content.decode()
    rows = {row.payee_name: row for row in payout.rows.all()}
    late, cut = rows["甲迟登记"], rows[cast.people[Role.MEMBER].name]
    assert (late.before, late.due) == (D(0), D("265.22"))  # 400 × 61 ÷ 92
    assert (cut.before, cut.due, cut.amount) == (D(400), D("65.22"), D("-334.78"))
    assert payout.total == late.amount + cut.amount
    decide = {"payout": payout, "now": NOW}
    assert "制表的人" in refused(lambda: quarters.decide_further(**decide, agrees=True, by=office))
    assert "不同意的原因" in refused(lambda: quarters.decide_further(**decide, agrees=False, by=committee))
    payout = quarters.decide_further(**decide, agrees=True, by=committee)
    assert payout.state == Payout.State.APPROVED
    teams = list(TeamReview.objects.filter(review=review).order_by("position"))
    assert not further_sheet(review, teams).rows
    first = Payout.objects.get(review=review, number=1)
    assert first.total == sum(row.amount for row in first.rows.all())


def test_heads_of_a_village_with_one_team_after_another_are_paid_each_day_once(cast):
    review = handed(cast)
    first, quarter = team_of(review, cast.team), review.period
    with acting(by=None, action="test.scene", label="测试数据"):
        LiaisonTeam.objects.filter(pk=cast.team.pk).update(ends_on=date(2026, 11, 30))
        later = LiaisonTeam(village=cast.own, starts_on=date(2026, 12, 1))
        later.save()
    second = copy(first)
    second.team = later
    days = {}
    for row in payout_sheet(review, [first, second]).rows:
        if row.name in ("甲书记", "甲主任"):
            days.setdefault(row.name, {})[row.team_id] = row.days
    parts = {cast.team.pk: 61, later.pk: len(quarter) - 61}
    assert days == {"甲书记": parts, "甲主任": parts}


def test_two_of_the_committee_at_once_approve_once(cast):
    review = handed(cast)
    stale = QuarterlyReview.objects.get(pk=review.pk)
    quarters.approve(review=review, basis="会", by=cast.users[Role.COMMITTEE], now=NOW)
    with acting(by=None, action="test.scene", label="测试数据"):
        second = make_user("丙委员", "t_second")
    assert "不能办理" in refused(lambda: quarters.approve(review=stale, basis="会", by=second, now=NOW))
    assert Payout.objects.count() == 1


@pytest.mark.parametrize(("model", "of", "less"), [(SubsidyRow, "gross", "deducted"), (PayoutRow, "due", "before")])
def test_a_difference_is_judged_to_the_cent(db, model, of, less):
    """188.10 − 150 is 38.09999… where a database reckons in binary fractions, and 38.10 all the same."""
    [rule] = [one for one in model._meta.constraints if one.name.endswith("adds_up")]
    rule.validate(model, model(**{of: D("188.10"), less: D("150.00"), "amount": D("38.10")}))
    with pytest.raises(ValidationError):
        rule.validate(model, model(**{of: D("188.10"), less: D("150.00"), "amount": D("38.11")}))


def test_what_a_slip_gives_back_is_not_among_the_best():
    """It lessens the deductions, as on every paper; a bonus, put right by a slip or not, is one."""

    def line(clause, bonus):
        return SimpleNamespace(is_bonus=bonus, waits=False, clause=clause, entry_id=1, effect=lambda weight: weight)

    month = Q4.months[0]
    account = SimpleNamespace(
        weight=D(1), lines=[line("A4", True), line("G2", True), line("A4", False), line("X", True)]
    )
    shown = shown_lines({month: account}, {(month, "A4"): (3, "per_event"), (month, "G2"): (4, "bonus")})
    assert [one.gives_back for one in shown] == [True, False, False, False]
    assert [one.clause_url for one in shown] == [reverse("clause", args=[pk]) for pk in (3, 4, 3)] + [""]

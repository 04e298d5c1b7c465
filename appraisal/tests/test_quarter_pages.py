"""The quarter through its pages: blocked steps say why, notes and grades are saved, few queries."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.actions import quarters
from appraisal.models import IssuedDocument, Payout, QuarterlyReview, TeamReview
from appraisal.tests.quarter_scene import NOW, Q4, begun, decided, sealed_quarter
from appraisal.tests.week_scene import many_teams
from lianzhen.accounts.roles import Role


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel("2027-01-20T06:00:00Z", tick=False):
        yield


def url(name, *more):
    return reverse(name, args=[Q4.key, *more])


def send(client, address, **data):
    form = client.get(address).context["form"]
    kept = {name: form[name].value() for name in ("once", "version", "seen") if name in form.fields}
    return client.post(address, {**{k: v() if callable(v) else v for k, v in kept.items() if v is not None}, **data})


def test_a_blocked_quarter_says_which_month(cast, sign_in):
    sealed_quarter(cast, months=2)
    client = sign_in(Role.OFFICE)
    assert "第四季度含10、11、12月，12月未定稿。" in client.get(url("quarter")).content.decode()
    # No form that then refuses: the step leads on, whoever sends it all the same is refused.
    assert "12月未定稿。" in client.get(url("quarter_start"), follow=True).content.decode()
    assert client.post(url("quarter_start")).status_code == 422
    assert not QuarterlyReview.objects.exists()


def test_the_whole_way_through_the_pages(cast, sign_in):
    sealed_quarter(cast)
    client = sign_in(Role.OFFICE)
    assert send(client, url("quarter_start")).status_code == 303
    page = url("quarter_review")
    assert "示例一村联村工作组" in client.get(page).content.decode()
    answer = send(client, page, grade="较好", note="环境整建要跟上。", go="next")
    row = TeamReview.objects.get(team=cast.team)
    assert answer["Location"] == f"{page}?team={cast.other_team.pk}"
    assert (row.note, row.grade) == ("环境整建要跟上。", "较好")
    assert send(client, page, grade="好", note="").status_code == 422
    assert send(client, url("quarter_hand_in")).status_code == 303

    client = sign_in(Role.COMMITTEE)
    assert send(client, url("quarter_approve"), basis="荷党纪要〔2027〕1号").status_code == 303
    assert Payout.objects.get().state == Payout.State.APPROVED
    for step, said in (
        ("quarter_approve", "现在是“已审定”，这一步不能办理。"),
        ("quarter_back", "现在是“已审定”，这一步不能办理。"),
        ("quarter_hand_in", "现在是“已审定”，这一步不能办理。"),
        ("quarter_start", "讲评已经开始。"),
    ):
        client = sign_in(Role.COMMITTEE if step in ("quarter_approve", "quarter_back") else Role.OFFICE)
        assert said in client.get(url(step), follow=True).content.decode(), step
    client = sign_in(Role.OFFICE_LEAD)
    assert send(client, url("quarter_review_issue")).status_code == 303
    assert send(client, url("quarter_payout_issue", 1)).status_code == 303
    kinds = dict(IssuedDocument.objects.values_list("kind", "audience"))
    assert kinds == {
        IssuedDocument.Kind.QUARTERLY_REVIEW: IssuedDocument.Audience.STAFF,
        IssuedDocument.Kind.PAYOUT: IssuedDocument.Audience.OFFICE,
    }


def test_what_waits_for_the_committee_stands_on_its_home(cast, sign_in):
    begun(cast)
    client = sign_in(Role.COMMITTEE)
    assert "审定2026年第四季度讲评" not in client.get("/").content.decode()
    quarters.hand_in(review=QuarterlyReview.objects.get(), by=cast.users[Role.OFFICE], now=NOW)
    page = client.get("/").content.decode()
    assert f'href="{url("quarter_approval")}"' in page
    assert "审定2026年第四季度讲评" in page
    assert "审定2026年第四季度讲评" not in sign_in(Role.OFFICE_LEAD).get("/").content.decode()


def test_the_district_sees_its_teams_without_amounts(cast, sign_in):
    decided(cast)
    client = sign_in(Role.DISTRICT)
    text = client.get(url("quarter_approval")).content.decode()
    assert "示例一村" in text
    assert "示例二村" not in text
    assert "兑现（元）" not in text
    # No link leads where it would be turned away: steps of others, the other district's material.
    page, paper = (client.get(url(name)).content.decode() for name in ("quarter", "quarter_review_paper"))
    assert url("quarter_approval") in page
    assert not any(f'"{url(name)}"' in page for name in ("quarter_review", "quarter_payout"))
    material = url("quarter_material", cast.other_team.pk)
    assert material not in paper
    # Who decided it, and who tells the town.
    assert "镇党委审定，依据" in paper
    assert "联村工作办" in paper.split('class="pp-signed')[1]
    assert material in sign_in(Role.AUDITOR).get(url("quarter_review_paper")).content.decode()


def addresses(cast, *, begun, decided):
    """The pages that show a quarter in its state."""
    found = [reverse("quarter_list"), url("quarter"), url("quarter_materials"), f"{url('quarter_materials')}?print=1"]
    found.append(url("quarter_material", cast.team.pk))
    found += [url("quarter_review"), url("quarter_approval")] if begun else []
    papers = [url("quarter_payout"), url("quarter_review_paper"), url("quarter_payout_paper", 1)]
    return found + papers if decided else found


def queries_in_every_state(cast, sign_in, more_teams):
    """How many queries each page asks, by state; the scene is taken back afterwards."""
    office, committee, found = cast.users[Role.OFFICE], cast.users[Role.COMMITTEE], {}

    def count(state, *, begun=True, decided=False):
        for address in addresses(cast, begun=begun, decided=decided):
            assert client.get(address).status_code == 200, (state, address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            found[state, address] = len(asked)

    with transaction.atomic():
        many_teams(cast, more_teams)
        sealed_quarter(cast)
        client = sign_in(Role.OFFICE_LEAD)
        count("not begun", begun=False)
        review = quarters.start_review(quarter=Q4, by=office, now=NOW)
        count("review")
        review = quarters.hand_in(review=review, by=office, now=NOW)
        count("committee")
        review = quarters.approve(review=review, basis="荷党纪要〔2027〕1号", by=committee, now=NOW)
        count("approved", decided=True)
        quarters.mark_paid(review=review, by=office, now=NOW)
        count("paid", decided=True)
        transaction.set_rollback(True)
    return found


def test_few_queries_in_every_state_whatever_the_number_of_teams(cast, sign_in):
    few, many = (queries_in_every_state(cast, sign_in, count) for count in (1, 9))
    assert len(few) == 5 + 7 + 7 + 10 + 10
    assert {place: count for place, count in few.items() if count > 15} == {}
    assert many == few

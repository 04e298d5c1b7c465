"""文件柜: what is issued is numbered once, kept unchangeable, found again, and read by whom it is for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from appraisal.actions.document_templates import set_paper_settings
from appraisal.actions.documents import next_number
from appraisal.models import DocumentFile, IssuedDocument
from appraisal.papers.content import OFFICIAL, Masthead, paragraph, span
from appraisal.papers.sample import sample
from lianzhen.accounts.roles import Role
from lianzhen.tests.document_rows import issued
from lianzhen.trail import guards
from lianzhen.trail.models import AuditEntry

pytestmark = pytest.mark.django_db
Kind = IssuedDocument.Kind


def bulletin(cast, year=2018, **more):
    return issued(cast, kind=Kind.BULLETIN, period=f"{year}-W42", year=year, numbered=True, **more)


def url_of(document, query=""):
    return reverse("document", args=[document.pk]) + query


def tamper(document, content=b"another file"):
    """As somebody with the database in his hands could."""
    guards.lift()
    DocumentFile.objects.filter(document=document).update(content=content)
    guards.install()


# --- Numbers ----------------------------------------------------------------------------------
def test_numbers_follow_each_other_within_kind_and_year(cast):
    first, second = bulletin(cast), bulletin(cast)
    assert [(d.number, d.total_number) for d in (first, second)] == [(1, 1), (2, 2)]
    assert second.paper.masthead.number == "2018年第2期（总第2期）" == second.numbered
    assert bulletin(cast, 2019).numbered == "2019年第1期（总第3期）"
    monthly = issued(cast, kind=Kind.MONTHLY_BULLETIN, period="2018-10", year=2018, numbered=True)
    assert (monthly.number, monthly.total_number) == (1, 1)
    assert issued(cast).number is None


def test_the_bulletin_goes_on_counting_where_paper_stopped(cast):
    set_paper_settings(by=cast.users[Role.OFFICE], before_total=130, before_year=2018, before_number=29)
    assert next_number(Kind.BULLETIN, 2018) == (30, 131)
    assert next_number(Kind.MONTHLY_BULLETIN, 2018) == (1, 1)
    bulletin(cast)
    assert next_number(Kind.BULLETIN, 2018) == (31, 132)
    assert next_number(Kind.BULLETIN, 2019) == (1, 132)


def test_an_official_paper_needs_its_number(cast, sign_in):
    paper = sample(OFFICIAL, rows=1)
    blank = replace(paper, masthead=replace(paper.masthead, number=""))
    with pytest.raises(ValidationError, match="发文字号"):
        issued(cast, paper=blank)
    assert not IssuedDocument.objects.exists()
    made = issued(cast, paper=blank, official_number=" 示联发〔2018〕5号 ")
    assert made.numbered == made.paper.masthead.number == "示联发〔2018〕5号"
    # Found with the brackets of a keyboard too.
    client = sign_in(Role.MEMBER)
    assert [found(client, f"?q=示联发{year}5号") for year in ("〔2018〕", "[2018]", "（2018）", "(2017)")] == [
        *[{made.pk}] * 3,
        set(),
    ]
    # The number is the general office's own form of it, and belongs to one paper.
    for typed, said in (("第5号文", "格式填写发文字号"), ("示联发〔2018〕5号", f"已用于《{made.title}》")):
        with pytest.raises(ValidationError, match=said):
            issued(cast, paper=blank, official_number=typed)
    assert IssuedDocument.objects.count() == 1


# --- Kept as it was -----------------------------------------------------------------------------
def test_what_was_issued_cannot_be_changed_or_removed(cast):
    made = bulletin(cast)
    for attempt in (
        lambda: IssuedDocument.objects.filter(pk=made.pk).update(title="另一个标题"),
        lambda: IssuedDocument.objects.filter(pk=made.pk).delete(),
        lambda: DocumentFile.objects.filter(pk=made.pk).update(content=b""),
        lambda: DocumentFile.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert IssuedDocument.objects.get().title == made.title


def test_issuing_leaves_one_entry_in_the_trail(cast):
    made = bulletin(cast)
    entry = AuditEntry.objects.get(model="appraisal.issueddocument")
    assert (entry.object_id, entry.label, entry.by) == (made.pk, "印发文件", cast.users[Role.OFFICE])
    assert made.sha256 in str(entry.changes)
    assert "body" not in str(entry.changes)


def test_the_file_is_what_was_issued_even_after_the_settings_change(cast, sign_in):
    made = bulletin(cast)
    set_paper_settings(by=cast.users[Role.OFFICE], bulletin_name="另一个报名")
    answer = sign_in(Role.MEMBER).get(url_of(made, "?format=docx"))
    assert hashlib.sha256(answer.content).hexdigest() == made.sha256
    assert len(answer.content) == made.size
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert "attachment" in answer["Content-Disposition"]


def test_a_file_that_was_changed_is_not_handed_out(cast, sign_in):
    made, other = bulletin(cast), bulletin(cast)
    tamper(made)
    for query in ("", "?format=docx"):
        answer = sign_in(Role.OFFICE).get(url_of(made, query))
        assert answer.status_code == 409
        assert "校验值不符" in answer.content.decode()
    assert sign_in(Role.OFFICE).get(url_of(other)).status_code == 200


def test_the_command_checks_every_file(cast):
    made, _ = bulletin(cast), bulletin(cast)
    out, err = StringIO(), StringIO()
    call_command("verify_documents", stdout=out)
    assert "共核对2件" in out.getvalue()
    tamper(made)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_documents", stdout=out, stderr=err)
    assert ended.value.code == 1
    assert f"编号{made.pk}" in err.getvalue()
    assert "有1件不符" in err.getvalue()


# --- Corrections --------------------------------------------------------------------------------
def test_a_correction_is_a_further_issue_linked_both_ways(cast, sign_in):
    first = bulletin(cast)
    second = bulletin(cast, corrects=first)
    client = sign_in(Role.MEMBER)
    assert url_of(second) in client.get(url_of(first)).content.decode()
    assert url_of(first) in client.get(url_of(second)).content.decode()
    shelf = client.get(reverse("document_list")).content.decode()
    assert "已更正" in shelf
    assert "更正件" in shelf
    with pytest.raises(ValidationError, match="更正最近的一期"):
        bulletin(cast, corrects=first)
    with pytest.raises(ValidationError, match="同一种文件"):
        issued(cast, corrects=second)


# --- The shelf ----------------------------------------------------------------------------------
def found(client, query):
    page = client.get(reverse("document_list") + query).content.decode()
    return {row.pk for row in IssuedDocument.objects.all() if f'href="{url_of(row)}"' in page}


def test_found_by_title_number_words_signer_year_and_kind(cast, sign_in):
    old, new = bulletin(cast, 2017), bulletin(cast)
    form = issued(cast, paper=replace(sample("plain", 2), title="年度考核表"), kind=Kind.ANNUAL_FORM)
    client = sign_in(Role.MEMBER)
    assert found(client, "") == {old.pk, new.pk, form.pk}
    assert found(client, "?q=年度考核表") == {form.pk}
    assert found(client, "?q=总第2期") == {new.pk}
    assert found(client, "?q=第1期 总第1期") == {old.pk}
    assert found(client, "?q=示例2村") == {old.pk, new.pk, form.pk}
    assert found(client, "?q=" + cast.users[Role.OFFICE_LEAD].name) == {old.pk, new.pk, form.pk}
    assert found(client, "?q=没有这句话") == set()
    assert found(client, "?year=2017") == {old.pk}
    assert found(client, "?kind=annual_form") == {form.pk}
    assert found(client, "?q=" + "9" * 30) == set()


def test_amounts_are_for_the_town_and_a_village_paper_for_its_village(cast, sign_in):
    payout = issued(cast, kind=Kind.PAYOUT, audience=IssuedDocument.Audience.OFFICE)
    near, far = issued(cast, village=cast.own), issued(cast, village=cast.other)
    whole = bulletin(cast)
    sees = {
        Role.OFFICE: {payout.pk, near.pk, far.pk, whole.pk},
        Role.COMMITTEE: {payout.pk, near.pk, far.pk, whole.pk},
        Role.LEADER: {near.pk, whole.pk},
        Role.WINDOW: {near.pk, far.pk, whole.pk},
        Role.SYSADMIN: set(),
        Role.GRIDHEAD: set(),
    }
    for role, papers in sees.items():
        rows = IssuedDocument.objects.visible_to(cast.users[role])
        assert set(rows.values_list("pk", flat=True)) == papers, role
    assert sign_in(Role.LEADER).get(url_of(payout)).status_code == 404
    assert sign_in(Role.LEADER).get(url_of(payout, "?format=docx")).status_code == 404


def test_the_page_the_sheet_and_the_file_say_the_same(cast, sign_in):
    made = bulletin(cast)
    client = sign_in(Role.MEMBER)
    for page in (client.get(url_of(made)), client.get(url_of(made, "?print=1"))):
        told = page.content.decode()
        assert page.status_code == 200
        for text in ("2018年第1期（总第1期）", made.title, "示例2村联村工作组", "发：各村、各联村工作组", "共印60份"):
            assert text in told


def test_the_shelf_asks_the_database_as_often_for_many_papers(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.MEMBER)
    for _ in range(3):
        made = bulletin(cast)
    client.get(reverse("document_list"))  # the first page after signing in asks for more
    with django_assert_max_num_queries(15) as few:
        client.get(reverse("document_list"))
    for _ in range(5):
        made = bulletin(cast, corrects=made)
    with django_assert_max_num_queries(15) as many:
        client.get(reverse("document_list"))
    assert len(many) == len(few)
    with django_assert_max_num_queries(15):
        client.get(url_of(made))


def test_a_figure_leads_to_its_rows_on_screen_and_to_nothing_elsewhere(cast, sign_in):
    figure, trap = span("3次", "/duty/?week=2018-W42"), span("x", "javascript:1")
    paper = replace(sample("briefing", 1), blocks=(paragraph("缺岗", figure, trap),))
    made = bulletin(cast, paper=replace(paper, masthead=Masthead("briefing", "联村工作通报")))
    client = sign_in(Role.OFFICE)
    assert '<a href="/duty/?week=2018-W42">3次</a>' in client.get(url_of(made)).content.decode()
    assert "javascript:" not in client.get(url_of(made)).content.decode()
    assert "3次" in (sheet := client.get(url_of(made, "?print=1")).content.decode())
    assert "/duty/?week=2018-W42" not in sheet
    # Who does not see the rows of the whole town is led to no page that would turn him away.
    for role in (Role.MEMBER, Role.WINDOW):
        page = sign_in(role).get(url_of(made)).content.decode()
        assert "3次" in page
        assert "/duty/?week=2018-W42" not in page
    # Of a paper about one village whoever works there follows the figures, the window does not.
    near = issued(cast, kind=IssuedDocument.Kind.SELFGOV_RESULT, period="2018", paper=paper, village=cast.own)
    member, window = (sign_in(role).get(url_of(near)).content.decode() for role in (Role.MEMBER, Role.WINDOW))
    assert "/duty/?week=2018-W42" in member
    assert "3次" in window
    assert "/duty/?week=2018-W42" not in window

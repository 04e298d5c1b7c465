"""Pages of bulletins and of the public notice: the way to a file, who reads what, two drafts, the live preview."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from appraisal.actions import bulletins as actions
from appraisal.actions.month_notice import issue_notice
from appraisal.bulletin_blocks import blocks_of
from appraisal.bulletin_draft import cells_of
from appraisal.bulletin_weeks import untold
from appraisal.models import Bulletin, BulletinBlock, IssuedDocument, ScoreEntry
from appraisal.papers.content import Paragraph, Table, blocks_as_json
from appraisal.tests import test_bulletin_draft as drafts
from appraisal.tests.bulletin_scene import NOW, issued, lived_week, log_late, made, words
from appraisal.tests.month_scene import advance, row_of, sealed_scene, settle
from appraisal.tests.score_scene import NOVEMBER, worked_month
from appraisal.tests.week_scene import WEEK, at, log, many_teams, report, saved
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail.models import AuditEntry

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KEY = WEEK.key
#: A form that asks nothing.
SENT = {"version": ""}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=True):
        yield


def url(name, *args):
    return reverse(name, args=args or [KEY])


def read(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def posted(bulletin, **more):
    """What the editor sends when nothing was typed."""
    from appraisal.forms.bulletins import BulletinForm

    form = BulletinForm(None, record=bulletin, blocks=list(bulletin.blocks.all()))
    values = {name: form[name].value() for name in form.fields if not name.startswith("skip-") and form[name].value()}
    return {**values, **more}


def word_text(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()


# --- The way from the home page -------------------------------------------------------------------
def test_from_the_home_page_to_a_file(cast, sign_in):
    lived_week(cast)
    client = sign_in(Role.OFFICE)
    # On Monday the week before is to be told of, not yet this one.
    assert f"生成第{WEEK.number}周通报" in read(client, "/")
    assert f"生成第{WEEK.next().number}周通报" not in read(client, "/")
    assert "生成第48周通报" in read(client, url("bulletin_add"))
    answer = client.post(url("bulletin_add"), SENT)
    assert answer["Location"] == url("bulletin_edit")
    page = read(client, url("bulletin_edit"))
    assert "第48周（11月23日—29日）" in page
    assert f'href="{url("bulletin")}?format=docx"' in page
    answer = client.get(url("bulletin") + "?format=docx")
    assert answer["Content-Type"] == DOCX
    assert "代拟稿" in "".join(
        zipfile.ZipFile(io.BytesIO(answer.content)).read(n).decode()
        for n in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        if n.startswith("word/") and n.endswith(".xml")
    )
    assert "驻村办公" in word_text(answer.content)
    assert "第48周通报草稿" in read(client, "/")


def test_the_list_tells_weeks_at_work_without_a_bulletin(cast, sign_in, django_assert_max_num_queries):
    """Also those that the home page tells no more; a week in which nothing was entered owes none."""
    lived_week(cast)
    earlier, longer_ago = (Week(WEEK.year, WEEK.number - weeks) for weeks in (5, 20))
    log(cast.team, earlier.start + timedelta(days=1), cast.people[Role.LEADER])
    report(cast.other_team, longer_ago, cast.users[Role.LEADER], at(longer_ago.end, 10))
    log(cast.team, date(2025, 12, 26), cast.people[Role.LEADER])  # the year before
    listed = reverse("bulletin_list")
    client = sign_in(Role.OFFICE)
    with django_assert_max_num_queries(15):
        said = read(client, listed)
    assert said.count("还没有通报：") == 1
    weeks = lambda page: re.findall(r'<a class="nowrap" href="([^"]+)">第(\d+)周</a>', page)  # noqa: E731
    assert weeks(said) == [(url("bulletin", one.key), str(one.number)) for one in (WEEK, earlier, longer_ago)]
    made(cast)
    made(cast, period=earlier)
    assert weeks(read(client, listed)) == [(url("bulletin", longer_ago.key), str(longer_ago.number))]
    assert weeks(read(sign_in(Role.LEADER), listed)) == []


def test_the_first_week_of_a_year_finds_the_weeks_of_the_year_before(cast):
    log(cast.team, date(2026, 12, 22), cast.people[Role.LEADER])
    assert untold(date(2027, 1, 4)) == [Week(2026, 52)]  # W53 was the week before
    assert untold(date(2027, 1, 10)) == [Week(2026, 52)]
    assert untold(date(2027, 1, 11)) == []


def test_a_second_draft_is_led_to_the_first(cast, sign_in):
    made(cast)
    client = sign_in(Role.OFFICE)
    answer = client.post(url("bulletin_add"), SENT)
    assert answer.status_code == 422
    assert f'href="{url("bulletin")}"' in answer.content.decode()
    assert Bulletin.objects.count() == 1


# --- The editor -------------------------------------------------------------------------------------
def test_the_editor_without_a_script(cast, sign_in):
    lived_week(cast)
    bulletin = made(cast)
    client = sign_in(Role.OFFICE)
    answer = client.post(url("bulletin_edit"), posted(bulletin, **{"words-overview": "本周情况很好。"}))
    assert answer.status_code == 303
    assert "本周情况很好。" in read(client, url("bulletin"))
    log_late(cast.other_team)
    bulletin.refresh_from_db()
    client.post(url("bulletin_edit"), posted(bulletin, refresh="1"))
    page = read(client, url("bulletin_edit"))
    assert "本周情况很好。" in page
    assert "处有变化" in page
    assert "处变化，这一段保留了修改的内容" in page
    bulletin.refresh_from_db()
    client.post(url("bulletin_edit"), posted(bulletin, restore="overview"))
    assert "实到3天" in read(client, url("bulletin"))[read(client, url("bulletin")).index("<article") :].replace(
        "</a>", ""
    ).replace(f'<a href="{reverse("duty_matrix")}?week={KEY}">', "")
    assert bulletin.blocks.get(key="overview").words == ""


def test_a_table_cell_by_cell(cast, sign_in, django_assert_max_num_queries):
    lived_week(cast)
    bulletin = made(cast)
    block = bulletin.blocks.get(key="duty")
    client = sign_in(Role.OFFICE)
    # What is typed in the editor is saved on the way to the table.
    answer = client.post(url("bulletin_edit"), posted(bulletin, table=block.pk, **{"words-overview": "先保存。"}))
    address = url("bulletin_table", block.pk)
    assert answer["Location"] == address
    assert bulletin.blocks.get(key="overview").words == "先保存。"
    page = read(client, address)
    assert 'aria-label="第二片区 实到（天）"' in page
    bulletin.refresh_from_db()
    data = {"version": bulletin.version, "c-0-1-3": " 1 \x00\n天<b>", "c-0-1-0": "第二片区"}
    assert client.post(address, {**data, "c-0-0-0": "长" * 301}).status_code == 422
    assert client.post(address, data)["Location"] == url("bulletin_edit") + "#block-duty"
    assert "表格有1格为手工修改" in read(client, url("bulletin_edit"))
    assert "1 天&lt;b&gt;" in read(client, url("bulletin"))
    assert "自动：0" in read(client, address)
    assert client.post(address, data).status_code == 409
    with django_assert_max_num_queries(15):
        read(client, address)
    bulletin.refresh_from_db()
    client.post(address, {"version": bulletin.version, "restore": "1", "c-0-1-3": "7"})
    assert "恢复自动" not in read(client, url("bulletin_edit")).split('id="block-duty"')[1].split("</section>")[0]
    # A section without a table, and an issue, lead back to the bulletin.
    bulletin.refresh_from_db()
    assert client.get(url("bulletin_table", bulletin.blocks.get(key="ahead").pk))["Location"] == url("bulletin")
    issued(cast, bulletin)
    assert client.get(address)["Location"] == url("bulletin")


def test_another_editor_was_quicker(cast, sign_in):
    bulletin = made(cast)
    mine = posted(bulletin, **{"words-overview": "我的文字。"})
    client = sign_in(Role.OFFICE)
    client.post(url("bulletin_edit"), posted(bulletin, **{"words-overview": "别人的文字。"}))
    answer = client.post(url("bulletin_edit"), mine)
    assert answer.status_code == 409
    assert "我的文字。" in answer.content.decode()
    assert "别人的文字。" in answer.content.decode()


def test_a_number_in_the_wrong_form(cast, sign_in):
    bulletin = made(cast)
    answer = sign_in(Role.OFFICE).post(
        url("bulletin_edit"), posted(bulletin, style="official", official_number="荷联发[2026]第05号")
    )
    assert answer.status_code == 422
    assert "六角括号" in answer.content.decode()


def test_the_preview_shows_what_is_typed_and_keeps_nothing(cast, sign_in):
    bulletin = made(cast)
    client = sign_in(Role.OFFICE)
    data = posted(bulletin, **{"words-overview": "<b>正在输入</b>", "skip-duty": "on"})
    answer = client.post(url("bulletin_preview", bulletin.pk), data).content.decode()
    assert "&lt;b&gt;正在输入" in answer
    assert "一、周报报送" in answer
    assert "正在输入" not in read(client, url("bulletin"))
    long = posted(bulletin, **{"words-overview": "长" * 4001})
    assert "超过4,000字" in client.post(url("bulletin_preview", bulletin.pk), long).content.decode()
    assert client.get(url("bulletin_preview", bulletin.pk)).status_code == 405


# --- Signed and read --------------------------------------------------------------------------------
def test_signed_on_the_page(cast, sign_in):
    lived_week(cast)
    bulletin = made(cast)
    client = sign_in(Role.OFFICE)
    assert client.post(url("bulletin_submit", bulletin.pk), {"version": bulletin.version}).status_code == 303
    assert client.get(url("bulletin_sign", bulletin.pk)).status_code == 403
    assert client.get(url("bulletin_edit"))["Location"] == url("bulletin")
    # What was typed before somebody else submitted it is not lost.
    late = client.post(url("bulletin_edit"), posted(bulletin, **{"words-overview": "刚写的话。"}))
    assert (late.status_code, "刚写的话。" in late.content.decode()) == (409, True)
    # Steps that are not due, from an old page or the way back, have no form.
    for step in ("bulletin_submit", "bulletin_correct", "bulletin_drop"):
        assert client.get(url(step, bulletin.pk))["Location"] == url("bulletin")
    assert "到“已印发”时再办这一步" in client.get(url("bulletin_correct", bulletin.pk), follow=True).content.decode()
    lead = sign_in(Role.OFFICE_LEAD)
    assert "签发第48周通报" in read(lead, "/")
    assert "第1期（总第1期）" in read(lead, url("bulletin_sign", bulletin.pk))
    answer = lead.post(url("bulletin_sign", bulletin.pk), SENT)
    document = IssuedDocument.objects.get()
    assert answer["Location"] == reverse("document", args=[document.pk])
    assert "签发第48周通报" not in read(lead, "/")
    for step in ("bulletin_sign", "bulletin_back"):
        assert lead.get(url(step, bulletin.pk))["Location"] == url("bulletin")


def test_words_that_the_records_overtook_are_told_before_the_signature(cast, sign_in):
    lived_week(cast)
    bulletin = made(cast)
    client, lead = sign_in(Role.OFFICE), sign_in(Role.OFFICE_LEAD)
    client.post(url("bulletin_edit"), posted(bulletin, **{"words-overview": "全镇实到3天。"}))
    assert "改过以后" not in read(client, url("bulletin_submit", bulletin.pk))
    log_late(cast.other_team)
    bulletin.refresh_from_db()
    client.post(url("bulletin_edit"), posted(bulletin, refresh="1"))
    assert "“总体情况”改过以后，数据又有1处变化" in read(client, url("bulletin_submit", bulletin.pk))
    # The signer sees what differs, and issues the old words only by saying so.
    client.post(url("bulletin_submit", bulletin.pk), SENT)
    page = read(lead, url("bulletin_sign", bulletin.pk))
    assert "<del>" in page
    assert "<ins>" in page
    answer = lead.post(url("bulletin_sign", bulletin.pk), SENT)
    assert (answer.status_code, "请核对后勾选" in answer.content.decode()) == (422, True)
    assert not IssuedDocument.objects.exists()
    answer = lead.post(url("bulletin_sign", bulletin.pk), {**SENT, "keeps_edited": "on"})
    assert "全镇实到3天。" in IssuedDocument.objects.get().words
    noted = AuditEntry.objects.about(bulletin).filter(action="bulletin.sign", changes__0__label="照修改过的文字签发")
    assert noted.get().changes[0]["after"] == "总体情况"


def test_a_figure_that_counts_leads_to_as_many_rows(cast, sign_in):
    """Teams, entries, reports, decisions: every figure of the week with its word, and every cell of the duty table."""
    lived_week(cast)
    client, bulletin = sign_in(Role.OFFICE), made(cast)
    counted = re.compile(r"(\d+)(个联村工作组|个组|份|项|件)$")
    blocks = [block for one in bulletin.blocks.all() for block in one.auto_blocks]
    spans = [span for block in blocks if isinstance(block, Paragraph) for span in block.spans]
    told = [(found[1], span) for span in spans if span.href and (found := counted.search(span.text))]
    (duty,) = [block for block in blocks if isinstance(block, Table) and block.columns[1].title.startswith("工作组")]
    for cells in (*duty.rows, duty.total):
        told += [(cells[1].text, cells[1]), (cells[-1].text, cells[-1])]
    assert {"个联村工作组", "个组", "份", "项"} <= {one.text.lstrip("全镇").lstrip("0123456789") for _, one in told}
    for number, one in told:
        rows = client.get(one.href).context["table"].rows
        assert len([row for row in rows if 'class="group"' not in str(row)]) == int(number), one
    # Nobody's number stands without its rows.
    assert not [one for one in spans if counted.search(one.text) and not one.href]


def test_nothing_is_issued_that_the_records_contradict_unseen(cast, sign_in):
    """A draft of Friday submitted on Monday: first brought up to date and read; and what changes while it waits for
    the signature is shown to whoever signs."""
    lived_week(cast)
    bulletin = made(cast)
    client, lead = sign_in(Role.OFFICE), sign_in(Role.OFFICE_LEAD)
    log_late(cast.other_team)
    assert "现在的数据截至11月30日09:30" in read(client, url("bulletin_submit", bulletin.pk))
    answer = client.post(url("bulletin_submit", bulletin.pk), SENT, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == url("bulletin_edit")
    assert "还没有提交：数据有" in page
    assert "<del>" in page
    bulletin.refresh_from_db()
    assert (bulletin.state, bulletin.submitted_at) == ("draft", None)
    assert "实到3天" in words(bulletin, "overview")
    client.post(url("bulletin_submit", bulletin.pk), SENT)
    bulletin.refresh_from_db()
    assert bulletin.state == "signing"

    log(cast.other_team, date(2026, 11, 26), cast.other_team.postings.get().person)
    assert "照提交时的数据签发" not in read(lead, url("bulletin_sign", bulletin.pk))
    answer = lead.post(url("bulletin_sign", bulletin.pk), SENT)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "提交签发以后，登记的数据有" in page
    assert "实到4天" in page
    assert "照提交时的数据签发" in page
    assert not IssuedDocument.objects.exists()
    assert lead.post(url("bulletin_sign", bulletin.pk), {**SENT, "keeps_data": "on"}).status_code == 303
    assert "实到3天" in IssuedDocument.objects.get().words
    noted = AuditEntry.objects.about(bulletin).filter(action="bulletin.sign", changes__0__label="照提交时的数据签发")
    assert "总体情况" in noted.get().changes[0]["after"]


def test_the_cells_of_six_hundred_teams_come_back_whole(cast, sign_in):
    bulletin = made(cast)
    block = bulletin.blocks.get(key="scores")
    BulletinBlock.objects.filter(pk=block.pk).update(auto=blocks_as_json(blocks_of(drafts.week(600))["scores"]))
    block.refresh_from_db()
    cells = {f"c-{cell.place}": cell.text for cell in cells_of(block.auto_blocks)}
    assert len(cells) == 4800
    data = {"version": bulletin.version, **cells, "c-0-599-7": "88.8"}
    assert sign_in(Role.OFFICE).post(url("bulletin_table", block.pk), data).status_code == 303
    block.refresh_from_db()
    assert block.cells == {"0-599-7": "88.8"}


def test_drafts_are_the_offices_and_issues_are_everybodys(cast, sign_in):
    lived_week(cast)
    bulletin = made(cast)
    readers = (Role.COMMITTEE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.CADRE, Role.INSTRUCTOR, Role.WINDOW)
    for role in readers:
        assert "还没有印发" in read(sign_in(role), url("bulletin"))
    issued(cast, bulletin)
    for role in readers:
        page = read(sign_in(role), url("bulletin"))
        assert "2026年第1期（总第1期）" in page
        assert "更正</a>" not in page
    # A village role follows no link into other villages: it has none.
    for role in (Role.LEADER, Role.WINDOW):
        paper = read(sign_in(role), url("bulletin"))
        assert "<a href" not in paper[paper.index("<article") : paper.index("</article>")]
    for outside in (Role.SYSADMIN, Role.GRIDHEAD, cast.outsider):
        assert sign_in(outside).get(url("bulletin")).status_code == 403
    answer = sign_in(Role.LEADER).get(url("bulletin") + "?format=docx")
    assert answer["Location"].endswith("?format=docx")


def test_corrected_on_the_page(cast, sign_in):
    lived_week(cast)
    wrong = issued(cast)
    client = sign_in(Role.OFFICE)
    assert "更正</a>" in read(client, url("bulletin"))
    assert client.post(url("bulletin_correct", wrong.pk), {"reason": ""}).status_code == 422
    answer = client.post(url("bulletin_correct", wrong.pk), {"reason": "天数有误"})
    assert answer["Location"] == url("bulletin_edit")
    # Everybody else still reads the one in force.
    assert "已印发" in read(sign_in(Role.LEADER), url("bulletin"))
    # Begun by mistake: dropped on a page of its own, and begun again.
    client = sign_in(Role.OFFICE)
    drop = url("bulletin_drop", Bulletin.objects.get(corrects=wrong).pk)
    assert drop in read(client, url("bulletin"))
    assert client.post(drop, {**SENT, "reason": ""}).status_code == 422
    assert client.post(drop, {**SENT, "reason": "点错了"})["Location"] == url("bulletin")
    page = read(client, url("bulletin"))
    assert "更正</a>" in page
    assert "点错了" in page
    assert drop not in page
    client.post(url("bulletin_correct", wrong.pk), {"reason": "天数有误"})
    issued(cast, Bulletin.objects.get(corrects=wrong, state="draft"))
    listed = read(sign_in(Role.COMMITTEE), reverse("bulletin_list"))
    assert "已更正" in listed
    assert reverse("document", args=[wrong.document_id]) in listed


def test_pages_ask_no_more_with_more_rows(cast, sign_in, django_assert_max_num_queries):
    lived_week(cast)
    many_teams(cast, 20)
    for week in (WEEK.previous(), WEEK.previous().previous()):
        issued(cast, made(cast, period=week))
    made(cast)
    client = sign_in(Role.OFFICE)
    for address in (reverse("bulletin_list"), url("bulletin"), url("bulletin_edit"), url("bulletin_add")):
        read(client, address)
        with django_assert_max_num_queries(15):
            read(client, address)


# --- The month --------------------------------------------------------------------------------------
@pytest.fixture
def publicity(cast):
    worked_month(cast)
    settle()
    return advance(cast, "publicity")


def test_the_notice(cast, publicity, sign_in):
    address = url("month_notice", NOVEMBER.key)
    page = read(sign_in(Role.LEADER), address)
    assert "联系电话：0738-6000000" in page
    assert "申诉中的事项未计入" in page
    assert "印发公示表" not in page
    assert not any(person.name in page for person in cast.people.values() if person.pk != cast.people[Role.LEADER].pk)
    assert client_docx(sign_in(Role.CADRE), address)
    at_the_window = read(sign_in(Role.WINDOW), address)
    assert "联系电话" in at_the_window
    assert reverse("score_list", args=[NOVEMBER.key]) not in at_the_window
    assert "制表" in read(sign_in(Role.OFFICE), address + "?print=1")


def client_docx(client, address):
    answer = client.get(address + "?format=docx")
    return answer["Content-Type"] == DOCX and "公示" in word_text(answer.content)


def test_the_notice_goes_to_the_shelf_once(cast, publicity, sign_in):
    client = sign_in(Role.OFFICE)
    step = url("month_notice_issue", NOVEMBER.key)
    assert client.post(step, SENT).status_code == 303
    document = IssuedDocument.objects.get()
    assert (document.kind, document.period, document.signed_by) == (
        "month_notice",
        "2026-11",
        cast.users[Role.COMMITTEE],
    )
    assert client.post(step, SENT).status_code == 422
    address = url("month_notice", NOVEMBER.key)
    assert step not in read(client, address)
    # An appeal changed a figure: the page says so, and the further issue names the one it corrects.
    entry = ScoreEntry.objects.filter(
        month=NOVEMBER.start, state=ScoreEntry.State.EFFECTIVE, kind="deduction", points__gt=0
    ).first()
    entry.state = ScoreEntry.State.REVOKED
    saved(entry)
    assert "印发以后得分有变化" in read(client, address)
    assert step in read(client, address)
    assert "印发以后得分有变化" not in read(sign_in(Role.LEADER), address)
    again = issue_notice(row=row_of(), by=cast.users[Role.OFFICE], now=NOW + timedelta(days=25))
    assert again.corrects == document


def test_no_notice_before_the_publicity(cast, sign_in):
    worked_month(cast)
    settle()
    advance(cast, "reviewed")
    assert "还没有开始公示" in read(sign_in(Role.LEADER), url("month_notice", NOVEMBER.key))
    with pytest.raises(ValidationError, match="还没有开始公示"):
        issue_notice(row=row_of(), by=cast.users[Role.OFFICE], now=NOW)


def test_notice_and_monthly_bulletin_give_one_table(cast, sign_in):
    sealed_scene(cast)
    notice = read(sign_in(Role.OFFICE), url("month_notice", NOVEMBER.key))
    client = sign_in(Role.OFFICE)
    assert "还没有生成" in read(client, url("month_bulletin", NOVEMBER.key))
    assert client.post(url("month_bulletin_add", NOVEMBER.key), SENT).status_code == 303
    bulletin = read(client, url("month_bulletin", NOVEMBER.key))
    found = Bulletin.objects.get()
    for row in found.blocks.get(key="scores").auto[1]["rows"]:
        for cell in row[2:6]:
            assert cell["text"] in notice
            assert cell["text"] in bulletin
    assert "已更正" not in bulletin
    assert client.get(url("month_bulletin_edit", NOVEMBER.key)).status_code == 200
    assert actions.headings_of("month")["compared"] in bulletin

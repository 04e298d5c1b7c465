"""周通报: made from the records, edited, refreshed, signed, corrected; numbers, constraints, the frozen text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisal.actions import bulletins as actions
from appraisal.actions.bulletins import Edit
from appraisal.bulletin_draft import cells_of
from appraisal.bulletin_facts import week_facts
from appraisal.bulletin_month_facts import month_facts
from appraisal.bulletin_paper import content_of, paper_of
from appraisal.models import Bulletin, BulletinBlock, IssuedDocument, ScoreEntry
from appraisal.papers.content import Table, texts
from appraisal.tests.bulletin_scene import NOW, issued, lived_week, log_late, made, words
from appraisal.tests.figures import rows_behind
from appraisal.tests.week_scene import WEEK, at, many_teams, saved
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict


def edited(cast, bulletin, **edits):
    """Save the editor with these words, everything else as it stands."""
    facts = {"title": bulletin.title, "style": bulletin.style, "official_number": "", "with_names": False}
    more = {name: edits.pop(name) for name in ("restore", "version", *facts) if name in edits}
    wanted = {key: Edit(text) for key, text in edits.items()}
    return actions.edit_bulletin(
        bulletin=bulletin, edits=wanted, by=cast.users[Role.OFFICE], now=NOW, **{**facts, **more}
    )


def refreshed(cast, bulletin):
    return actions.refresh_bulletin(bulletin=bulletin, by=cast.users[Role.OFFICE], now=NOW)


# --- Made -----------------------------------------------------------------------------------------
def test_the_draft_tells_the_week(cast):
    lived_week(cast)
    bulletin = made(cast)
    assert "全镇2个联村工作组应驻村4天，实到2天，1个组达标；应报周报2份，已报1份；扣分2项" in words(
        bulletin, "overview"
    )
    assert "示例二村差2天" in words(bulletin, "duty")
    assert "第二片区　1　2　0　0　2　0" in words(bulletin, "duty")
    assert "逾期未报1个组：示例二村" in words(bulletin, "reports")
    entry = ScoreEntry.objects.get(occurred_on=date(2026, 11, 25), state="effective")
    assert f"示例一村　§{entry.clause_number}　{entry.fact}" in words(bulletin, "deductions")
    assert "示例二村（驻村差2天，周报逾期未报）" in words(bulletin, "demands")
    assert "做好秋冬季防火（有关责任人，12月3日前）：办理中。" in words(bulletin, "demands")
    assert "清理主干道沟渠（联村工作办，12月3日前）：已落实，三处都已清完。" in words(bulletin, "heard")
    scores = next(b for b in bulletin.blocks.get(key="scores").auto_blocks if isinstance(b, Table))
    assert [row[2].text for row in scores.rows] == ["示例一村", "示例二村"]
    assert "申诉中的事项未计入" in scores.note


def test_the_table_is_that_of_the_scores(cast):
    from appraisal.score_facts import scores_of
    from lianzhen.periods import Month

    lived_week(cast)
    table = next(b for b in made(cast).blocks.get(key="scores").auto_blocks if isinstance(b, Table))
    account = scores_of(Month.of(WEEK.start))
    assert [row[-1].text for row in table.rows] == [one.total_text.removesuffix("分") for one in account.values()]


def test_every_figure_leads_to_rows_that_are_there(cast, sign_in):
    """Every link of the paper answers the office."""
    lived_week(cast)
    bulletin, client = made(cast), sign_in(Role.OFFICE)
    spans = [
        span
        for block in bulletin.blocks.all()
        for one in block.auto_blocks
        for line in ((one.spans,) if hasattr(one, "spans") else one.rows)
        for span in line
    ]
    urls = {span.href for span in spans if span.href}
    assert len(urls) > 8
    assert {url: client.get(url).status_code for url in urls if client.get(url).status_code != 200} == {}


def test_a_figure_leads_to_exactly_its_rows(cast, sign_in):
    """The deductions, bonuses, reports and decisions of the week, and none of the rest of the month."""
    lived_week(cast)
    facts, client = week_facts(WEEK, NOW), sign_in(Role.OFFICE)
    entry = ScoreEntry.objects.get(occurred_on=date(2026, 11, 25))
    expected = {
        facts.deductions.url: len(facts.deductions.rows),
        facts.deductions.waiting_url: facts.deductions.waiting,
        facts.bonuses.url: len(facts.bonuses.rows),
        facts.bonuses.waiting_url: facts.bonuses.waiting,
        facts.reports.sent_url: facts.reports.here,
        facts.heard_url: len(facts.heard),
        facts.done_url: sum(one.is_done for one in facts.heard),
        facts.reports.needs_url: facts.reports.needs,
        facts.reports.answered_url: facts.reports.answered,
        facts.due_url: facts.due_next,
    }
    assert (len(facts.deductions.rows), facts.reports.here, len(facts.heard), facts.due_next) == (2, 1, 1, 1)
    assert ScoreEntry.objects.filter(kind="deduction", month=entry.month).count() > 1
    assert {url: rows_behind(client, url) for url in expected} == expected
    assert rows_behind(client, "/deductions/?days=2026-11-25_x") == 0
    month = month_facts(Month.of(WEEK.start), NOW)
    assert rows_behind(client, month.bonuses.url) == len(month.bonuses.rows) > 0
    assert rows_behind(client, month.deductions_url) == sum(one.lines for one in month.categories) > 0
    assert {one.url: rows_behind(client, one.url) for one in month.categories} == {
        one.url: one.lines for one in month.categories
    }


def test_what_came_too_late_for_the_bulletin_of_its_week_stands_in_the_next(cast, sign_in):
    """A deduction told to the team, a bonus agreed to after that bulletin was written; each is told once."""
    lived_week(cast)
    client, monday, day = sign_in(Role.OFFICE), at(WEEK.start, 9, 30), WEEK.start - timedelta(days=3)
    issued(cast, made(cast, period=WEEK.previous(), now=monday), now=monday)
    entries = ScoreEntry.objects.filter(village=cast.own, occurred_on__lt=WEEK.start).order_by("number")
    taken = entries.filter(state="effective", points__gt=0).first()
    given = entries.filter(state="agreed").first()
    for row, moment in ((taken, monday), (given, monday + timedelta(microseconds=1))):
        row.occurred_on, row.notified_at = day, moment if row is taken else None
        if row is given:
            row.confirmed_at = moment
        saved(row)
    facts = week_facts(WEEK, NOW)
    # What was told at the very moment of the data stood in them.
    assert (facts.deductions.late, len(facts.bonuses.late)) == ((), 1)
    assert rows_behind(client, facts.bonuses.late_url) == 1
    taken.notified_at = monday + timedelta(days=1)
    saved(taken)
    bulletin, facts = made(cast), week_facts(WEEK, NOW)
    assert rows_behind(client, facts.deductions.late_url) == 1
    assert f"{day.month}月{day.day}日：{taken.fact}" in words(bulletin, "deductions")
    assert "上期通报后通知以前各周的扣分1项，合计" in words(bulletin, "deductions")
    assert "上期通报后同意以前各周的加分1项，合计" in words(bulletin, "bonuses")
    assert f"{day.month}月{day.day}日，{given.fact}" in words(bulletin, "bonuses")
    said = client.get(facts.deductions.late_url).content.decode()
    assert "2026年11月23日09:30以后确定的，发生在2026年11月23日以前" in said
    for key in ("x", "2026-11-23", "2026-11-23_x", "2026-11-23_1_2_3", "2026-11-23_99999999999999999"):
        assert rows_behind(client, f"/deductions/?settled={key}") == 0
    issued(cast, bulletin)
    later = week_facts(WEEK.next(), NOW + timedelta(days=7))
    assert (later.deductions.late, later.bonuses.late) == ((), ())
    # Before the first of all there is none that could have told less.
    former = week_facts(WEEK.previous(), NOW + timedelta(days=7))
    assert (former.deductions.late, former.bonuses.late) == ((), ())


def test_persons_only_where_somebody_chose_so(cast):
    lived_week(cast)
    bulletin = made(cast)
    leader = cast.people[Role.LEADER].name
    assert leader not in "".join(texts(paper_of(bulletin, NOW.date())))
    bulletin = edited(cast, bulletin, with_names=True)
    assert leader in words(bulletin, "demands")
    assert any(leader in one["after"] for one in bulletin.changes)


def test_a_week_in_which_nothing_happened(cast):
    bulletin = made(cast, period=Week(2026, 10), now=NOW)
    told = "".join(texts(paper_of(bulletin, NOW.date())))
    assert "本周没有扣分" in told
    assert "没有需要跟进的议定事项" in told
    assert "None" not in told


def test_a_week_of_two_years(cast):
    lived_week(cast)
    week = Week(2026, 53)
    later = NOW + timedelta(days=35)
    bulletin = made(cast, period=week, now=later)
    assert bulletin.title == "关于2026年第53周联村工作情况的通报"
    assert "2026年第53周（2026年12月28日—2027年1月3日）" in words(bulletin, "overview")
    row = issued(cast, bulletin, now=later)
    assert (row.document.period, row.document.year) == ("2026-W53", 2027)


def test_names_of_five_characters_and_rare_ones(cast):
    lived_week(cast)
    with acting(by=None, action="test", label="测试"):
        cast.other.name = "示例𫚉䶮坪村"
        cast.other.save()
    row = issued(cast)
    assert "示例𫚉䶮坪村" in row.document.words


def test_before_the_week_begins(cast):
    with pytest.raises(ValidationError, match="还没有开始"):
        made(cast, period=WEEK.next().next())
    # Nor of a week long before any team: its draft could never be put away.
    with pytest.raises(ValidationError, match="没有在任的联村工作组"):
        made(cast, period=Week(2018, 42))


def test_one_draft_of_a_week(cast):
    made(cast)
    with pytest.raises(ValidationError, match="已经有了"):
        made(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        saved(Bulletin(starts_on=WEEK.start, title="又一份"))
    assert Bulletin.objects.count() == 1


def test_queries_do_not_grow_with_the_teams(cast):
    lived_week(cast)

    def count():
        with CaptureQueriesContext(connection) as queries:
            facts = week_facts(WEEK, NOW)
        return len(queries), facts.duty.sum("teams")

    few = count()
    many_teams(cast, 30)
    many = count()
    assert (few[1], many[1]) == (2, 32)
    assert few[0] == many[0] <= 30


# --- Edited and refreshed ---------------------------------------------------------------------------
def test_an_edited_block_keeps_its_words(cast):
    lived_week(cast)
    bulletin = edited(cast, made(cast), reports="各组周报质量有提高。\r\n\r\n已报1份。", duty="照旧")
    block = bulletin.blocks.get(key="reports")
    assert (block.state, block.words) == (BulletinBlock.State.EDITED, "各组周报质量有提高。\n已报1份。")
    log_late(cast.other_team)
    bulletin = refreshed(cast, bulletin)
    assert words(bulletin, "reports") == "各组周报质量有提高。\n已报1份。"
    assert "实到3天" in words(bulletin, "overview")
    # Its table is the one the words were written over; the change is told all the same.
    assert "第二片区　1　2　0　0　2　0" in words(bulletin, "duty")
    told = {(one["title"], one["kept"]) for one in bulletin.changes}
    assert {("驻村办公", True), ("总体情况", False)} <= told
    bulletin = edited(cast, bulletin, duty="照旧", restore="duty")
    assert "第二片区　1　2　1　0　1　0" in words(bulletin, "duty")
    assert bulletin.blocks.get(key="duty").words == ""


def test_saving_what_was_shown_changes_nothing(cast):
    lived_week(cast)
    bulletin = made(cast)
    before = AuditEntry.objects.count()
    edited(cast, bulletin, overview=bulletin.blocks.get(key="overview").auto_blocks[0].text)
    assert bulletin.blocks.get(key="overview").state == BulletinBlock.State.AUTO
    assert AuditEntry.objects.count() == before
    assert refreshed(cast, bulletin).changes == []


def test_figures_keep_their_links_in_edited_words(cast):
    lived_week(cast)
    bulletin = made(cast)
    auto = bulletin.blocks.get(key="reports").auto_blocks[0]
    bulletin = edited(cast, bulletin, reports="据统计，应报送2份，已报送1份。")
    from appraisal.bulletin_paper import content_of

    spans = content_of(bulletin.blocks.get(key="reports"))[0].spans
    assert [(s.text, s.href) for s in spans if s.href] == [(s.text, s.href) for s in auto.spans if s.href][:2]


def test_cells_typed_over_stay_and_lead_nowhere(cast):
    lived_week(cast)
    bulletin = made(cast)
    tables = {"by": cast.users[Role.OFFICE]}
    before = bulletin.blocks.get(key="duty")
    shown = {cell.title: cell for cell in cells_of(before.auto_blocks)}
    cell = shown["第二片区 实到（天）"]
    block = actions.edit_tables(block=before, cells={cell.place: "1", "9-9-9": "别处"}, **tables)
    assert (block.state, block.cells, block.base) == ("edited", {cell.place: "1"}, before.auto)
    assert "第二片区　1　2　1　0　2　0" in words(bulletin, "duty")
    told = AuditEntry.objects.filter(action="bulletin.tables", changes__0__label=cell.title).get().changes[0]
    assert (told["before"], told["after"]) == ("0", "1")
    row = content_of(block)[-1].rows[1]
    assert [span.href != "" for span in row] == [False, True, True, False, True, True, True]

    # The editor and a refresh leave them; a correction takes them along; what was typed is in the issue.
    log_late(cast.other_team)
    bulletin = refreshed(cast, edited(cast, bulletin, duty=block.words))
    assert "第二片区　1　2　1　0　2　0" in words(bulletin, "duty")
    assert {"驻村办公"} == {one["title"] for one in bulletin.changes if one["kept"]}
    bulletin = issued(cast, bulletin, keeps_edited=True)
    with pytest.raises(ValidationError, match="不用再办"):
        actions.edit_tables(block=block, cells={}, **tables)
    right = actions.correct_bulletin(bulletin=bulletin, reason="人数有误", now=NOW, **tables)
    assert "第二片区　1　2　1　0　2　0" in words(right, "duty")
    # Nothing typed over any more, and words as they were: automatic again, with what the records say now.
    block = actions.edit_tables(block=right.blocks.get(key="duty"), cells={}, **tables)
    assert (block.state, block.cells, block.base) == ("auto", {}, [])
    assert "第二片区　1　2　1　0　1　0" in words(right, "duty")


def test_cells_and_words_are_restored_together_or_the_table_alone(cast):
    lived_week(cast)
    bulletin = edited(cast, made(cast), duty="照旧")
    block = bulletin.blocks.get(key="duty")
    place = cells_of(block.base_blocks)[0].place
    block = actions.edit_tables(block=block, cells={place: "全镇"}, by=cast.users[Role.OFFICE])
    block = actions.edit_tables(block=block, cells={}, by=cast.users[Role.OFFICE])
    assert (block.state, block.words, block.cells) == ("edited", "照旧", {})
    actions.edit_tables(block=block, cells={place: "全镇"}, by=cast.users[Role.OFFICE])
    edited(cast, bulletin, duty="照旧", restore="duty")
    block.refresh_from_db()
    assert (block.state, block.words, block.cells) == ("auto", "", {})
    with pytest.raises(EditConflict):
        actions.edit_tables(block=block, cells={place: "又"}, by=None, version=bulletin.version)


def test_a_section_left_out_takes_no_number(cast):
    bulletin = made(cast)
    block = bulletin.blocks.get(key="duty")
    actions.edit_bulletin(
        bulletin=bulletin,
        title=bulletin.title,
        style="briefing",
        official_number="",
        with_names=False,
        edits={"duty": Edit("本周没有在任的联村工作组。", is_left_out=True)},
        by=cast.users[Role.OFFICE],
        now=NOW,
    )
    told = texts(paper_of(Bulletin.objects.get(), NOW.date()))
    assert "一、周报报送" in told
    assert not any(block.title in one for one in told)


def test_two_editors(cast):
    bulletin = made(cast)
    edited(cast, bulletin, overview="甲的文字。", version=bulletin.version)
    with pytest.raises(EditConflict):
        edited(cast, bulletin, overview="乙的文字。", version=bulletin.version)


# --- Signed -----------------------------------------------------------------------------------------
def test_signed_by_the_head_of_the_office_alone(cast):
    bulletin = actions.submit_bulletin(bulletin=made(cast), by=cast.users[Role.OFFICE], now=NOW)
    for role in (Role.OFFICE, Role.COMMITTEE):
        with pytest.raises(ValidationError, match="联村办主任签发"):
            actions.sign_bulletin(bulletin=bulletin, by=cast.users[role], now=NOW)
    row = actions.sign_bulletin(bulletin=bulletin, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    assert (row.state, row.document.number, row.document.signed_by) == ("issued", 1, cast.users[Role.OFFICE_LEAD])
    assert row.document.paper.masthead.number == "2026年第1期（总第1期）"


def test_the_text_is_that_of_the_moment_of_signing(cast):
    lived_week(cast)
    row = issued(cast)
    told = row.document.words
    log_late(cast.other_team)
    assert IssuedDocument.objects.get().words == told
    assert "\n".join(t for t in texts(paper_of(Bulletin.objects.get(), NOW.date())) if t) == told
    with pytest.raises(ValidationError, match="这一步不用再办"):
        edited(cast, row, overview="改一改")


def test_numbers_follow_each_other_and_start_anew_each_year(cast):
    rows = [issued(cast, made(cast, period=Week(2026, week))) for week in (45, 46)]
    later = NOW + timedelta(days=40)
    third = made(cast, period=Week(2026, 53), now=later)
    third = actions.submit_bulletin(bulletin=third, by=cast.users[Role.OFFICE], now=later)
    third = actions.sign_bulletin(bulletin=third, by=cast.users[Role.OFFICE_LEAD], now=later)
    numbers = [(row.document.year, row.document.number, row.document.total_number) for row in (*rows, third)]
    assert numbers == [(2026, 1, 1), (2026, 2, 2), (2027, 1, 3)]


def test_a_correction_is_a_further_issue(cast):
    lived_week(cast)
    wrong = issued(cast, edited(cast, made(cast), overview="写错了。"))
    with pytest.raises(ValidationError, match="更正原因"):
        actions.correct_bulletin(bulletin=wrong, reason=" ", by=cast.users[Role.OFFICE], now=NOW)
    right = actions.correct_bulletin(bulletin=wrong, reason="驻村天数有误", by=cast.users[Role.OFFICE], now=NOW)
    assert words(right, "overview") == "写错了。"
    # Until the further one is signed, the wrong one is what is in force.
    wrong.refresh_from_db()
    assert wrong.state == "issued"
    with pytest.raises(ValidationError, match="已经生成"):
        actions.correct_bulletin(bulletin=wrong, reason="再来", by=cast.users[Role.OFFICE], now=NOW)
    right = issued(cast, edited(cast, right, overview="改对了。"))
    wrong.refresh_from_db()
    assert (wrong.state, right.state, right.document.number) == ("corrected", "issued", 2)
    assert right.document.corrects == wrong.document
    assert "2026年第1期（总第1期）" in right.document.words
    assert "更正原因：驻村天数有误。" in right.document.words
    assert "写错了。" in wrong.document.words


def test_a_correction_begun_by_mistake_is_dropped(cast):
    office = {"by": cast.users[Role.OFFICE], "now": NOW}
    first = made(cast)
    with pytest.raises(ValidationError, match="只有更正稿可以撤销"):
        actions.drop_correction(bulletin=first, reason="不要了", **office)
    wrong = issued(cast, first)
    slip = actions.correct_bulletin(bulletin=wrong, reason="点错", **office)
    with pytest.raises(ValidationError, match="原因"):
        actions.drop_correction(bulletin=slip, reason=" ", **office)
    slip = actions.drop_correction(bulletin=slip, reason="误点更正", **office)
    assert (slip.state, slip.dropped_by, slip.document) == ("dropped", cast.users[Role.OFFICE], None)
    assert AuditEntry.objects.about(wrong).filter(action="bulletin.drop").get().reason == "误点更正"
    with pytest.raises(ValidationError, match="这一步不用再办"):
        edited(cast, slip, overview="改一改")
    with pytest.raises(ValidationError, match="已经有了（已印发）"):
        made(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=slip.pk).update(state="draft")

    # The issue is corrected after all, and takes the number that comes next.
    right = issued(cast, actions.correct_bulletin(bulletin=wrong, reason="天数有误", **office))
    wrong.refresh_from_db()
    assert (wrong.state, right.document.number) == ("corrected", 2)


@pytest.mark.parametrize("typed", ["", "荷联发[2018]5号", "荷联发〔2018〕05号", "荷联发〔2018〕第5号", "〔2018〕5号"])
def test_an_official_paper_needs_its_typed_number(cast, typed):
    bulletin = edited(cast, made(cast), style="official", official_number=typed)
    with pytest.raises(ValidationError, match="发文字号"):
        actions.submit_bulletin(bulletin=bulletin, by=cast.users[Role.OFFICE], now=NOW)


def test_an_official_paper_takes_no_issue_number(cast):
    row = issued(cast, edited(cast, made(cast), style="official", official_number="荷联发〔2026〕5号"))
    assert (row.document.number, row.document.numbered) == (None, "荷联发〔2026〕5号")
    following = issued(cast, made(cast, period=WEEK.previous()))
    assert following.document.number == 1


def test_sent_back_with_a_reason(cast):
    bulletin = actions.submit_bulletin(bulletin=made(cast), by=cast.users[Role.OFFICE], now=NOW)
    lead = cast.users[Role.OFFICE_LEAD]
    with pytest.raises(ValidationError, match="原因"):
        actions.send_back_bulletin(bulletin=bulletin, reason="", by=lead)
    bulletin = actions.send_back_bulletin(bulletin=bulletin, reason="补充好的做法", by=lead)
    assert (bulletin.state, bulletin.submitted_at) == ("draft", None)
    entry = AuditEntry.objects.filter(action="bulletin.send_back").first()
    assert entry.reason == "补充好的做法"


# --- A month ----------------------------------------------------------------------------------------
def test_a_month_once_it_is_final(cast):
    from appraisal.tests.month_scene import sealed_scene
    from appraisal.tests.score_scene import NOVEMBER

    later = NOW + timedelta(days=60)
    with pytest.raises(ValidationError, match="还没有定稿"):
        made(cast, period=NOVEMBER, now=later)
    sealed_scene(cast)
    bulletin = made(cast, period=NOVEMBER, now=later)
    told = {key: words(bulletin, key) for key in actions.headings_of("month")}
    from appraisal.score_facts import scores_of

    for one in scores_of(NOVEMBER).values():
        assert one.village_name in told["scores"]
        assert one.total_text.removesuffix("分") in told["scores"]
    assert "已经定稿" in told["scores"]
    assert "扣分最多的是" in told["categories"]
    row = issued(cast, bulletin)
    assert (row.document.kind, row.document.number) == ("month_bulletin", 1)

"""考核条款 by workbook: template, sample and export of one definition, into drafts alone, and back unchanged."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from openpyxl import Workbook, load_workbook

from appraisal.actions import schemes
from appraisal.clause_columns import cells_of, rule_of
from appraisal.importing import Clauses
from appraisal.models import Clause, Scheme
from appraisal.tests.strategies import any_rule
from appraisal.tests.test_scheme_pages import draft, page, versions  # noqa: F401
from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.trail.models import AuditEntry

HEAD = ["条款号", "类别", "内容", "规则类型", "计数对象", "每单位扣分（分）", "计数单位", "本项每月上限"]


@pytest.fixture(autouse=True)
def _uploads_aside(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.OFFICE_LEAD)


def facts(scheme: Scheme) -> list[tuple]:
    rows = Clause.objects.filter(scheme=scheme).order_by("category__position", "position")
    return [tuple(getattr(one, name) for name in (*schemes.CLAUSE_FACTS, "category_id")) for one in rows]


def exported(client, scheme: Scheme) -> bytes:
    answer = client.post(page("clause_workbook", scheme))
    assert answer.status_code == 200
    return answer.content


# --- Out and back ------------------------------------------------------------------------------
@given(any_rule)
def test_every_rule_is_read_back_from_its_cells(rule):
    again, problems = rule_of(rule.code, {key: text for key, text in cells_of(rule).items() if text}, {})
    assert problems == []
    assert again == rule


def test_the_export_of_a_version_comes_back_unchanged(draft, lead, sign_in):  # noqa: F811
    for role, scheme in ((Role.OFFICE_LEAD, draft), (Role.LEADER, draft.made_from)):
        raw = exported(sign_in(role), scheme)
        batch = uploaded(sign_in(Role.OFFICE_LEAD), "clauses", raw, "条款.xlsx")
        wrong = [(row.line, row.raw, row.problems, row.changes) for row in batch.rows.all() if row.outcome != "same"]
        assert wrong == []
        assert batch.rows.count() == scheme.clauses.count()
        assert "与平台里的内容完全一致" in lead.get(f"/imports/{batch.pk}/check/").content.decode()
    kept = facts(draft)
    entries = AuditEntry.objects.exclude(model="importing.importbatch").count()
    lead.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert facts(draft) == kept
    assert AuditEntry.objects.exclude(model="importing.importbatch").count() == entries


def test_the_list_of_clauses_comes_back_unchanged_as_well(draft, lead):  # noqa: F811
    answer = lead.post(page("clause_list") + f"?scheme={draft.pk}")
    batch = uploaded(lead, "clauses", b"".join(answer.streaming_content), "清单.xlsx")
    assert {row.outcome for row in batch.rows.all()} == {"same"}, [row.problems for row in batch.rows.all()]


# --- Into a draft ------------------------------------------------------------------------------
def test_what_somebody_changed_in_the_workbook_is_all_that_changes(draft, lead):  # noqa: F811
    book = load_workbook(io.BytesIO(exported(lead, draft)))
    sheet = book.worksheets[0]
    titles = [cell.value.removesuffix("（必填）") for cell in sheet[1]]
    line = next(row[0].row for row in sheet.iter_rows() if row[titles.index("条款号")].value == "A1")
    for title, text in (("每单位扣分（分）", "1.5"), ("本项每月上限（分）", "不设"), ("证据", "至少一项")):
        sheet.cell(line, titles.index(title) + 1).value = text
    batch = uploaded(lead, "clauses", saved(book), "条款.xlsx")
    assert sorted({row.outcome for row in batch.rows.all()}) == ["changed", "same"]
    clause, before = draft.clauses.get(number="A1"), facts(draft)
    assert row_at(batch, line).changes == [
        ["每单位扣分（分）", "2.0", "1.5"],
        ["本项每月上限（分）", "6.0", ""],
        ["证据", "不要求", "至少一项"],
    ]
    taken_in(lead, batch)
    clause.refresh_from_db()
    rule = clause.as_rule()
    assert (rule.each, rule.cap, clause.evidence) == (Decimal("1.5"), None, "one_of")
    assert "每次扣1.5分" in str(AuditEntry.objects.about(clause).latest("pk").changes)
    lead.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert facts(draft) == before


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_new_clauses_follow_those_of_their_category(draft, lead):  # noqa: F811
    rows = [
        ["A8", "基层党建", "党员活动室没有开放的，每次扣分。", "按次扣分", "没有开放", "0.5", "次", "2分"],
        ["A9", "基层党建", "学习记录缺页的，每处扣分。", "按处（户、例）扣分", "", "0.5", "处", ""],
    ]
    batch = taken_in(lead, uploaded(lead, "clauses", xlsx([HEAD, *rows])))
    assert [row.outcome for row in batch.rows.all()] == ["done", "done"]
    party = draft.categories.get(name="基层党建")
    assert [one.number for one in party.clauses.order_by("position")][-2:] == ["A8", "A9"]
    made = draft.clauses.get(number="A8")
    assert made.as_rule().sentence() == "没有开放每次扣0.5分，本项最多扣2.0分"
    assert (made.applies_to, made.needs_second, made.suggested_by) == ("both", False, [])
    assert not Clause.objects.filter(scheme=draft.made_from, number="A8").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({1: "基层党健"}, '没有"基层党健"。是不是"基层党建"？'),
        ({3: "按次"}, '规则类型：没有"按次"。'),
        ({5: ""}, "请填写每单位扣分"),
        ({5: "两分"}, "每单位扣分应为数字"),
        ({5: "0.55"}, "每单位扣分最小到0.1分"),
        ({3: "全扣（不得分）"}, "“全扣（不得分）”没有“计数对象”这一项"),
    ],
)
def test_problems_are_told_at_their_cell(draft, lead, changes, sentence):  # noqa: F811
    row = ["A8", "基层党建", "党员活动室没有开放的，每次扣分。", "按次扣分", "没有开放", "0.5", "次", "2"]
    for place, text in changes.items():
        row[place] = text
    said = sentences(uploaded(lead, "clauses", xlsx([HEAD, row])), 2)
    assert any(one.startswith(sentence) for one in said), said


# --- Drafts alone ------------------------------------------------------------------------------
def test_an_adopted_version_takes_nothing_and_names_the_draft(draft, lead):  # noqa: F811
    former = draft.made_from
    row = [str(former.number), "A1", "基层党建", "会议没有开的，每次扣分。", "按次扣分", "", "3", "次", ""]
    batch = uploaded(lead, "clauses", xlsx([["版本号", *HEAD], row]))
    (problem,) = row_at(batch, 2).problems
    assert problem["text"].endswith(f"不能修改。条款只能导入草稿：第{draft.number}版。")
    assert problem["choices"] == [[f"改为第{draft.number}版", "scheme", str(draft.number)]]
    with pytest.raises(Exception, match="不能修改"):
        Clauses().plan({"scheme": former.number, **parsed(row)}, Clauses().book())


def parsed(row: list[str]) -> dict:
    return {"number": row[1], "category": row[2], "text": row[3], "rule": "per_event", "p_each": row[6]}


def test_without_a_draft_the_page_says_how_to_begin_one(draft, lead, cast):  # noqa: F811
    schemes.drop(scheme=draft, reason="不改了", by=cast.users[Role.OFFICE_LEAD])
    row = ["A1", "基层党建", "会议没有开的，每次扣分。", "按次扣分", "", "3", "次", ""]
    assert "请先由它另起一版" in sentences(uploaded(lead, "clauses", xlsx([HEAD, row])), 2)[0]


def test_a_draft_submitted_meanwhile_keeps_the_row_out(draft, lead, cast):  # noqa: F811
    row = ["A1", "基层党建", "会议没有开的，每次扣分。", "按次扣分", "", "3", "次", ""]
    batch = uploaded(lead, "clauses", xlsx([HEAD, row]))
    before = facts(draft)
    schemes.submit(scheme=draft, by=cast.users[Role.OFFICE_LEAD], today=date(2026, 11, 25))
    taken_in(lead, batch)
    assert "不能修改" in sentences(batch, 2)[0]
    assert facts(draft) == before


def test_only_the_head_of_the_office_imports_clauses(draft, lead, sign_in):  # noqa: F811
    assert "导入条款" in lead.get(page("scheme", draft)).content.decode()
    answer = sign_in(Role.OFFICE).get("/imports/new/?kind=clauses").content.decode()
    assert 'value="clauses"' not in answer
    assert 'value="people"' in answer
    assert sign_in(Role.OFFICE).get("/imports/templates/clauses/").status_code == 404

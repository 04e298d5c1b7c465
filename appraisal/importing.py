"""考核条款 from a workbook, into a draft of the scheme; and the same workbook of a version.

A version that was adopted never changes: its own workbook may be laid beside it, nothing more.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

from django.utils import timezone

from appraisal.actions.open_month import with_terms
from appraisal.actions.schemes import save_clause
from appraisal.clause_columns import PARAMETER_COLUMNS, UNSET, cells_of, rule_of
from appraisal.models import Category, Clause, Scheme, Suggestion
from appraisal.rules import RULE_CHOICES, Rule, rule_type
from appraisal.rules import Kind as RuleKind
from appraisal.rules.scheme import AppliesTo
from appraisal.scheme_words import suggested_by
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.importing import cells
from lianzhen.importing.kinds import Change, Column, Kind, Plan, Unsound, register, unsound
from lianzhen.wording import no_such
from villages.importing.lookups import missing

State = Scheme.State
EVIDENCE = {"不要求": Clause.Evidence.NONE, "至少一项": Clause.Evidence.ONE_OF}
APPLIES = {one.label: one.value for one in (AppliesTo.BOTH, AppliesTo.TEAM, AppliesTo.VILLAGE)}
SUGGESTIONS = {str(label): code for code, label in Suggestion.Kind.choices}
TEXT = cells.words(300)
#: What a new clause is unless its row says otherwise.
USUAL = {
    "applies_to": AppliesTo.BOTH.value,
    "needs_second": False,
    "evidence": Clause.Evidence.NONE.value,
    "rectify_days": None,
    "suggested_by": [],
}


def _days(text: str, title: str) -> int | None:
    plain = cells.together(text).removesuffix("天")
    return None if plain in UNSET else cells.whole(1, 90)(plain, title)


def _suggestions(text: str, title: str) -> list[str]:
    plain = cells.together(text)
    if plain in UNSET:
        return []
    names = plain.replace("，", "、").replace(",", "、").split("、")
    for name in names:
        if name not in SUGGESTIONS:
            raise ValueError(f"{title}：{no_such(name, SUGGESTIONS)}可填：{'、'.join(SUGGESTIONS)}。")
    return [SUGGESTIONS[name] for name in names]


class _Book:
    """The versions with their categories and clauses. Three queries."""

    def __init__(self) -> None:
        versions = list(with_terms(Scheme.objects.exclude(state=State.DROPPED)))
        self.versions = {one.number: one for one in versions}
        self.drafts = [one for one in versions if one.state == State.DRAFT]
        begun = [one for one in versions if one.state == State.ADOPTED and one.month_from <= timezone.localdate()]
        self.in_force = max(begun, key=lambda one: one.month_from, default=None)
        self.clauses = {one.pk: {clause.number: clause for clause in one.clauses.all()} for one in versions}
        self.categories = {one.pk: {c.name: c for c in one.categories.all()} for one in versions}

    def version(self, row: Mapping[str, Any]) -> Scheme:
        """The one that the row names; otherwise the only draft, or what is in force to compare with."""
        choices = [(f"改为第{one.number}版", "scheme", str(one.number)) for one in self.drafts]
        if "scheme" in row:
            if row["scheme"] in self.versions:
                return self.versions[row["scheme"]]
            raise unsound("scheme", f"没有第{row['scheme']}版考核方案。", *choices)
        if len(self.drafts) == 1:
            return self.drafts[0]
        if self.drafts:
            raise unsound("scheme", f"有{len(self.drafts)}版草稿，请填写版本号。", *choices)
        if self.in_force is not None:
            return self.in_force
        raise unsound("", "还没有考核方案的草稿。请先在考核方案页面装入示例方案，再导入条款。")

    def refusal(self, scheme: Scheme) -> Unsound:
        """Why a version that is no draft takes no row that differs."""
        if self.drafts:
            draft = self.drafts[0]
            said = f"{scheme}{scheme.get_state_display()}，不能修改。条款只能导入草稿：第{draft.number}版。"
            return unsound("scheme", said, (f"改为第{draft.number}版", "scheme", str(draft.number)))
        return unsound("scheme", f"{scheme}{scheme.get_state_display()}，不能修改。请先由它另起一版，再导入条款。")


class Clauses(Kind):
    key = "clauses"
    title = "考核条款"
    place = 70
    roles = (Role.OFFICE_LEAD,)
    columns = (
        Column(
            "scheme",
            "版本号",
            cells.whole(1, 9999),
            ("方案版本", "第几版"),
            hint="记入哪一版草稿，填数字。只有一版草稿时可以不填。",
        ),
        Column(
            "number",
            "条款号",
            cells.name(8),
            ("编号", "条款编号"),
            required=True,
            hint="例如A1。凭条款号找到已有的条款。",
        ),
        Column("category", "类别", cells.name(20), ("考核类别",), required=True, hint="须与这一版里的类别同名。"),
        Column("text", "内容", TEXT, ("条款内容", "考核内容"), required=True, width=40),
        Column(
            "rule",
            "规则类型",
            cells.choice({title: code for code, title in RULE_CHOICES}),
            ("规则种类",),
            required=True,
            width=18,
            hint="可填" + "、".join(str(title) for _, title in RULE_CHOICES) + "。",
        ),
        *(one.as_column() for one in PARAMETER_COLUMNS),
        Column("applies_to", "计入", cells.choice(APPLIES), width=16, hint="可填" + "、".join(APPLIES) + "。"),
        Column("needs_second", "一律须复核", cells.yes_no, hint="是或否。"),
        Column("evidence", "证据", cells.choice(EVIDENCE), hint="不要求；或至少一项：照片、文件或检查记录编号。"),
        Column("rectify_days", "整改期限（天）", _days, hint="不要求整改的填“不设”。"),
        Column(
            "suggested_by",
            "对应的建议扣分",
            _suggestions,
            ("建议扣分",),
            width=20,
            hint="几种之间用“、”隔开。可填" + "、".join(SUGGESTIONS) + "。",
        ),
    )
    notes = (
        "条款只能导入草稿；已通过的方案不能修改，请先另起一版。类别先在方案页面里增加。",
        "规则的各项数值各占一列，只填本条规则用到的列。要去掉已有的上限，请填“不设”。",
        "工作簿里没有的条款不会被移除，在方案页面里移除。",
    )
    samples = (
        {
            "number": "D1",
            "category": "环境整建",
            "text": "公共区域、公路沿线、农户庭院检查不合格的，每处扣分。",
            "rule": "按处（户、例）扣分",
            "p_subject": "不合格",
            "p_each": "0.5",
            "p_unit": "处",
            "p_cap": "15",
            "applies_to": "村和联村工作组",
            "evidence": "至少一项",
            "rectify_days": "10",
        },
        {
            "number": "A4",
            "category": "基层党建",
            "text": "镇联村工作周例会无故缺席、迟到早退的，按次扣分。",
            "rule": "按次扣分",
            "p_subject": "无故缺席",
            "p_each": "1",
            "p_variants": "迟到早退 0.5",
            "p_cap": "4",
            "applies_to": "联村工作组",
            "suggested_by": "例会无故缺席",
        },
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return row.get("scheme"), row["number"]

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        scheme = book.version(row)
        categories = book.categories[scheme.pk]
        if row["category"] not in categories:
            raise missing("category", row["category"], categories)
        clause = book.clauses[scheme.pk].get(row["number"])
        stored = clause.parameters if clause is not None and clause.rule == row["rule"] else {}
        rule, problems = rule_of(row["rule"], row, stored)
        if rule is None:
            raise Unsound(*problems)
        wanted = _wanted(row, rule, clause)
        changes = _changes(clause, wanted, categories[row["category"]], rule)
        if scheme.state != State.DRAFT and changes:
            raise book.refusal(scheme)
        write = partial(_write, clause, categories[row["category"]], wanted)
        return Plan(write, changes, clause)


def _wanted(row: Mapping[str, Any], rule: Rule, clause: Clause | None) -> dict[str, Any]:
    """The facts of the clause as the row leaves them."""
    facts = {name: row.get(name, getattr(clause, name) if clause else usual) for name, usual in USUAL.items()}
    if rule.kind is not RuleKind.DEDUCTION:
        for name, title in (("rectify_days", "整改期限"), ("suggested_by", "建议扣分")):
            if row.get(name):
                raise unsound(name, f"“{rule.title}”的条款不填{title}，请清空这一格。")
        facts |= {"rectify_days": None, "suggested_by": []}
    text = row["text"]
    if clause is not None and TEXT(clause.text, "") == text:
        text = clause.text  # only its line breaks were written as spaces
    return {**facts, "number": row["number"], "text": text, "rule": rule.code, "parameters": rule.to_json()}


def _changes(clause: Clause | None, wanted: Mapping[str, Any], category: Category, rule: Rule) -> list[Change]:
    if clause is None:
        return [("新增", "", f"{wanted['number']} {wanted['text']}")]
    before, after = clause_cells(clause), _cells(wanted, category.name, rule)
    titles = {column.key: column.title for column in Clauses.columns}
    return [
        (title, before.get(key, ""), after.get(key, ""))
        for key, title in titles.items()
        if before.get(key, "") != after.get(key, "")
    ]


def _write(clause: Clause | None, category: Category, wanted: Mapping[str, Any], by: User) -> Clause:
    return save_clause(category=category, clause=clause, by=by, **wanted)


# --- Out -------------------------------------------------------------------------------------------
def clause_cells(clause: Clause) -> dict[str, str]:
    """Column key → text of one clause, without its version."""
    facts = {name: getattr(clause, name) for name in (*USUAL, "number", "text", "rule")}
    return _cells(facts, clause.category.name, clause.as_rule())


def _cells(facts: Mapping[str, Any], category: str, rule: Rule) -> dict[str, str]:
    words = {code: label for label, code in APPLIES.items()}
    evidence = {code: label for label, code in EVIDENCE.items()}
    return {
        "number": facts["number"],
        "category": category,
        "text": facts["text"],
        "rule": rule_type(facts["rule"]).title,
        **cells_of(rule),
        "applies_to": words[facts["applies_to"]],
        "needs_second": cells.shown(facts["needs_second"]),
        "evidence": evidence[facts["evidence"]],
        "rectify_days": cells.shown(facts["rectify_days"]),
        "suggested_by": suggested_by(Clause(suggested_by=facts["suggested_by"])),
    }


def rows_of(scheme: Scheme) -> list[dict[str, str]]:
    """The clauses of a version (with its terms) as rows of the workbook that can be imported again."""
    ordered = sorted(scheme.clauses.all(), key=lambda one: (one.category.position, one.position, one.pk))
    return [{"scheme": str(scheme.number), **clause_cells(one)} for one in ordered]


def register_kinds() -> None:
    register(Clauses())

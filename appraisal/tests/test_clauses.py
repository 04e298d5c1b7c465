"""考核条款: the catalogue in force, one clause, and the clauses of a draft with the parameters of their rules."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from appraisal.actions import schemes
from appraisal.models import Clause, Scheme
from appraisal.rules import RULE_CHOICES, RULE_TYPES
from appraisal.tests.test_scheme_pages import draft, page, versions  # noqa: F401
from lianzhen.accounts.roles import Role
from lianzhen.search import search_all


@pytest.fixture
def clause(draft):  # noqa: F811
    return draft.clauses.get(number="A1")


def sent(clause: Clause, **changes: str) -> dict[str, str]:
    return {
        "version": str(clause.version),
        "number": clause.number,
        "category": str(clause.category_id),
        "text": clause.text,
        "p_subject": "没有按期召开",
        "p_unit": "次",
        "p_each": "2.5",
        "p_cap": "5",
        "applies_to": "village",
        "evidence": "one_of",
        "rectify_days": "10",
        **changes,
    }


# --- Catalogue ---------------------------------------------------------------------------------
def test_everybody_reads_what_is_in_force(versions, sign_in):  # noqa: F811
    client = sign_in(Role.LEADER)
    shown = client.get(page("clause_list")).content.decode()
    for one in versions[0].clauses.all():
        assert one.text in shown
    assert f"共{versions[0].clauses.count()}条" in shown
    assert client.post(page("clause_list")).status_code == 200
    assert client.get(page("clause", versions[0].clauses.first())).status_code == 200
    assert client.get(page("clause", versions[1].clauses.first())).status_code == 404


@pytest.mark.parametrize("typed", ["A4", "周例会", "zlcgz"])
def test_catalogue_is_searched_by_number_words_and_sound(versions, sign_in, typed):  # noqa: F811
    client = sign_in(Role.LEADER)
    shown = client.get(page("clause_list"), {"q": typed}).content.decode()
    assert "周例会" in shown
    assert versions[0].clauses.get(number="A1").text not in shown


def test_catalogue_by_category_and_rule(versions, sign_in):  # noqa: F811
    client = sign_in(Role.LEADER)
    party = versions[0].categories.get(key="party")
    of_party = versions[0].clauses.filter(category=party).count()
    assert f"共{of_party}条" in client.get(page("clause_list"), {"category": party.pk}).content.decode()
    bonuses = versions[0].clauses.filter(rule="bonus").count()
    assert bonuses
    assert f"共{bonuses}条" in client.get(page("clause_list"), {"rule": "bonus"}).content.decode()


def test_clauses_of_another_version_are_listed_and_exported(versions, sign_in):  # noqa: F811
    of_draft = {"scheme": versions[1].pk}
    schemes.remove_clause(clause=versions[1].clauses.get(number="A1"), by=None)
    left = versions[1].clauses.count()
    client = sign_in(Role.OFFICE)
    assert f"共{left}条" in client.get(page("clause_list"), of_draft).content.decode()
    answer = client.post(f"{page('clause_list')}?scheme={versions[1].pk}")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    cells = [str(cell.value) for row in book.iter_rows() for cell in row if cell.value is not None]
    assert {"条款号", "规则类型", "每月上限"} <= set(cells)
    assert "A1" not in cells
    assert "A2" in cells
    # Nobody outside the town's offices reads a draft this way.
    assert f"共{left}条" not in sign_in(Role.LEADER).get(page("clause_list"), of_draft).content.decode()


def test_town_without_a_version_is_told_where_to_look(cast, sign_in):
    shown = sign_in(Role.LEADER).get(page("clause_list")).content.decode()
    assert "还没有通过的考核方案" in shown


def test_global_search_finds_clauses_in_force(versions, cast):  # noqa: F811
    def found(typed: str) -> list[str]:
        groups = {hits.title: hits.found for hits in search_all(cast.users[Role.LEADER], typed)}
        return [hit.url for hit in groups.get("条款", [])]

    own = page("clause", versions[0].clauses.get(number="A4"))
    assert found("周例会") == [own]
    assert found("A4") == [own]


# --- Clauses of a draft ------------------------------------------------------------------------
@pytest.mark.parametrize("rule", [one.code for one in RULE_TYPES])
def test_every_rule_has_its_form(draft, sign_in, rule):  # noqa: F811
    client = sign_in(Role.OFFICE_LEAD)
    assert client.get(page("clause_add", draft)).status_code == 200
    shown = client.get(page("clause_add", draft), {"rule": rule}).content.decode()
    assert f"规则类型：{dict(RULE_CHOICES)[rule]}。" in shown
    for one in next(kind for kind in RULE_TYPES if kind.code == rule).PARAMETERS:
        assert f'name="p_{one.name}"' in shown


@pytest.mark.parametrize("number", ["A1", "A4", "G1", "G2"])
def test_what_the_form_shows_is_what_it_saves(draft, sign_in, number):  # noqa: F811
    """Sending a form back as it was shown changes nothing."""
    before = draft.clauses.get(number=number)
    client = sign_in(Role.OFFICE_LEAD)
    form = client.get(page("clause_edit", before)).context["form"]
    data = {b.name: b.value() for b in form if b.value() not in (None, False, "") and b.name != "once"}
    assert client.post(page("clause_edit", before), data).status_code == 303
    after = draft.clauses.get(number=number)
    assert after.as_terms(after.category.key) == before.as_terms(before.category.key)
    assert after.suggested_by == before.suggested_by


def test_clause_is_added_and_counts_in_the_draft(draft, sign_in):  # noqa: F811
    client = sign_in(Role.OFFICE_LEAD)
    category = draft.categories.get(key="safety")
    data = {
        "number": "F9",
        "category": str(category.pk),
        "text": "消防设施缺失的，每处扣分。",
        "p_subject": "缺失",
        "p_each": "0.5",
        "p_unit": "处",
        "p_cap": "",
        "applies_to": "both",
        "evidence": "none",
    }
    url = f"{page('clause_add', draft)}?rule=per_place"
    assert client.post(url, data).status_code == 303
    made = draft.clauses.get(number="F9")
    assert made.as_rule().each == Decimal("0.5")
    again = client.post(url, data)
    assert again.status_code == 422
    assert "已有同号的条款" in again.content.decode()


def test_clause_gets_another_rule(clause, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert client.get(page("clause_edit", clause), {"choose": "1"}).status_code == 200
    data = sent(clause)
    url = f"{page('clause_edit', clause)}?rule=all"
    parameters = {b.name for b in client.get(url).context["form"] if b.name.startswith("p_")}
    for name in [name for name in data if name.startswith("p_")]:
        del data[name]
    data |= {name: "3" if name == "p_full" else "没有完成" for name in parameters}
    assert client.post(url, data).status_code == 303
    clause.refresh_from_db()
    assert clause.rule == "all"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("number", "", "请填写条款号"),
        ("number", "A2", "已有同号的条款"),
        ("text", "", "请填写内容"),
        ("p_each", "", "请填写每单位扣分"),
        ("p_each", "两分", "应为数字"),
        ("p_each", "0.05", "0.1"),
        ("p_cap", "0", "每月上限"),
        ("rectify_days", "0", "整改期限"),
        ("category", "999999", "请从列出的类别中选择"),
    ],
)
def test_bad_clause_is_told_and_kept(clause, sign_in, name, value, told):
    answer = sign_in(Role.OFFICE_LEAD).post(page("clause_edit", clause), sent(clause, **{name: value}))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert "没有按期召开" in shown
    clause.refresh_from_db()
    assert clause.rectify_days is None


def test_two_editors_of_one_clause(clause, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    first = sent(clause)
    assert client.post(page("clause_edit", clause), first).status_code == 303
    answer = client.post(page("clause_edit", clause), {**first, "p_each": "1"})
    assert answer.status_code == 409
    assert "2.5" in answer.content.decode()
    clause.refresh_from_db()
    assert clause.as_rule().each == Decimal("2.5")


def test_clause_goes_up_and_down_and_out(draft, clause, sign_in):  # noqa: F811
    client = sign_in(Role.OFFICE_LEAD)

    def numbers() -> list[str]:
        return [one.number for one in Scheme.objects.get(pk=draft.pk).clauses.filter(category=clause.category)]

    first, second, *others = numbers()
    assert client.post(page("clause_move", clause)).status_code == 303
    assert numbers() == [second, first, *others]
    assert client.post(f"{page('clause_move', clause)}?up=1").status_code == 303
    assert client.post(page("clause_remove", clause)).status_code == 303
    assert numbers() == [second, *others]


def test_trail_tells_the_rule_in_words(clause, cast, sign_in):
    """Codes and JSON are nothing to a reader."""
    client = sign_in(Role.OFFICE_LEAD)
    client.post(page("clause_edit", clause), sent(clause))
    shown = client.get(page("clause", clause)).content.decode()
    assert "每次扣2.5分" in shown
    assert "&#x27;each&#x27;" not in shown
    assert "per_event" not in shown


def test_wrong_roles_and_methods(versions, cast, sign_in):  # noqa: F811
    kept = versions[0].clauses.first()
    client = sign_in(Role.OFFICE)
    assert client.post(page("clause_edit", versions[1].clauses.first())).status_code == 403
    assert client.post(page("clause_add", versions[1])).status_code == 403
    assert client.post(page("clause", kept)).status_code == 405
    assert sign_in(cast.outsider).get(reverse("clause_list")).status_code == 403
    refused = sign_in(Role.OFFICE_LEAD).post(page("clause_remove", kept))
    assert refused.status_code == 422
    assert Clause.objects.filter(pk=kept.pk).exists()


def test_number_of_queries_does_not_grow(versions, cast, sign_in, django_assert_max_num_queries):  # noqa: F811
    client = sign_in(Role.LEADER)
    client.get(page("scheme_list"))
    with django_assert_max_num_queries(15):
        client.get(page("clause_list"))
    with django_assert_max_num_queries(15):
        client.get(page("clause", versions[0].clauses.first()))

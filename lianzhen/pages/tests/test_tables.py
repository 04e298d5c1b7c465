"""Lists: escaping, order, totals, grouping, what is asked for in the address."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

from lianzhen.pages.tables import Column, ListPage, cell_text, link, link_to, plain_table, tag
from villages.models import Village

COLUMNS = (
    Column("name", "村", lambda v: v.name, sort=["pinyin"], head=True),
    Column("population", "人口", lambda v: v.population, sort=["population"], kind="number", total=True),
    Column("motto", "村训", lambda v: v.motto),
)


def page(cast, query: str = "", **more) -> ListPage:
    request = RequestFactory().get(f"/villages/?{query}")
    return ListPage(request, Village.objects.all(), COLUMNS, title="村", order=["code"], **more)


def names(listed: ListPage) -> list[str]:
    return [village.name for village in listed.matching]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), ("", "—"), (0, "0"), (1234, "1,234"), (Decimal("1.50"), "1.5"), (True, "是"), (False, "否")],
)
def test_values_are_written_as_in_the_office(value, text):
    assert cell_text(value) == text


def test_a_link_to_a_record_is_the_address_it_reverses_to(cast):
    assert link_to("village", 7, "甲<乙>") == f'<a href="{reverse("village", args=[7])}">甲&lt;乙&gt;</a>'
    assert link_to("village", 8, link_to("person", 9, "丙")).count("<a ") == 2
    before = get_script_prefix()
    set_script_prefix("/lianzhen/")
    assert link_to("village", 7, "") == '<a href="/lianzhen/villages/7/"></a>'
    set_script_prefix(before)
    with pytest.raises(NoReverseMatch):
        link_to("village_list", 7, "")


def test_cells_are_escaped():
    row = plain_table("表", (Column("x", "列", lambda v: v),), ["<script>alert(1)</script>"]).rows[0]
    assert "<script>" not in row
    assert "&lt;script&gt;" in row


def test_links_and_tags_escape_their_words():
    assert "<b>" not in link("/x/?a=1&b=2", "<b>")
    assert "<b>" not in tag("warn", "<b>")


def test_totals_leave_unknown_values_out():
    table = plain_table(
        "表", (Column("a", "a", lambda v: "x"), Column("n", "n", lambda v: v, total=True)), [1, None, 2]
    )
    assert "合计" in table.footer
    assert ">3</td>" in table.footer


def test_order_is_the_default_until_asked(cast):
    assert names(page(cast)) == ["示例一村", "示例二村", "示例三社区"]


def test_order_by_a_column_both_ways(cast):
    rising = names(page(cast, "sort=name"))
    assert names(page(cast, "sort=-name")) == rising[::-1]


def test_unknown_numbers_come_last_both_ways(cast):
    Village.objects.filter(name="示例二村").update(population=None)
    assert names(page(cast, "sort=population"))[-1] == "示例二村"
    assert names(page(cast, "sort=-population"))[-1] == "示例二村"


def test_unknown_order_is_ignored(cast):
    assert names(page(cast, "sort=password")) == names(page(cast))
    assert names(page(cast, "sort=motto")) == names(page(cast))


def test_header_says_how_it_is_sorted_and_turns_round(cast):
    head = page(cast, "sort=name&q=x")._table([], 0, plain=False).columns[0]
    assert head.sort == "ascending"
    assert "sort=-name" in head.url
    assert "q=x" in head.url


def test_page_beyond_the_last_is_the_last(cast):
    listed = page(cast, "page=99", page_size=2)
    assert [v.name for v in listed._page().object_list] == ["示例三社区"]


def test_sums_of_one_page_are_not_called_those_of_the_list(cast):
    assert 'scope="row">合计<' in shown(page(cast)).footer
    assert 'scope="row">本页合计<' in shown(page(cast, page_size=2)).footer


def shown(listed):
    rows = list(listed._page().object_list)
    return listed._table(rows, listed.matching.count(), plain=False)


def test_page_that_is_no_number_is_the_first(cast):
    assert page(cast, "page=abc", page_size=2)._page().number == 1


def test_groups_have_one_heading_each(cast):
    listed = page(cast, groups=lambda v: v.kind)
    rows = "".join(listed._table(list(listed.matching), 3, plain=False).rows)
    assert rows.count('class="group"') == 1

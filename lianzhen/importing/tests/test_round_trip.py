"""What a list gives out, the import takes back and finds nothing to change: the real file, from button to page."""

from __future__ import annotations

import pytest

from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import uploaded

LISTS = [
    ("/villages/", "villages", Role.OFFICE),
    ("/grids/", "grids", Role.OFFICE),
    ("/people/", "people", Role.OFFICE),
    ("/orgs/", "organizations", Role.OFFICE),
    ("/orgs/?state=all", "organizations", Role.OFFICE_LEAD),
    ("/settings/accounts/", "accounts", Role.SYSADMIN),
    ("/settings/accounts/?state=all", "accounts", Role.SYSADMIN),
]


@pytest.mark.parametrize(("address", "kind", "role"), LISTS, ids=[f"{address} {kind}" for address, kind, _ in LISTS])
def test_an_exported_list_changes_nothing_and_the_page_says_so(address, kind, role, cast, sign_in):
    client = sign_in(role)
    answer = client.post(address, {"export": "xlsx"})
    assert answer["Content-Type"].startswith("application/vnd.openxml"), answer.content
    batch = uploaded(client, kind, b"".join(answer.streaming_content), "导出.xlsx")
    wrong = [(r.line, r.raw, r.outcome, r.problems, r.changes) for r in batch.rows.all() if r.outcome != "same"]
    assert wrong == []
    assert batch.rows.count() >= 2
    page = client.get(f"/imports/{batch.pk}/check/").content.decode()
    assert "与平台里的内容完全一致，没有要改的" in page
    assert client.post(f"/imports/{batch.pk}/check/", {"do": "import"}).status_code == 422

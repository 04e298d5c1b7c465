"""The panel of imported files: who brought in what, and no row of it."""

from __future__ import annotations

import pytest

from lianzhen.accounts.roles import Role
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.tests.books import taken_in, uploaded, xlsx

LIST = "/admin/importing/importbatch/"
ROWS = [["姓名", "村", "手机"], ["陶示例", "示例一村", "19911110001"], ["李示例", "示列一村", "1387382"]]


@pytest.fixture
def batch(sign_in):
    client = sign_in(Role.OFFICE)
    return taken_in(client, uploaded(client, "people", xlsx(ROWS), "人员名册.xlsx"))


@pytest.mark.parametrize("role", [Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR])
def test_who_looks_it_up_sees_counts_and_no_rows(batch, sign_in, role):
    client = sign_in(role)
    assert "人员名册.xlsx" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{batch.pk}/change/").content.decode()
    assert "已导入1行，有问题1行" in page
    assert "甲联村办工作人员" in page
    for typed in ("陶示例", "19911110001", "1387382"):
        assert typed not in page


@pytest.mark.parametrize(("role", "leads"), [(Role.OFFICE, True), (Role.COMMITTEE, False), (Role.AUDITOR, False)])
def test_only_who_imports_is_led_to_the_rows(batch, sign_in, role, leads):
    client = sign_in(role)
    assert (f'href="/imports/{batch.pk}/"' in client.get(f"{LIST}{batch.pk}/change/").content.decode()) == leads
    assert ('href="/imports/"' in client.get(LIST).content.decode().split("<main", 1)[-1]) == leads


def test_the_administrator_sees_no_files_of_the_register(batch, sign_in):
    client = sign_in(Role.SYSADMIN)
    assert "人员名册.xlsx" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{batch.pk}/change/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICE, Role.COMMITTEE])
def test_nothing_is_added_changed_or_deleted_there(batch, sign_in, role):
    client = sign_in(role)
    for address in ("add/", f"{batch.pk}/delete/"):
        assert client.get(LIST + address).status_code == 403
    assert client.post(f"{LIST}{batch.pk}/change/", {"state": "undone"}).status_code == 403
    assert ImportBatch.objects.get(pk=batch.pk).state == "partial"


def test_by_kind(batch, sign_in):
    client = sign_in(Role.AUDITOR)
    assert "人员名册.xlsx" in client.get(f"{LIST}?kind=people").content.decode()
    assert "人员名册.xlsx" not in client.get(f"{LIST}?kind=grids").content.decode()

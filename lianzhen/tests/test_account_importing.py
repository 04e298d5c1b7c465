"""What a row of 账号 means, and how imported accounts get their first password."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from lianzhen.account_importing import Accounts
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.importing.models import ImportTouch
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.views import import_slips
from villages.models import Person
from villages.tests.test_importing import as_listed

HEAD = ["姓名", "账号", "手机号", "单位", "授予角色", "开通依据"]
WHY = "联村办2026年第3号申请单"


@pytest.fixture
def keeper(sign_in):
    return sign_in(Role.SYSADMIN)


@pytest.fixture
def staff(cast):
    with acting(by=None, action="test", label="测试"):
        person = Person(name="陶示例", department=cast.department, phone="19911110001")
        person.save()
    return person


def sheet(keeper, *rows):
    return uploaded(keeper, "accounts", xlsx([["账号申请表"], HEAD, *rows]))


# --- Opening ------------------------------------------------------------------------------------
def test_accounts_are_opened_for_people_of_the_register_and_for_others(keeper, cast, staff):
    batch = sheet(
        keeper,
        ["陶 示例", "", "", "联村工作办", "", WHY],
        ["丁示例", "Ding.Shili", 19911110002, "", "政务中心窗口", WHY],
        ["合计", "", "", "", "", ""],
    )
    assert [r.outcome for r in batch.rows.all()] == ["new", "new", "skipped"]
    taken_in(keeper, batch)
    taoshili = User.objects.get(name="陶示例")
    assert (taoshili.username, taoshili.phone, taoshili.person) == ("taoshili", "19911110001", staff)
    ding = User.objects.get(username="ding.shili")
    grant = RoleGrant.objects.get(user=ding)
    assert (grant.role, grant.reason, grant.granted_by) == (Role.WINDOW, WHY, cast.users[Role.SYSADMIN])
    for account in (taoshili, ding):
        assert account.must_change_password
        assert not account.has_usable_password()


def test_nobody_signs_in_before_the_slip(keeper, cast, staff):
    taken_in(keeper, sheet(keeper, ["陶示例", "", "", "", "", WHY]))
    stranger = Client()
    for password in ("", "!", "taoshili", User.objects.get(name="陶示例").password):
        stranger.post("/login/", {"username": "taoshili", "password": password})
        assert "_auth_user_id" not in stranger.session


def test_watchers_hear_of_every_role_given(keeper, cast, django_capture_on_commit_callbacks):
    batch = sheet(keeper, ["丁示例", "", "", "", "党委委员", WHY])
    with django_capture_on_commit_callbacks(execute=True):
        taken_in(keeper, batch)
    told = Notice.objects.get(user=cast.users[Role.AUDITOR])
    assert "授予丁示例“党委委员”角色" in told.text
    assert told.url == f"/settings/accounts/{User.objects.get(name='丁示例').pk}/"


def test_namesakes_get_accounts_with_a_number_behind(keeper, cast):
    rows = [["丁示例", "", "19911110005", "", "", WHY], ["丁示例", "", "19911110006", "", "", WHY]]
    taken_in(keeper, sheet(keeper, *rows))
    names = User.objects.filter(name="丁示例").order_by("username").values_list("username", flat=True)
    assert list(names) == ["dingshili", "dingshili2"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["丁示例", "", "", "", "", ""], "新开账号请填写开通依据"),
        (["丁示例", "王 丁", "", "", "", WHY], "账号应为2到30位小写字母"),
        (["丁示例", "13900001402", "", "", "", WHY], "账号不能全是数字"),
        (["丁示例", "", "1387382", "", "", WHY], "手机应为11位数字，现在是7位"),
        (["丁示例", "", "199****0002", "", "", WHY], "199****0002中间四位没有显示"),
        (["丁示例", "", "", "示例一村", "", WHY], "示例一村没有可以开通账号的丁示例"),
        (["丁示例", "", "", "", "网格长", WHY], '授予角色：没有"网格长"'),
        (["陶示例", "", "19911110009", "", "", WHY], "台账里陶示例的号码是199****0001，与表中不同"),
        (["甲系统管理员", "", "", "", "", WHY], "已有甲系统管理员的账号（t_sysadmin）。是同一个人吗？"),
        (["甲网格长", "t_gridhead", "19911110009", "", "", ""], "甲网格长的姓名和手机号随台账里的人员"),
        (["甲网格长", "t_gridhead", "", "", "党委委员", ""], "甲网格长已有账号，请在账号页面授予角色"),
    ],
)
def test_problems_are_told(keeper, cast, staff, row, sentence):
    assert sentences(sheet(keeper, row), 3)[0].startswith(sentence)


def test_namesakes_of_the_register_are_told_apart(keeper, cast, staff):
    with acting(by=None, action="test", label="测试"):
        Person(name="陶示例", department=cast.station, phone="19911110003").save()
    batch = sheet(keeper, ["陶示例", "", "", "", "", WHY], ["陶示例", "", "", "联村工作办", "", WHY])
    assert "台账里有2个陶示例（原神冲群工站、联村工作办）" in sentences(batch, 3)[0]
    taken_in(keeper, batch)
    assert User.objects.get(name="陶示例").person == staff


def test_an_auditor_is_nobody_of_the_register(keeper, cast, staff):
    taken_in(keeper, sheet(keeper, ["陶示例", "", "", "", "审计员", WHY]))
    assert getattr(User.objects.get(name="陶示例"), "person", None) is None


def test_facts_of_an_account_change(keeper, cast):
    batch = sheet(keeper, ["乙新名", "t_outsider", "19911110055", "", "", ""])
    assert row_at(batch, 3).changes == [["姓名", "乙外人", "乙新名"], ["手机号", "", "199****0055"]]
    word = cast.outsider.password
    taken_in(keeper, batch)
    cast.outsider.refresh_from_db()
    assert (cast.outsider.name, cast.outsider.phone, cast.outsider.password) == ("乙新名", "19911110055", word)


# --- One by one, together, and back ---------------------------------------------------------------
ROWS = [
    ["陶示例", "", "", "联村工作办", "", WHY],
    ["丁示例", "", "19911110002", "", "政务中心窗口", WHY],
    ["乙新名", "t_outsider", "19911110055", "", "", ""],
    ["戊示例", "", "19911110002", "", "", WHY],  # a number that the row before has taken
]


def left_behind(batch):
    told = AuditEntry.objects.filter(batch=AuditEntry.objects.about(batch).get(action="import.run").batch)
    lines = told.order_by("pk").values_list("action", "label", "model", "object_label", "changes", "reason", "by")
    return {
        "trail": sorted(map(str, lines)),
        "accounts": list(User.objects.order_by("pk").values_list("username", "name", "phone", "version", "pinyin")),
        "people": list(Person.objects.order_by("pk").values_list("name", "version", "user__username")),
        "grants": list(RoleGrant.objects.order_by("pk").values_list("user__username", "role", "starts_on")),
        "rows": list(batch.rows.values_list("line", "outcome", "did", "problems")),
    }


class Enough(Exception):
    """Raised to have everything taken back."""


def test_together_leaves_what_one_by_one_leaves(keeper, cast, staff, monkeypatch):
    def taken(reads):
        monkeypatch.setattr(Accounts, "reads", reads)
        try:
            with transaction.atomic():
                found = left_behind(taken_in(keeper, sheet(keeper, *ROWS)))
                raise Enough
        except Enough:
            return found

    reads = Accounts.reads
    assert reads
    single, together = taken(()), taken(reads)
    assert [row[1] for row in single["rows"]] == ["done", "done", "done", "problem"]
    # A new account's own number is asked after by the table; in memory the sentence is the same.
    for part, expected in single.items():
        assert together[part] == expected, part


def test_a_batch_is_taken_back_while_nobody_has_a_password(keeper, cast, staff):
    batch = taken_in(keeper, sheet(keeper, *ROWS))
    assert keeper.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"}).status_code == 303
    assert not User.objects.filter(name__in=["陶示例", "丁示例"]).exists()
    staff.refresh_from_db()
    cast.outsider.refresh_from_db()
    assert (staff.user, cast.outsider.name) == (None, "乙外人")
    assert cast.outsider.check_password("Ceshi-2026")


def test_not_once_the_slips_are_printed(keeper, cast, staff):
    batch = taken_in(keeper, sheet(keeper, ["陶示例", "", "", "", "", WHY]))
    keeper.post(f"/imports/{batch.pk}/slips/")
    page = keeper.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert page.status_code == 422
    assert "又有改动" in page.content.decode()


def test_no_password_stands_with_the_import(keeper, cast):
    taken_in(keeper, sheet(keeper, ["乙新名", "t_outsider", "", "", "", ""]))
    touch = ImportTouch.objects.get(model="accounts.user")
    assert touch.before["name"] == "乙外人"
    assert "password" not in touch.before


def test_the_list_of_accounts_goes_round(keeper, cast):
    from lianzhen.views.accounts import _columns

    rows = User.objects.order_by("pk")
    batch = uploaded(keeper, "accounts", as_listed(_columns({}), rows))
    wrong = [(r.raw, r.problems, r.changes) for r in batch.rows.all() if r.outcome != "same"]
    assert wrong == []
    assert batch.rows.count() == User.objects.count()
    assert "与平台里的内容完全一致" in keeper.get(f"/imports/{batch.pk}/check/").content.decode()


# --- Slips ------------------------------------------------------------------------------------------
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a51"


def passwords_of(page):
    return re.findall(r"[A-Z][a-z]{3}-[2-9]{4}-[a-z]{4}", page.content.decode())


def test_slips_are_made_at_a_press_and_shown_once(keeper, cast, staff, monkeypatch):
    monkeypatch.setattr(import_slips, "AT_ONCE", 2)
    rows = [["陶示例", "", "", "", "", WHY], ["丁示例", "", "", "", "", WHY], ["戊示例", "", "", "", "", WHY]]
    batch = taken_in(keeper, sheet(keeper, *rows))
    url = f"/imports/{batch.pk}/slips/"
    assert url in keeper.get(f"/imports/{batch.pk}/result/").content.decode()
    page = keeper.get(url).content.decode()
    assert "还有3个账号没有初始密码" in page
    assert "生成2张密码单" in page
    made = keeper.post(url, {"once": TOKEN})
    assert made["Cache-Control"] == "no-store"
    words = passwords_of(made)
    assert len(words) == 2
    assert keeper.post(url, {"once": TOKEN}).status_code == 303  # doubled: nothing made, nothing shown
    assert "还有1个账号没有初始密码" in keeper.get(url).content.decode()
    assert len(passwords_of(keeper.post(url))) == 1
    assert "这一批账号都已生成初始密码" in keeper.get(url).content.decode()
    assert keeper.post(url).status_code == 303
    for word in words:
        assert word not in str(list(AuditEntry.objects.values("changes", "reason", "object_label")))
    owner = User.objects.get(name="丁示例")
    assert any(owner.check_password(word) for word in words)
    assert owner.must_change_password
    assert AuditEntry.objects.about(owner).filter(action="account.password_slip").exists()


def test_slips_are_the_administrators_alone(keeper, cast, staff, sign_in):
    batch = taken_in(keeper, sheet(keeper, ["陶示例", "", "", "", "", WHY]))
    for role in (Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR, Role.COMMITTEE):
        assert sign_in(role).post(f"/imports/{batch.pk}/slips/").status_code in (403, 404)
    assert not User.objects.get(name="陶示例").has_usable_password()


def test_other_batches_have_no_slips(sign_in, cast):
    client = sign_in(Role.SYSADMIN)
    batch = uploaded(client, "calendar", xlsx([["日期", "上班或休息", "名称"], ["2026-10-01", "休息", "国庆节"]]))
    assert client.get(f"/imports/{batch.pk}/slips/").status_code == 404


# --- Who ----------------------------------------------------------------------------------------------
def test_the_office_imports_no_accounts_and_the_administrator_no_register(cast, sign_in):
    page = sign_in(Role.OFFICE).get("/imports/new/").content.decode()
    assert 'value="accounts"' not in page
    page = sign_in(Role.SYSADMIN).get("/imports/new/").content.decode()
    assert 'value="accounts"' in page
    assert 'value="people"' not in page


def test_rows_that_wait_stand_on_the_administrators_home(keeper, cast):
    taken_in(keeper, sheet(keeper, ["丁示例", "", "", "", "", WHY], ["戊示例", "", "1387382", "", "", WHY]))
    assert "导入后待处理的行" in keeper.get("/").content.decode()


def test_checking_asks_as_much_for_many_rows_as_for_few(keeper, cast, django_assert_max_num_queries):
    from lianzhen.importing import actions

    for number in (2, 60):
        batch = sheet(keeper, *[[f"丁示例{n}", "", f"1991111{n:04d}", "", "", WHY] for n in range(number)])
        with django_assert_max_num_queries(20):
            actions.run_check(batch)

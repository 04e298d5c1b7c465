"""What a row of 工作组与任职 means."""

from datetime import date

import pytest

from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.trail import acting
from villages.models import LiaisonTeam, Person, Posting, Village

HEAD = ["联村工作组", "职务", "姓名", "任职时间"]


@pytest.fixture(autouse=True)
def _uploads_aside(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


@pytest.fixture
def staff(cast):
    with acting(by=None, action="test", label="测试"):
        for name in ("陶示例", "钱示例"):
            Person(name=name, department=cast.department).save()
        Village(code="431321101950", name="示例新村").save()
    return cast


def postings(office, *rows):
    return uploaded(office, "teams", xlsx([HEAD, *rows]))


def test_a_team_is_set_up_with_its_leader_and_member(office, staff):
    batch = postings(
        office, ["示例新村", "组 长", "陶 示例", "2026.3"], ["示例新村联村工作组", "组员", "钱示例", "2026-03-01"]
    )
    taken_in(office, batch)
    team = LiaisonTeam.objects.get(village__name="示例新村")
    assert team.led_by(date(2026, 3, 1)).name == "陶示例"
    assert Posting.objects.filter(team=team, person__name="钱示例", is_leader=False).exists()
    office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert not LiaisonTeam.objects.filter(village__name="示例新村").exists()


def test_a_new_leader_replaces_the_old_one_and_back(office, staff):
    batch = taken_in(office, postings(office, ["示例一村", "组长", "陶示例", "2026-03-01"]))
    old = Posting.objects.get(team=staff.team, person=staff.people[Role.LEADER])
    assert old.ends_on == date(2026, 2, 28)
    assert office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"}).status_code == 303
    old.refresh_from_db()
    assert old.ends_on is None
    assert not Posting.objects.filter(person__name="陶示例").exists()


def test_a_member_becomes_leader(office, staff):
    member = staff.people[Role.MEMBER]
    taken_in(office, postings(office, ["示例一村", "组长", member.name, "2026-03-01"]))
    assert staff.team.led_by(date(2026, 3, 1)) == member


def test_who_serves_already_is_unchanged(office, staff):
    people = staff.people
    batch = postings(
        office,
        ["示例一村", "组长", people[Role.LEADER].name, "2024-01-01"],
        ["示例一村", "组员", people[Role.MEMBER].name, ""],
        ["示例三社区", "指导员", people[Role.INSTRUCTOR].name, ""],
    )
    assert [r.outcome for r in batch.rows.all()] == ["same"] * 3


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["示列一村", "组长", "陶示例", "2026-03-01"], '没有"示列一村"。是不是"示例一村"？'),
        (["示例一村", "队长", "陶示例", "2026-03-01"], '职务：没有"队长"'),
        (["示例一村", "组员", "陶示列", "2026-03-01"], '没有"陶示列"。是不是"陶示例"？'),
        (["示例一村", "组员", "曾示例", "2026-03-01"], "曾示例不是镇干部"),
        (["示例一村", "组员", "陶示例", ""], "新的任职请填写起始日期"),
        (["示例一村", "指导员", "陶示例", "2026-03-01"], "示例一村没有实行村为主自治"),
        (["示例三社区", "组员", "陶示例", "2026-03-01"], "示例三社区实行村为主自治"),
        (["示例一村", "组员", "甲联村工作组组长", ""], "甲联村工作组组长现任"),
    ],
)
def test_problems_are_told(office, staff, row, sentence):
    assert sentences(postings(office, row), 2)[0].startswith(sentence)


def test_a_start_before_the_team_waits_with_the_reason(office, staff):
    batch = postings(office, ["示例一村", "组员", "陶示例", "2018-05-01"], ["示例一村", "组员", "钱示例", "2026-03-01"])
    taken_in(office, batch)
    assert "不能早于" in sentences(batch, 2)[0]
    assert row_at(batch, 3).outcome == "done"

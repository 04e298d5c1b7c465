"""The demo town: real villages, invented people, the same every time; and a real start from the list."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from appraisal.models import AnnualAssessment, AnnualSummary, SelfGovYear, WeeklyMeeting
from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.demo.accounts import PASSWORD, demo_accounts, username_of
from lianzhen.demo.build import build_town
from lianzhen.demo.names import REAL_PEOPLE
from lianzhen.demo.plan import VILLAGE_FILE, Scale
from lianzhen.town.models import CalendarYear, Town
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, OrganizationKind, Person, SelfGovernance, Village

TODAY = date(2026, 11, 23)


def summary() -> list[tuple]:
    return [
        *Person.objects.order_by("pk").values_list("name", "phone", "village__name"),
        *GridHeadTerm.objects.order_by("pk").values_list("grid__code", "person__name", "starts_on", "ends_on"),
    ]


@pytest.fixture
def small_demo(db):
    build_town(Scale(villages=2, years=3, today=TODAY, seed=7, weeks=2))


def test_every_role_signs_in_with_what_is_printed(small_demo, client):
    printed = dict(demo_accounts())
    # Two villages have no self-governed one among them, hence no instructor.
    assert set(printed) == {role.label for role in Role} - {Role.INSTRUCTOR.label}
    for username in printed.values():
        signed_in = client.post("/login/", {"username": username, "password": PASSWORD})
        assert signed_in.status_code in (302, 303)
        role = Role(username.removeprefix("demo_"))
        assert User.objects.get(username=username).standing.has(role)


def test_invented_people_only(small_demo):
    names = set(Person.objects.values_list("name", flat=True))
    assert len(names) > 50
    assert not names & REAL_PEOPLE
    assert all(phone.startswith("19900") for phone in Person.objects.values_list("phone", flat=True))


def test_history_reaches_back_and_has_no_hidden_gap(small_demo):
    assert Town.objects.get().is_demo
    assert LiaisonTeam.objects.order_by("starts_on").first().starts_on == date(2024, 1, 1)
    assert Grid.objects.count() == 11
    assert AuditEntry.objects.filter(action="grid.head").exists()


def test_same_seed_same_town(db):
    from django.db import transaction

    seen = []
    for _ in range(2):
        with transaction.atomic():
            build_town(Scale(villages=1, years=2, today=TODAY, seed=7, weeks=1))
            seen.append(summary())
            transaction.set_rollback(True)
    first, second = ([row[:3] for row in rows] for rows in seen)
    assert first == second
    assert len(first) > 20


@pytest.mark.parametrize(
    ("villages", "years", "today", "weeks"),
    [
        (1, 1, date(2018, 1, 3), None),  # on the third day of its history
        (1, 1, date(2019, 1, 6), None),  # before the first Monday: a register without a week
        (2, 2, date(2019, 1, 16), 3),
        (4, 1, date(2018, 2, 7), None),  # a whole month, and a village that governs itself
        (6, 3, date(2026, 5, 7), 1),
    ],
)
def test_towns_of_any_size(db, villages, years, today, weeks):
    build_town(Scale(villages=villages, years=years, today=today, seed=5, weeks=weeks))
    assert Village.objects.count() == villages
    assert SelfGovernance.objects.count() == (villages >= 4)
    lived = Scale(villages, years, today, 5, weeks).lived()
    assert sorted(set(WeeklyMeeting.objects.filter(state="closed").values_list("week_start", flat=True))) == [
        week.start for week in lived
    ]


def test_in_december_the_year_is_under_way(db):
    """Reports are written, judged and checked one after another; nothing is handed in before December is sealed."""
    build_town(Scale(villages=6, years=1, today=date(2018, 12, 28), seed=5, weeks=2))
    assert AnnualAssessment.objects.get().state == "summary"
    states = set(AnnualSummary.objects.values_list("state", flat=True))
    assert len(states) > 1
    assert "draft" in states or "district" in states
    assert SelfGovYear.objects.get().state == "draft"


def test_weeks_begin_with_the_history():
    """All of it unless told otherwise; never before its first Monday."""
    assert len(Scale(3, 2, date(2019, 2, 20), 1, None).lived()) == 60
    assert Scale(3, 2, date(2019, 2, 20), 1, None).lived()[0].start == date(2018, 1, 1)
    assert Scale(3, 1, date(2026, 3, 4), 1, None).lived()[0].start == date(2026, 1, 5)
    assert len(Scale(3, 3, TODAY, 1).lived()) == 10
    assert len(Scale(3, 1, date(2019, 1, 16), 1, 9).lived()) == 2
    assert Scale(3, 1, date(2019, 1, 6), 1, None).lived() == []


def test_what_the_command_is_asked(db, monkeypatch):
    """Without a word a quick demo; years alone mean all of their weeks."""
    asked = []
    monkeypatch.setattr("lianzhen.management.commands.demo.build_town", lambda scale, say: asked.append(scale))
    for options in ({}, {"years": 2}, {"years": 2, "weeks": 5}):
        call_command("demo", stdout=StringIO(), today=TODAY, **options)
    assert [(scale.years, scale.weeks) for scale in asked] == [(3, 9), (2, None), (2, 5)]
    for options in ({"years": 0}, {"weeks": 0}, {"villages": 0}):
        with pytest.raises(CommandError, match="大于0"):
            call_command("demo", stdout=StringIO(), **options)


def test_demo_never_mixes_with_real_data(cast):
    with pytest.raises(CommandError, match="已经有数据"):
        call_command("demo", stdout=StringIO())


def test_accounts_of_a_demo_are_not_shown_in_a_real_town(cast):
    assert demo_accounts() == []


# --- A real start ---------------------------------------------------------------------------
@pytest.fixture
def answers(monkeypatch):
    typed = iter(["Zhenfu-2026", "Zhenfu-2026"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))


def start(file: Path) -> str:
    out = StringIO()
    call_command(
        "start_town", str(file), town="荷叶镇", county="双峰县", admin="guanli", admin_name="管理员", stdout=out
    )
    return out.getvalue()


def test_a_town_starts_from_the_39_real_units(db, answers, client):
    assert "39个村（社区）" in start(VILLAGE_FILE)
    town = Town.objects.get()
    assert (town.name, town.code, town.is_demo) == ("荷叶镇", "431321101", False)
    assert Village.objects.count() == 39
    assert Village.objects.filter(kind="community").count() == 2
    assert CalendarYear.objects.filter(year=2026).exists()
    assert OrganizationKind.objects.filter(in_every_grid=True).count() == 3
    assert not Person.objects.exists()
    assert client.post("/login/", {"username": "guanli", "password": "Zhenfu-2026"}).status_code in (302, 303)
    assert User.objects.get().standing.roles == {Role.SYSADMIN}
    assert username_of(Role.SYSADMIN) != "guanli"


def test_bad_list_writes_nothing(db, answers, tmp_path):
    file = tmp_path / "村.csv"
    file.write_text("code,name\n123,龙吟村\n", "utf-8")
    with pytest.raises(CommandError, match="没有写入任何数据"):
        start(file)
    assert not Town.objects.exists()
    assert not User.objects.exists()


def test_a_town_starts_once(cast, answers):
    with pytest.raises(CommandError, match="已经有数据"):
        start(VILLAGE_FILE)


def test_missing_file_is_said(db, answers, tmp_path):
    with pytest.raises(CommandError, match="没有找到文件"):
        start(tmp_path / "没有.csv")


def test_self_governed_village_has_an_instructor_and_no_team(db):
    build_town(Scale(villages=7, years=1, today=TODAY, seed=3, weeks=1))
    term = SelfGovernance.objects.get()
    assert not LiaisonTeam.objects.on(TODAY).filter(village=term.village).exists()
    assert term.village.instructor_postings.open().count() == 1

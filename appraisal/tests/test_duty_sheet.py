"""按纸质登记表录入: persons by days, as 联村办代录, through the same door as every other entry."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
from django.urls import reverse

from appraisal.models import DutyAttendance, DutyLog
from appraisal.tests.duty_scene import FRI, MON, NOW, THU, TUE, WED, WEEK, add_teams, enter, fix_days
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.tests.counting import queries_of

URL = "/duty/grid/"


@pytest.fixture
def town(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    fix_days(cast.team, cast.other_team)
    return cast


def url_of(team, week="2026-W48") -> str:
    return f"{URL}?team={team.pk}&week={week}"


def cell(person, day: date) -> str:
    return f"sheet-{person.pk}-d{day:%Y%m%d}"


def shown(page: str) -> dict[str, str]:
    """The hidden fields and the cells of the sheet, as a browser would send them back."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page[page.index("data-keep") :]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name.group(1).startswith(("sheet-", "once", "late_reason")):
            text = value.group(1) if value else ""
            found[name.group(1)] = text.replace("&#x27;", "'").replace("&quot;", '"')
    return found


def key(client, team, changes, week="2026-W48", **more):
    page = client.get(url_of(team, week)).content.decode()
    return client.post(url_of(team, week), {**shown(page), **changes, **more})


def on_record(team) -> set[tuple[str, date, str, str]]:
    rows = DutyAttendance.objects.filter(log__team=team)
    return set(rows.values_list("person__name", "log__day", "session", "source"))


# --- What is recorded ---------------------------------------------------------------------------
def test_signatures_become_days_of_duty_marked_as_keyed_by_the_office(town, sign_in):
    leader, member = town.people[Role.LEADER], town.people[Role.MEMBER]
    changes = {cell(leader, TUE): "1", cell(member, TUE): "上", cell(member, THU): "下"}
    answer = key(sign_in(Role.OFFICE), town.team, changes)
    assert answer.status_code == 303
    assert answer["Location"] == "/duty/?week=2026-W48"
    assert on_record(town.team) == {
        (leader.name, TUE, "whole", "office"),
        (member.name, TUE, "morning", "office"),
        (member.name, THU, "afternoon", "office"),
    }
    assert DutyLog.objects.get(day=TUE).late_reason == "按纸质登记表代录"
    assert DutyLog.objects.filter(state=DutyLog.State.REGISTERED).count() == 2
    labels = set(AuditEntry.objects.filter(model="appraisal.dutyattendance").values_list("label", flat=True))
    assert labels == {"登记驻村"}
    assert "已代录示例一村第48周（11月23日—29日）驻村3人次。" in sign_in(Role.OFFICE).get("/duty/").content.decode()


def test_what_is_on_record_stands_in_the_cells_and_is_left_alone(town, sign_in):
    leader, member = town.people[Role.LEADER], town.people[Role.MEMBER]
    enter(town.team, TUE, leader)
    enter(town.team, WED, member, session="morning")
    page = shown(sign_in(Role.OFFICE).get(url_of(town.team)).content.decode())
    assert (page[cell(leader, TUE)], page[cell(member, WED)], page[cell(leader, WED)]) == ("1", "上", "")
    key(sign_in(Role.OFFICE), town.team, {cell(leader, WED): "1"})
    assert (leader.name, TUE, "whole", "self") in on_record(town.team)
    assert (leader.name, WED, "whole", "office") in on_record(town.team)


def test_long_past_days_from_paper_need_nobodys_consent(town, sign_in):
    leader, day = town.people[Role.LEADER], date(2026, 10, 13)
    assert key(sign_in(Role.OFFICE), town.team, {cell(leader, day): "1"}, week="2026-W42").status_code == 303
    assert DutyLog.objects.get().state == DutyLog.State.REGISTERED


def test_good_lines_are_kept_and_bad_ones_stay_to_be_put_right(town, sign_in):
    leader, member = town.people[Role.LEADER], town.people[Role.MEMBER]
    answer = key(sign_in(Role.OFFICE), town.team, {cell(leader, TUE): "1", cell(member, TUE): "来了"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "保存1条，1条需修改" in page
    assert 'value="来了"' in page
    assert on_record(town.team) == {(leader.name, TUE, "whole", "office")}


def test_a_block_copied_from_wps_is_filled_in_first(town, sign_in):
    leader = town.people[Role.LEADER]
    block = f"{leader.name}\t\t1\t\t上\r\n"
    answer = key(sign_in(Role.OFFICE), town.team, {"sheet-block": block})
    assert answer.status_code == 200
    page = shown(answer.content.decode())
    assert (page[cell(leader, TUE)], page[cell(leader, THU)]) == ("1", "上")
    assert on_record(town.team) == set()


def test_sent_twice_is_recorded_once(town, sign_in):
    client, leader = sign_in(Role.OFFICE), town.people[Role.LEADER]
    sent = {**shown(client.get(url_of(town.team)).content.decode()), cell(leader, TUE): "1"}
    assert client.post(url_of(town.team), sent).status_code == 303
    assert client.post(url_of(town.team), sent).status_code == 303
    assert len(on_record(town.team)) == 1
    assert client.post(url_of(town.team), {**sent, "once": str(uuid.uuid4())}).status_code == 303
    assert len(on_record(town.team)) == 1


# --- What is refused ----------------------------------------------------------------------------
def test_a_recorded_day_is_not_emptied_here(town, sign_in):
    leader = town.people[Role.LEADER]
    enter(town.team, TUE, leader)
    answer = key(sign_in(Role.OFFICE), town.team, {cell(leader, TUE): ""})
    assert answer.status_code == 422
    assert "11月24日已登记，这里不能清空" in answer.content.decode()
    assert len(on_record(town.team)) == 1


def test_anothers_session_is_not_overruled(town, sign_in):
    leader = town.people[Role.LEADER]
    enter(town.team, TUE, leader)
    answer = key(sign_in(Role.OFFICE), town.team, {cell(leader, TUE): "上", cell(leader, WED): "1"})
    assert answer.status_code == 422
    assert "11月24日已登记为全天" in answer.content.decode()
    # The line belongs together: nothing of it was recorded.
    assert on_record(town.team) == {(leader.name, TUE, "whole", "self")}


def test_days_to_come_and_forged_people_are_not_taken(town, sign_in):
    client, leader = sign_in(Role.OFFICE), town.people[Role.LEADER]
    page = client.get(url_of(town.team)).content.decode()
    assert cell(leader, FRI) not in page
    assert cell(leader, MON) in page
    stranger = town.people[Role.DISTRICT]
    answer = key(client, town.team, {cell(leader, FRI): "1", cell(stranger, TUE): "1"})
    assert answer.status_code == 422
    assert on_record(town.team) == set()


def test_a_week_to_come_is_not_found(town, sign_in):
    client = sign_in(Role.OFFICE)
    assert client.get(url_of(town.team, "2026-W49")).status_code == 404
    assert client.get(url_of(town.team, "2026-W99")).status_code == 404
    assert client.get(f"{URL}?team=x").status_code == 404
    assert client.get(f"{URL}?team={'9' * 40}").status_code == 404


def test_only_days_of_the_teams_own_time(town, sign_in):
    with acting(by=None, action="test", label="测试"):
        town.team.ends_on = TUE
        town.team.save()
    page = sign_in(Role.OFFICE).get(url_of(town.team)).content.decode()
    assert cell(town.people[Role.LEADER], TUE) in page
    assert cell(town.people[Role.LEADER], WED) not in page


def test_first_the_team_is_chosen(town, sign_in):
    page = sign_in(Role.OFFICE).get(URL).content.decode()
    assert "先选择联村工作组" in page
    assert "示例二村" in page
    assert "下一周" not in page
    assert "下一周" in sign_in(Role.OFFICE).get(f"{URL}?week=2026-W40").content.decode()


def test_a_team_without_people_says_so(town, sign_in):
    assert "没有可录入的人" in sign_in(Role.OFFICE).get(url_of(town.other_team)).content.decode()


@pytest.mark.parametrize("role", ["outsider", Role.LEADER, Role.CADRE, Role.DISTRICT, Role.COMMITTEE, Role.AUDITOR])
def test_only_the_office_keys(role, town, sign_in):
    client = sign_in(town.users.get(role, town.outsider))
    assert client.get(url_of(town.team)).status_code == 403
    assert client.post(url_of(town.team)).status_code == 403


def test_the_matrix_shows_what_was_keyed(town, sign_in):
    client = sign_in(Role.OFFICE)
    key(client, town.team, {cell(town.people[Role.LEADER], TUE): "1"})
    assert "周二驻" in client.get(reverse("duty_matrix")).content.decode()


def test_queries_do_not_grow(town, sign_in):
    few = queries_of(sign_in(Role.OFFICE), url_of(town.team))
    add_teams(town, 20)
    enter(town.team, TUE, town.people[Role.LEADER], town.people[Role.MEMBER])
    assert queries_of(sign_in(Role.OFFICE), url_of(town.team)) == few
    assert few <= 15
    assert THU in WEEK

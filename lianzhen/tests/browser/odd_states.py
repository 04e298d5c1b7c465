"""States that a young town does not have yet, so that pages are looked at in them too: ended, vacant,
self-governed, answered, uploaded. Everything through the actions; most of it in the leader's own village."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lianzhen.accounts.roles import Role


def bring_about(accounts: dict[Role, Any], today: date) -> None:
    from lianzhen.tests.browser.week_states import bring_about_week
    from villages.models import Village

    # First, while the team is the only one that serves in the village.
    bring_about_week(accounts, today)
    own = Village.objects.get(pk__in=accounts[Role.LEADER].standing.villages())
    far = Village.objects.exclude(pk=own.pk).order_by("code").last()
    office = accounts[Role.OFFICE]
    _end_things(own, office, today)
    _govern_itself(far, office, today)
    _begin_a_new_text(own, office, today)
    _talk(accounts)
    _upload(own, office)
    _end_an_account(accounts[Role.SYSADMIN])


def _end_things(village: Any, by: Any, today: date) -> None:
    from grids import actions as grids
    from grids.models import Grid
    from villages.actions import organizations, people

    newest = Grid.objects.filter(village=village).order_by("number").last()
    grids.end_head(grid=newest, last_day=today - timedelta(days=9), reason="外出务工", by=by)
    added = grids.add_grid(village=village, name="", boundary="", villager_groups=[], by=by)
    grids.end_grid(grid=added, ended_on=today, reason="并入第1网格。", by=by)
    group = village.villager_groups.first()
    person = people.add_person(name="辛离册", village=village, villager_group=group, by=by)
    people.end_person(person=person, ended_on=today, reason="迁出本镇。", by=by)
    organization = village.organizations.order_by("pk").last()
    organizations.dissolve_organization(organization=organization, ended_on=today, reason="任务完成。", by=by)


def _govern_itself(village: Any, by: Any, today: date) -> None:
    from lianzhen.town.models import Department
    from villages.actions import people, self_governance

    department = Department.objects.filter(kind="office").first()
    instructor = people.add_person(name="壬指导", department=department, job_title="指导员", by=by)
    self_governance.begin_self_governance(
        village=village,
        decided_on=today - timedelta(days=2),
        basis="镇党委会议研究同意（示例）",
        starts_on=today,
        instructor=instructor,
        by=by,
    )


def _begin_a_new_text(village: Any, by: Any, today: date) -> None:
    from villages.actions import charters

    charters.add_charter(
        village=village, title="村规民约", text="第一条　示例。\n第二条　示例。", adopted_on=today, by=by
    )


def _talk(accounts: dict[Role, Any]) -> None:
    from lianzhen.notices.actions import answer_feedback, send_feedback, tell

    tell(accounts.values(), "这是一条消息。", "/villages/")
    first = send_feedback(text="希望名册能按年龄排序。", page="/people/", by=accounts[Role.LEADER])
    answer_feedback(feedback=first, answer="已记下，年底前办。", by=accounts[Role.OFFICE])
    send_feedback(text="第二条意见。", page="/", by=accounts[Role.LEADER])


def _upload(village: Any, by: Any) -> None:
    from lianzhen.importing import actions
    from lianzhen.importing.kinds import kind_of

    raw = f"姓名,村,手机\n癸导入,{village},1990000\n".encode()
    actions.upload(kind=kind_of("people"), raw=raw, file_name="人员.csv", by=by)


def _end_an_account(by: Any) -> None:
    from lianzhen.accounts import actions

    account = actions.add_account(
        username="tingyong", name="停用的账号", phone="", password="Yiqian-2026", by=by, reason="示例"
    )
    actions.end_account(user=account, by=by, reason="调离。")

"""What the tests of 村为主自治 set their scenes with: the village's secretary, and an application at any step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast, make_user
from lianzhen.trail import acting
from villages.actions import selfgov_applications as actions
from villages.models import CadreTerm, Person, SelfGovApplication, Village

NOW = timezone.make_aware(datetime(2026, 11, 26, 9, 0))
TODAY = NOW.date()
SAID = "每季度按期公开，公开栏可以看，村民没有意见。"
GROUND = "党委会议纪要〔2026〕21号"


@dataclass
class Scene:
    """The cast with a secretary's account of the own village and a member of the town's staff to be instructor."""

    cast: Cast
    secretary: Any
    staff: Person

    def user(self, role: Role) -> Any:
        return self.cast.users[role]

    def started(self, village: Village | None = None, **more: Any) -> SelfGovApplication:
        facts = {"kind": "begin", "origin": "village", "by": self.secretary, "now": NOW, **more}
        return actions.start(village=village or self.cast.own, **facts)

    def written(self, by: Any = None, **more: Any) -> SelfGovApplication:
        by = by or self.secretary
        made = self.started(by=by, **more)
        made = actions.explain(application=made, answers=[SAID] * len(made.conditions), by=by)
        return actions.note_meeting(application=made, **meeting(), by=by, today=TODAY)

    def submitted(self, **more: Any) -> SelfGovApplication:
        made = self.written(**more)
        return actions.submit(application=made, by=more.get("by") or self.secretary, now=NOW)

    def opined(self, **more: Any) -> SelfGovApplication:
        by = self.user(Role.DISTRICT)
        made = self.submitted(**more)
        return actions.give_opinion(application=made, is_for=True, opinion="条件具备，赞成。", by=by, now=NOW)

    def checked(self, **more: Any) -> SelfGovApplication:
        by = self.user(Role.OFFICE)
        return actions.check(application=self.opined(**more), is_for=True, note="已逐条核实。", by=by, now=NOW)

    def agreed(self) -> SelfGovApplication:
        return actions.agree(application=self.checked(), **decision(self), by=self.user(Role.COMMITTEE), now=NOW)


def build(cast: Cast) -> Scene:
    with acting(by=None, action="test.scene", label="测试数据"):
        user = make_user("丙书记", "t_secretary")
        person = Person(name="丙书记", user=user, village=cast.own)
        person.save()
        CadreTerm(person=person, village=cast.own, position="secretary", starts_on=START).save()
        staff = Person(name="丁指导", department=cast.department)
        staff.save()
    return Scene(cast, user, staff)


def paper(name: str = "决议.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 resolution", content_type="application/pdf")


def meeting(**more: Any) -> dict[str, Any]:
    votes = {"votes_for": 41, "votes_against": 3, "votes_abstain": 2}
    return {"met_on": date(2026, 11, 20), **votes, "file": paper(), **more}


def decision(scene: Scene, **more: Any) -> dict[str, Any]:
    return {
        "decided_on": date(2026, 11, 25),
        "basis": GROUND,
        "starts_on": date(2026, 12, 1),
        "person": scene.staff,
        **more,
    }

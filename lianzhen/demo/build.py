"""Writes the demo town through the application's own actions, so that building it tries them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q

from grids.models import GridHeadTerm
from lianzhen.accounts import actions as accounts
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import GRANTED, SOLITARY, Role
from lianzhen.demo import life, plan
from lianzhen.demo.accounts import PASSWORD, username_of
from lianzhen.demo.clock import Clock
from lianzhen.demo.hands import Hands
from lianzhen.demo.names import Inventor
from lianzhen.demo.plan import Scale
from lianzhen.demo.self_governing import SelfGoverning
from lianzhen.demo.working_week import WorkingWeeks
from lianzhen.setup import set_up_town
from lianzhen.town import actions as town
from lianzhen.town.models import Department
from lianzhen.trail import acting
from villages.actions import people, teams
from villages.models import CadreTerm, LiaisonGroup, LiaisonTeam, Person, Posting, Village

#: One village in each district governs itself, the seventh or, in a district of four to six, the last.
SELF_GOVERNED, SMALLEST = 6, 4
#: The village that is asking to.
ASKING = 1


def build_town(scale: Scale, say: Callable[[str], None] = lambda line: None) -> None:
    """The whole town in one transaction: a run that is broken off leaves nothing behind. `say` is told of every step
    that takes long."""
    with acting(by=None, action="demo", label="装入演示数据"), Clock(scale.today).running() as clock:
        Builder(scale, clock, say).build()


class Builder:
    """Keeps what the parts of the town need from one another while it is built."""

    def __init__(self, scale: Scale, clock: Clock, say: Callable[[str], None]) -> None:
        self.scale, self.clock, self.say = scale, clock, say
        self.inventor = Inventor(scale.random("names"))
        self.offices: list[Department] = []
        self.former: list[Department] = []
        #: Those that will govern themselves.
        self.governed: list[Village] = []
        self.clerk: User | None = None
        self.lead: User | None = None

    def build(self) -> None:
        villages = set_up_town(
            name="荷叶镇",
            county_name="双峰县",
            rows=plan.village_rows(self.scale.villages),
            is_demo=True,
            office_phone="07386000000",
        )
        self._departments()
        opened = self._open_accounts()
        self.clerk, self.lead = opened[Role.OFFICE], opened[Role.OFFICE_LEAD]
        self._liaison_groups()
        for place, village in enumerate(villages):
            self._team(place, village)
        for village, grids in zip(villages, plan.grid_numbers(len(villages)), strict=True):
            life.VillageLife(self.scale, self.inventor, village, self.clerk).live(grids)
        self._accounts_in_villages()
        self._self_governance(villages[ASKING] if len(villages) > ASKING else None)
        self._accounts_of_leaders()
        self.say(f"台账已建立：{len(villages)}个村（社区）")
        hands = Hands(self.scale, self.clock, self.clerk, self.lead, opened[Role.COMMITTEE], self.staff)
        WorkingWeeks(hands, self.say).live()

    # --- Town ---------------------------------------------------------------------------------
    def _departments(self) -> None:
        for name, kind in plan.DEPARTMENTS:
            self.offices.append(town.add_department(name=name, kind=kind, by=None))
        for name in plan.FORMER_STATIONS:
            self.former.append(town.add_department(name=f"{name}群工站", kind=Department.Kind.FORMER, by=None))

    def _open_accounts(self) -> dict[Role, User]:
        """One account for each granted role; the others are opened for the people who hold the posts."""
        opened = {}
        for role in GRANTED:
            person = None if role in SOLITARY else self.staff(department=self.offices[0], job_title=role.label)
            opened[role] = self._account(role, person)
            accounts.grant_role(user=opened[role], role=role, starts_on=self.scale.begin, reason="演示账号", by=None)
        return opened

    def _account(self, role: Role, person: Person | None) -> User:
        user = accounts.add_account(
            username=username_of(role),
            name=person.name if person else f"演示{role.label}",
            phone=person.phone if person else "",
            password=PASSWORD,
            by=None,
            reason="演示账号",
            must_change=False,
        )
        if person is not None:
            people.link_account(person=person, user=user, by=None)
        return user

    def staff(self, department: Department | None = None, job_title: str = "") -> Person:
        """A member of the town's staff; two in three came from one of the former stations."""
        random = self.inventor.random
        return people.add_person(
            name=self.inventor.name(),
            phone=self.inventor.phone(),
            gender=random.choice("mf"),
            department=department or random.choice(self.offices[1:]),
            origin=random.choice(self.former) if random.random() < 0.66 else None,
            job_title=job_title or random.choice(("副主任", "干事", "工作人员", "站长", "科员")),
            is_party_member=random.random() < 0.7,
            by=self.clerk,
        )

    # --- Groups and teams -----------------------------------------------------------------------
    def _liaison_groups(self) -> None:
        for group in LiaisonGroup.objects.order_by("position"):
            begin = self.scale.begin
            first = self.staff(job_title="片区联络组组长")
            teams.post_to_group(group=group, person=first, is_leader=True, starts_on=begin, by=self.clerk)
            for _ in range(2):
                teams.post_to_group(group=group, person=self.staff(), is_leader=False, starts_on=begin, by=self.clerk)
            random = self.scale.random("group", group.position)
            for day in plan.dated_changes(random, begin, self.scale.today, 2.5):
                teams.replace_leader(group=group, person=self.staff(), starts_on=day, reason="工作调整", by=self.clerk)

    def _team(self, place: int, village: Village) -> None:
        random = self.scale.random("team", village.code)
        begin, today = self.scale.begin, self.scale.today
        team = teams.open_team(village=village, starts_on=begin, by=self.clerk, reason="联村工作改革")
        for leads in (True, False, False):
            teams.post_to_team(
                team=team, person=self.staff(), is_leader=leads, starts_on=begin, by=self.clerk, basis="镇党委研究"
            )
        teams.set_duty_days(team=team, weekdays=random.choice(plan.DUTY_DAYS), starts_on=begin, by=self.clerk)
        if self._governs_itself(place):
            self.governed.append(village)
            return
        for day in plan.dated_changes(random, begin, today, 2.0):
            stays = random.random() < 0.3
            teams.replace_leader(
                team=team, person=self.staff(), starts_on=day, reason="工作调整", stays=stays, by=self.clerk
            )
        self._change_members(team, random.random() < 0.5)

    def _governs_itself(self, place: int) -> bool:
        """By its place in the list of all villages."""
        district, at = divmod(place, plan.DISTRICT_SIZE)
        size = min(self.scale.villages - district * plan.DISTRICT_SIZE, plan.DISTRICT_SIZE)
        return size >= SMALLEST and at == min(SELF_GOVERNED, size - 1)

    def _change_members(self, team: LiaisonTeam, changes: bool) -> None:
        """Some teams lost a member last spring and got another a few weeks later."""
        member = team.postings.filter(is_leader=False, ends_on=None).first()
        left = self.scale.today - timedelta(days=200)
        if not changes or member is None or member.starts_on >= left:
            return
        teams.end_posting(posting=member, last_day=left, reason="调离", by=self.clerk)
        teams.post_to_team(
            team=team, person=self.staff(), is_leader=False, starts_on=left + timedelta(days=30), by=self.clerk
        )

    # --- The accounts whose role follows from a post --------------------------------------------------
    def _accounts_in_villages(self) -> None:
        running = Posting.objects.open().select_related("person")
        holders = {
            Role.DISTRICT: running.filter(group__isnull=False, is_leader=True).order_by("group__position"),
            Role.LEADER: running.filter(team__isnull=False, is_leader=True).order_by("team__village__code"),
            Role.MEMBER: running.filter(team__isnull=False, is_leader=False).order_by("team__village__code"),
            Role.CADRE: CadreTerm.objects.open().filter(position="clerk").order_by("village__code"),
            Role.GRIDHEAD: GridHeadTerm.objects.open().order_by("grid__code"),
        }
        # Whoever has left and serves nowhere now, the last to go first.
        left = Posting.objects.former_on(self.scale.today).exclude(person__in=running.values("person"))
        holders[Role.FORMER] = left.filter(person__user=None).order_by("-ends_on", "-is_leader", "team__village__code")
        for role, rows in holders.items():
            row = rows.select_related("person").first()
            if row is not None:
                self._account(role, row.person)

    def _self_governance(self, asking: Village | None) -> None:
        assert self.clerk is not None
        assert self.lead is not None
        alone = SelfGoverning(self.scale, self.clock, self.staff, self.clerk, self.lead)
        for village in self.governed:
            alone.govern(village)
        guiding = Posting.objects.open().filter(village__isnull=False).select_related("person")
        posting = guiding.order_by("village__code").first()
        if posting is not None:
            self._account(Role.INSTRUCTOR, posting.person)
        alone.live(self.governed, asking)

    def _accounts_of_leaders(self) -> None:
        """Whoever leads a team or a district, or did so in the weeks of work, has an account too, which waits for its
        first password: reports and notices have somebody to come from and go to."""
        weeks = self.scale.lived()
        since = weeks[0].start if weeks else self.scale.today
        leading = Posting.objects.leaders().filter(Q(ends_on=None) | Q(ends_on__gte=since), village=None)
        for posting in leading.select_related("person").order_by("team__village__code", "group__position", "pk"):
            person = posting.person
            if person.user_id is not None:
                continue
            user = accounts.add_account(
                username="", name=person.name, phone=person.phone, password=None, by=None, reason="演示账号"
            )
            people.link_account(person=person, user=user, by=None)

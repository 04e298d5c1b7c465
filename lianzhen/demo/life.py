"""The life of one demo village: its groups, grids, people, party, organisations and charter."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from grids.actions import grids, heads
from grids.models import Grid
from lianzhen.accounts.models import User
from lianzhen.demo import plan
from lianzhen.demo.names import Inventor
from lianzhen.demo.plan import Scale
from villages.actions import cadres, charters, organizations, party, people, places, villager_groups
from villages.models import OrganizationKind, PartyGroup, Person, SocialOrganization, Village, VillagerGroup

GROUPS_PER_GRID = 2
CHARTER = (
    "第一条 爱党爱国，遵纪守法，邻里和睦，互帮互助。\n"
    "第二条 爱护环境，垃圾分类投放，房前屋后保持整洁。\n"
    "第三条 红事新办，白事简办，事前向红白喜事理事会报告。\n"
    "第四条 尊老爱幼，关心留守儿童和独居老人。\n"
    "第五条 保护耕地、山林和水源，不在禁烧区露天焚烧秸秆。\n"
    "第六条 村内事务公开，大事由村民会议或村民代表会议讨论决定。"
)


class VillageLife:
    """Builds everything inside one village. About one grid in twenty is left without a head and one in
    seven without some kind of person, so that the coverage page has something to say."""

    def __init__(self, scale: Scale, inventor: Inventor, village: Village, clerk: User | None) -> None:
        self.scale = scale
        self.inventor = inventor
        self.village = village
        self.by = clerk
        self.random: Random = scale.random("life", village.code)
        # Not after the 28th, so that every election three years on falls on the same day of the month.
        founded = scale.begin + timedelta(days=self.random.randrange(20, 60))
        self.founded = founded.replace(day=min(founded.day, 28))
        self.groups: list[VillagerGroup] = []
        self.party_groups: list[PartyGroup] = []
        #: Each organisation with the people who join it once every grid has its people.
        self.organizations: list[tuple[SocialOrganization, list[Person]]] = []

    def live(self, grid_count: int) -> None:
        self._facts(grid_count * GROUPS_PER_GRID)
        self._party()
        leading = self._cadres()
        self._organizations(leading)
        for number in range(1, grid_count + 1):
            self._grid(number)
        for organization, joining in self.organizations:
            organizations.add_members(organization=organization, people=joining, starts_on=self.founded, by=self.by)
        self._charter()

    # --- Facts ----------------------------------------------------------------------------------
    def _facts(self, group_count: int) -> None:
        sizes = [
            (n := self.random.randrange(22, 52), round(n * self.random.uniform(2.7, 3.6))) for _ in range(group_count)
        ]
        self.village = places.change_village(
            village=self.village,
            population=sum(size[1] for size in sizes),
            households=sum(size[0] for size in sizes),
            group_count=group_count,
            arable_mu=self.random.randrange(700, 2600),
            party_members=self.random.randrange(38, 96),
            motto=self.random.choice(plan.MOTTOES),
            address=f"{self.village.name}村部",
            by=self.by,
        )
        for number, (households, population) in enumerate(sizes, start=1):
            self.groups.append(
                villager_groups.add_villager_group(
                    village=self.village, number=number, households=households, population=population, by=self.by
                )
            )
        for name, unit, area, output in self.random.sample(plan.CROPS, self.random.choice((1, 2, 2, 3))):
            scale = self.random.uniform(0.4, 1.6)
            places.add_speciality(
                village=self.village,
                name=name,
                area_mu=round(area * scale) or None,
                output=round(output * scale),
                output_unit=unit,
                by=self.by,
            )

    def _party(self) -> None:
        branch = party.add_branch(village=self.village, name=f"{self.village}党支部", by=self.by)
        for numeral in "一二三"[: self.random.choice((2, 3))]:
            self.party_groups.append(party.add_party_group(branch=branch, name=f"第{numeral}党员小组", by=self.by))

    def resident(self, group: VillagerGroup, *, is_party_member: bool = False) -> Person:
        return people.add_person(
            name=self.inventor.name(),
            phone=self.inventor.phone(),
            gender=self.random.choice("mf"),
            village=self.village,
            villager_group=group,
            is_party_member=is_party_member,
            party_group=self.random.choice(self.party_groups) if is_party_member else None,
            by=self.by,
        )

    def _cadres(self) -> list[Person]:
        leading = []
        for position in ("secretary", "director", "clerk", "women"):
            person = self.resident(self.random.choice(self.groups), is_party_member=True)
            term = cadres.appoint_cadre(
                village=self.village, person=person, position=position, starts_on=self.scale.begin, by=self.by
            )
            for day in plan.dated_changes(self.random, self.scale.begin, self.scale.today, 4.0):
                person = self.resident(self.random.choice(self.groups), is_party_member=True)
                term = cadres.replace_cadre(term=term, person=person, starts_on=day, reason="换届", by=self.by)
            leading.append(person)
        for group, person in zip(self.party_groups, leading, strict=False):
            party.change_party_group(
                group=group, name=group.name, leader=person, leader_since=self.scale.begin, area="", by=self.by
            )
        return leading

    def _organizations(self, leading: list[Person]) -> None:
        for kind, chair in zip(OrganizationKind.objects.filter(in_every_grid=True), leading[1:], strict=False):
            organization = organizations.add_organization(
                village=self.village,
                kind=kind,
                name=f"{self.village}{kind.name}",
                founded_on=self.founded,
                term_starts_on=self._latest_election(3),
                term_years=3,
                by=self.by,
            )
            organizations.add_members(
                organization=organization, people=[chair], position="chair", starts_on=self.founded, by=self.by
            )
            self.organizations.append((organization, []))

    def _latest_election(self, years: int) -> date:
        """The first election after the founding was `years` later, and so on; a few are overdue."""
        latest = self.founded
        while latest.replace(year=latest.year + years) <= self.scale.today - timedelta(days=20):
            latest = latest.replace(year=latest.year + years)
        return latest

    # --- Grids ----------------------------------------------------------------------------------
    def _grid(self, number: int) -> None:
        first = (number - 1) * GROUPS_PER_GRID
        covered = self.groups[first : first + GROUPS_PER_GRID]
        edge, other = self.random.sample(plan.LANDMARKS, 2)
        grid = grids.add_grid(
            village=self.village,
            number=number,
            boundary=f"东至{edge}，西至{other}，含{covered[0]}、{covered[-1]}",
            households=sum(g.households for g in covered),
            residents=sum(g.population for g in covered),
            villager_groups=covered,
            by=self.by,
        )
        self._people_of(covered)
        self._heads(grid, covered)

    def _people_of(self, covered: list[VillagerGroup]) -> None:
        """A party member and a member of each organisation; one grid in seven lacks one of the four."""
        lacking = self.random.randrange(4) if self.random.random() < 1 / 7 else None
        if lacking != 0:
            self.resident(self.random.choice(covered), is_party_member=True)
        for place, (_, joining) in enumerate(self.organizations, start=1):
            if place != lacking:
                joining.append(self.resident(self.random.choice(covered)))

    def _heads(self, grid: Grid, covered: list[VillagerGroup]) -> None:
        begin, today = self.scale.begin, self.scale.today
        days = [begin, *plan.dated_changes(self.random, begin, today, 3.5)]
        reasons = ("election", "away", "health", "moved")
        for place, day in enumerate(days):
            person = self.resident(self.random.choice(covered))
            reason = "first" if place == 0 else self.random.choice(reasons)
            heads.replace_head(grid=grid, person=person, starts_on=day, reason=reason, by=self.by)
        if self.random.random() < 0.045:
            left = today - timedelta(days=self.random.randrange(5, 18))
            heads.end_head(grid=grid, last_day=left, reason="外出务工", by=self.by)

    def _charter(self) -> None:
        adopted = self.founded + timedelta(days=30)
        charters.add_charter(
            village=self.village,
            title=f"{self.village}村规民约",
            text=CHARTER,
            adopted_on=adopted,
            filed_on=adopted + timedelta(days=8),
            by=self.by,
        )

"""Where somebody sits on a day, who may stand in for him there and who decides about his leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from appraisal.leave_rules import LADDER, Post, Step
from appraisal.models import Leave
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from villages.models import CadreTerm, LiaisonGroup, LiaisonTeam, Person, Posting, Village
from villages.models.terms import runs_on


@dataclass(frozen=True)
class Seat:
    """The highest post of somebody on a day; `team` and `village` are those of his daily work, `group` his own
    liaison group or the one that guides the village."""

    post: Post
    village: Village | None
    team: LiaisonTeam | None
    group: LiaisonGroup | None


def seat_of(person: Person, day: date) -> Seat | None:
    """Where the person sits on the day; None when he serves nowhere. At most three queries."""
    found: dict[Post, Posting | CadreTerm] = {}
    postings = Posting.objects.on(day).filter(person=person).order_by("starts_on", "id")
    for posting in postings.select_related("team__village__group", "group", "village__group"):
        found.setdefault(_post_of(posting), posting)
    terms = CadreTerm.objects.on(day).filter(person=person).order_by("starts_on", "id")
    for term in terms.select_related("village__group"):
        found.setdefault(Post.CADRE, term)
    if not found:
        return None
    held = [found[post] for post in Post if post in found]
    team = next((one.team for one in held if isinstance(one, Posting) and one.team_id), None)
    own = found[Post.GROUP].group if Post.GROUP in found else None
    village = team.village if team else next((one.village for one in held if one.village_id), None)
    if team is None and Post.CADRE in found:
        team = LiaisonTeam.objects.on(day).filter(village=village).first()
    post = next(post for post in Post if post in found)
    return Seat(post, village, team, own or (village.group if village else None))


def _post_of(posting: Posting) -> Post:
    if posting.group_id:
        return Post.GROUP
    if posting.village_id:
        return Post.INSTRUCTOR
    return Post.LEADER if posting.is_leader else Post.MEMBER


# --- Who decides --------------------------------------------------------------------------------
def deciders(seat_team: int | None, seat_group: int | None, step: Step | str, today: date) -> set[int]:
    """Accounts that decide on the step for somebody of the team and the group. Above the leader nobody who
    serves in the team himself (design §0, decision 11)."""
    step = Step(step)
    if step is Step.LEADER:
        leading = Posting.objects.leaders().on(today).filter(team_id=seat_team, team__isnull=False)
        return set(_accounts(leading))
    if step is Step.GROUP:
        chosen = set(_accounts(Posting.objects.on(today).filter(group_id=seat_group, group__isnull=False)))
    else:
        role = Role.OFFICE_LEAD if step is Step.OFFICE else Role.COMMITTEE
        chosen = set(User.objects.holding(role, on=today).values_list("pk", flat=True))
    return chosen - set(_accounts(Posting.objects.on(today).filter(team_id=seat_team, team__isnull=False)))


def vacant_steps(seat: Seat, today: date, concerned: set[int]) -> Iterator[Step]:
    """Steps on which nobody is left when those concerned (who asks, for whom) do not count."""
    team, group = (seat.team.pk if seat.team else None), (seat.group.pk if seat.group else None)
    for step in LADDER:
        if not deciders(team, group, step, today) - concerned:
            yield step


def _accounts(postings: QuerySet) -> QuerySet:
    return postings.filter(person__user__ended_at=None, person__user__isnull=False).values_list(
        "person__user_id", flat=True
    )


# --- Who stands in ------------------------------------------------------------------------------
def substitutes(seat: Seat, first: date, last: date) -> QuerySet[Person]:
    """Whom to ask to stand in: of the same rank (同职级, domain.md §1.2 S39), in the order of nearness: the
    same team, other teams of the district, the rest of the town's serving staff; for a cadre the other cadres
    of the village come first. Carries `nearness`. Whether they are on leave is another question (`away`)."""
    serving = Q(pk__in=_posted(first, last).values("person_id"))
    near = []
    if seat.post is Post.CADRE:
        cadres = CadreTerm.objects.filter(village=seat.village, starts_on__lte=first)
        cadres = cadres.filter(Q(ends_on=None) | Q(ends_on__gte=last)).values("person_id")
        near.append(Q(pk__in=cadres))
        serving |= near[0]
    if seat.team is not None:
        near.append(Q(pk__in=_posted(first, last).filter(team=seat.team).values("person_id")))
    if seat.group is not None:
        around = Q(team__village__group=seat.group) | Q(group=seat.group)
        near.append(Q(pk__in=_posted(first, last).filter(around).values("person_id")))
    order = Case(
        *[When(condition, then=Value(place)) for place, condition in enumerate(near)],
        default=Value(len(near)),
        output_field=IntegerField(),
    )
    people = Person.objects.current().filter(serving).annotate(nearness=order)
    return people.order_by("nearness", "pinyin", "pk")


def away(first: date, last: date) -> QuerySet[Leave]:
    """Leaves, asked for or approved, that share a day with first…last."""
    return Leave.objects.holding().touching(first, last)


def _posted(first: date, last: date) -> QuerySet[Posting]:
    """Postings in a team or a liaison group through all the days."""
    through = runs_on(first) & (Q(ends_on=None) | Q(ends_on__gte=last))
    return Posting.objects.filter(through).filter(Q(team__isnull=False) | Q(group__isnull=False))

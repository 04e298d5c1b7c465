"""党委会集体审定: where everybody who could sign serves in a team, the body decides and one of them registers it.

In a real town most of the committee lead or serve in a team as well. Whoever serves in none signs, as long as there
is such a one; where there is none, one of those who hold the role registers what the meeting decided, with its
minutes as the ground (依据). The page says so beforehand, the ground and the trail afterwards. Source of the rule:
回避 and the committee's decision about grades and money.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from appraisal.permissions import RECUSED, TEAM
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from villages.models import Posting
from villages.models.teams import remembered_since
from villages.models.terms import runs_on

#: What is said of the ground on every page and paper.
MARK = "，党委会集体审定"
#: Entry of the trail beside the change itself.
NOTED = [("审定方式", "", "党委会集体审定，登记人在联村工作组任职")]


def free(
    roles: Iterable[Role],
    on: date,
    *,
    team: int | F | None = None,
    day: date | F | None = None,
    barred: Iterable = (),
) -> QuerySet:
    """Accounts that hold one of the roles on a day, less those that had a part before (`barred`: ids, or columns of
    an outer row) and those that serve in the team, or served in it on the day of the fact (`day`); in any team, where
    none is named."""
    serving = Posting.objects.filter(serves(on, day), person__user=OuterRef("pk"))
    serving = serving.filter(team__isnull=False) if team is None else serving.filter(team=team)
    rows = User.objects.holding(*roles, on=on).exclude(Exists(serving))
    for hand in barred:
        rows = rows.exclude(pk=Coalesce(hand, 0) if isinstance(hand, F) else hand or 0)
    return rows


def serves(on: date, day: date | F | None = None) -> Q:
    """Postings that run on a day, or ran on the day of the fact."""
    found = runs_on(on)
    if day is not None:
        found |= Q(starts_on__lte=day, ends_on__gte=day) & Q(ends_on__gte=remembered_since(on))
    return found


def signs(
    user: User,
    *roles: Role,
    team: int | None = None,
    day: date | None = None,
    barred: Iterable[int | None] = (),
) -> Verdict:
    """Whether recusal lets the user sign: what was prepared by `barred`, about one team or about all. With `day`
    having served in the team on that day counts too; whoever only did so then comes before those who serve still.
    Allowed with a sentence where he registers what the body decided. At most two queries for whoever serves or
    served, none for others."""
    standing, on = user.standing, user.standing.on
    serving = standing.teams(*TEAM)
    now = bool(serving) if team is None else team in serving
    if not (now or (day is not None and standing.served_on(team, day))):
        return ALLOWED
    if not standing.has(*roles) or free(roles, on, team=team, day=day, barred=barred).exists():
        return refused(RECUSED)
    if now and day is not None and free(roles, on, team=team, barred=barred).exists():
        return refused(RECUSED)
    return Verdict(True, sentence(roles, team))


def sentence(roles: Iterable[Role], team: int | None = None) -> str:
    who = "党委委员" if tuple(roles) == (Role.COMMITTEE,) else "同志"
    where = "联村工作组" if team is None else "这个工作组"
    return f"可以审定的{who}都在{where}任职，由党委会集体审定，这里登记会议决定。"


def ground(words: str, verdict: Verdict, field: str) -> str:
    """The ground as it is kept: marked where the body decided, which needs one. Raises `ValidationError` at `field`."""
    words = words.strip()
    if not verdict.reason:
        return words
    if not words:
        raise ValidationError({field: "由党委会集体审定的，请写明会议纪要的文号。"})
    return words if words.endswith(MARK) else f"{words.rstrip('。')}{MARK}"


def expect(verdict: Verdict) -> Verdict:
    """Raises `ValidationError` with the reason of a refusal."""
    if not verdict:
        raise ValidationError(verdict.reason)
    return verdict

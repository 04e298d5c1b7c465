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
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from appraisal.permissions import RECUSED, TEAM
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from villages.models import Posting

#: What is said of the ground on every page and paper.
MARK = "，党委会集体审定"
#: Entry of the trail beside the change itself.
NOTED = [("审定方式", "", "党委会集体审定，登记人在联村工作组任职")]


def free(roles: Iterable[Role], on: date, *, team: int | F | None = None, barred: Iterable = ()) -> QuerySet:
    """Accounts that hold one of the roles on a day, less those that had a part before (`barred`: ids, or columns of
    an outer row) and those that serve in the team; in any team, where none is named."""
    serving = Posting.objects.on(on).filter(person__user=OuterRef("pk"))
    serving = serving.filter(team__isnull=False) if team is None else serving.filter(team=team)
    rows = User.objects.holding(*roles, on=on).exclude(Exists(serving))
    for hand in barred:
        rows = rows.exclude(pk=Coalesce(hand, 0) if isinstance(hand, F) else hand or 0)
    return rows


def signs(user: User, *roles: Role, team: int | None = None, barred: Iterable[int | None] = ()) -> Verdict:
    """Whether recusal lets the user sign: what was prepared by `barred`, about one team or about all. Allowed with a
    sentence where he registers what the body decided. One query for whoever serves, none for others."""
    serving = user.standing.teams(*TEAM)
    if not (serving if team is None else team in serving):
        return ALLOWED
    if not user.standing.has(*roles) or free(roles, user.standing.on, team=team, barred=barred).exists():
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

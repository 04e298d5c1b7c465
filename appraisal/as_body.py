"""党委会集体审定: where everybody who could sign has a part in it, the body decides and one of them registers it.

In a real town most of the committee lead or serve in a team as well. Whoever has no part in what is decided (`recusal`)
signs, as long as there is such a one; where there is none, one of those who hold the role registers what the meeting
decided, with its minutes as the ground (依据). Whoever only served then, and has left, comes before those who serve
still. The page says so beforehand, the ground and the trail afterwards. Source of the rule: 回避 and the committee's
decision about grades and money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from appraisal.permissions import RECUSED
from appraisal.recusal import TOWN, Part, part_in
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from lianzhen.periods import Stretch
from villages.models import Posting
from villages.models.teams import remembered_since
from villages.models.terms import runs_on

#: What is said of the ground on every page and paper.
MARK = "，党委会集体审定"
#: Between an answer and its ground, where both are one text.
GROUND = "依据："
MINUTES_ASKED = "由党委会集体审定的，请写明会议纪要的文号。"


@dataclass(frozen=True)
class AsBody(Verdict):
    """Allowed, because the body decides. `then`: whoever registers it has left the team."""

    then: bool = False


# --- Whom the register knows ------------------------------------------------------------------------
def within(start: date | F, end: date | F) -> Q:
    """Postings that ran on one of the days; days, or columns of an outer row."""
    return Q(starts_on__lte=end, ends_on__gte=start)


def serves(on: date, then: Q | None = None) -> Q:
    """Postings that run on a day, or that are over and ran on the days in question (`then`), as far back as one
    looks back at them."""
    found = runs_on(on)
    return found if then is None else found | then & Q(ends_on__lt=on, ends_on__gte=remembered_since(on))


def free(
    roles: Iterable[Role],
    on: date,
    *,
    team: int | F | None = TOWN,
    then: Q | None = None,
    barred: Iterable = (),
) -> QuerySet:
    """Accounts that hold one of the roles on a day, less those that had a hand in it before (`barred`: ids, or columns
    of an outer row) and those that have a part in it as `recusal.part_in` says."""
    serving = Posting.objects.filter(serves(on, then), person__user=OuterRef("pk"), team__isnull=False)
    rows = User.objects.holding(*roles, on=on)
    if team is not None:
        rows = rows.exclude(Exists(serving if team == TOWN else serving.filter(team=team)))
    for hand in barred:
        rows = rows.exclude(pk=Coalesce(hand, 0) if isinstance(hand, F) else hand or 0)
    return rows


# --- Whether one signs --------------------------------------------------------------------------------
def signs(
    user: User,
    *roles: Role,
    team: int | None = TOWN,
    days: Stretch | None = None,
    barred: Iterable[int | None] = (),
) -> Verdict:
    """Whether recusal lets the user sign: what was prepared by `barred`, about one team or about all, and about
    `days`. Allowed with a sentence where he registers what the body decided. At most one query for whoever has a part
    in it, none for others."""
    part = part_in(user.standing, team, days)
    if not part:
        return ALLOWED
    if not user.standing.has(*roles) or _others(user, roles, team, days, part, barred).exists():
        return refused(RECUSED)
    return as_body(roles, team, part)


def gives_way(
    user: User,
    *roles: Role,
    team: int | None,
    days: Stretch,
    barred: Iterable[int | None] = (),
) -> Verdict:
    """Of what is no decision of the body's: whoever serves in the team leaves it to others; whoever only served then,
    as long as there are others. At most one query."""
    part = part_in(user.standing, team, days)
    if part is Part.NOW or (part and _others(user, roles, team, days, part, barred).exists()):
        return refused(RECUSED)
    return ALLOWED


def _others(
    user: User,
    roles: Iterable[Role],
    team: int | None,
    days: Stretch | None,
    part: Part,
    barred: Iterable[int | None],
) -> QuerySet:
    """Those who come before somebody with this part."""
    then = within(days.start, days.end) if days is not None and part is Part.THEN else None
    return free(roles, user.standing.on, team=team, then=then, barred=barred)


# --- In words -----------------------------------------------------------------------------------------
def as_body(roles: Iterable[Role], team: int | None, part: Part) -> AsBody:
    """Why the body decides: whoever serves there still registers it only where all who could sign do; where somebody
    who has left does, not all of them serve there still."""
    who = "党委委员" if tuple(roles) == (Role.COMMITTEE,) else "同志"
    where = "联村工作组" if team == TOWN else "这个工作组"
    then = part is Part.THEN
    serve = f"都在{where}任职{'或者当时任职' if then else ''}"
    return AsBody(True, f"可以审定的{who}{serve}，由党委会集体审定，这里登记会议决定。", then)


def noted(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Entry of the trail beside the change itself."""
    then = isinstance(verdict, AsBody) and verdict.then
    return [("审定方式", "", f"党委会集体审定，登记人{'当时' if then else ''}在联村工作组任职")]


def ground(words: str, verdict: Verdict, field: str) -> str:
    """The ground as it is kept: marked where the body decided, which needs one. Raises `ValidationError` at `field`."""
    words = words.strip()
    if not verdict.reason:
        return words
    if not words:
        raise ValidationError({field: MINUTES_ASKED})
    return words if words.endswith(MARK) else f"{words.rstrip('。')}{MARK}"


def with_ground(words: str, minutes: str, verdict: Verdict, field: str) -> str:
    """A text with its ground behind it, where the body decided: 「…。依据：荷党纪要〔2026〕9号，党委会集体审定」.
    Raises `ValidationError` at `field` where the minutes are missing."""
    words, minutes = words.strip(), ground(minutes, verdict, field)
    return f"{words.rstrip('。')}。{GROUND}{minutes}" if verdict.reason else words


def expect(verdict: Verdict) -> Verdict:
    """Raises `ValidationError` with the reason of a refusal."""
    if not verdict:
        raise ValidationError(verdict.reason)
    return verdict

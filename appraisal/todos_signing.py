"""待我审批: what waits for this user's own signature, each line leading to the very page where it is given.

As `approvals.inbox`, asked together with everything else that a home page shows; the pages themselves ask the
permissions anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from appraisal.as_body import free, serves
from appraisal.models import Appeal, AppraisalMonth, Correction, Payout, QuarterlyReview, Scheme, ScoreEntry
from appraisal.permissions import TEAM
from appraisal.permissions_entries import of_own_team
from appraisal.permissions_months import review_months
from appraisal.recusal_rows import RowDays, of_day, of_month, of_quarter, of_slip
from appraisal.rules.base import change_in_points
from appraisal.todos import SHORT, Todo, until
from appraisal.waiting import Item, Source
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Quarter
from villages.models import Posting
from villages.selfgov_turns import with_account

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

State = ScoreEntry.State
#: The second signature under months, corrections and appeals.
SIGNERS = (Role.OFFICE_LEAD, Role.COMMITTEE)
#: Who had a hand in a deduction or its appeal does not answer it.
HANDS = ("recorder", "confirmer", "filed_by")
#: Lines of one kind; the inbox has the others.
MOST = 5
#: Between the columns that one text is made of: a sign that no keyboard has.
BETWEEN = "\x1f"


def signing_sources(user: User, today: date) -> dict[str, Source]:
    """Rows that this user may decide: not what he had a hand in himself, nothing about the team he serves in or
    served in then, while somebody else is there to (`recusal`, `as_body`)."""
    standing = user.standing
    found: dict[str, Source] = {}
    if review_months(user):
        waiting = AppraisalMonth.objects.filter(state=AppraisalMonth.State.REVIEW, reviewed_at=None)
        waiting = _of_all_teams(user, waiting.exclude(checked_by=user), "checked_by", of_month("month"), *SIGNERS)
        found["sign_months"] = Source(waiting, "month", "")
    if standing.has(Role.COMMITTEE):
        submitted = Scheme.objects.filter(state=Scheme.State.SUBMITTED)
        found["sign_schemes"] = Source(submitted, "submitted_at", "", text="title")
        found |= _quarters(user)
    if standing.has(*SIGNERS):
        slips = Correction.objects.filter(state=Correction.State.ASKED).exclude(created_by=user)
        days = of_slip("entry__occurred_on", "score__month__month")
        slips = _of_own_teams(user, slips, "score__team", ["created_by"], days)
        about = _joined("number", "score__village_name")
        found["sign_corrections"] = Source(slips, "created_at", "score__team_id", text=about)
        found["sign_appeals"] = _appeals(user, today)
    if standing.has(*SIGNERS):
        found |= _entries(user, today)
    return found


def _entries(user: User, today: date) -> dict[str, Source]:
    """The head of the office signs; the committee what no head may, nor the liaison group."""
    rows = ScoreEntry.objects.exclude(of_own_team(user)).exclude(recorded_by=user)
    waiting = rows.filter(state=State.WAITING)
    verified = rows.filter(state=State.VERIFIED).exclude(verified_by=user)
    if not user.standing.has(Role.OFFICE_LEAD):
        waiting = waiting.exclude(_head_of(today, "recorded_by")).exclude(_some_guide_may(today))
        verified = verified.exclude(_head_of(today, "recorded_by", "verified_by"))
    told = _joined("village__name", "points", "fact")
    return {
        "sign_entries": Source(waiting, "recorded_at", text=told),
        "sign_bonuses": Source(verified, "verified_at", text=told),
    }


def _head_of(today: date, *hands: str, entry: str = "") -> Exists:
    """As `permissions_entries.Leads`, for every row in the same query: some head of the office may act about the
    entry (at the path `entry`)."""
    team, then = OuterRef(OuterRef(f"{entry}team_id")), of_day(f"{entry}occurred_on").then
    return Exists(free([Role.OFFICE_LEAD], today, team=team, then=then, barred=[*map(OuterRef, hands)]))


def _some_guide_may(today: date) -> Exists:
    """As `permissions_entries.Leads.guide`, of who recorded the entry."""
    rows = with_account(Posting.objects.on(today).filter(group=OuterRef("village__group")))
    rows = rows.exclude(person__user=Coalesce(OuterRef("recorded_by"), 0))
    team, then = OuterRef(OuterRef("team_id")), of_day("occurred_on").then
    serving = Posting.objects.filter(serves(today, then), person=OuterRef("person"), team=team)
    return Exists(rows.exclude(Exists(serving)))


def _quarters(user: User) -> dict[str, Source]:
    """Grades and amounts that the committee decides, and further lists."""
    reviews = QuarterlyReview.objects.filter(state=QuarterlyReview.State.COMMITTEE).exclude(handed_by=user)
    reviews = _of_all_teams(user, reviews, "handed_by", of_quarter("quarter"), Role.COMMITTEE)
    lists = Payout.objects.filter(state=Payout.State.ASKED, number__gt=1).exclude(created_by=user)
    lists = _of_all_teams(user, lists, "created_by", of_quarter("review__quarter"), Role.COMMITTEE)
    number = Concat(Cast("number", CharField()), Value(BETWEEN), Cast("review__quarter", CharField()))
    return {
        "sign_quarters": Source(reviews, "quarter", ""),
        "sign_payouts": Source(lists, "created_at", "", text=number),
    }


def _of_all_teams(user: User, rows: QuerySet, hand: str, days: RowDays, *roles: Role) -> QuerySet:
    """As `as_body.signs` about all teams at once: whoever serves in a team, or served in one on the days of the row, is
    asked where nobody of the roles comes before him."""
    on, barred = user.standing.on, [OuterRef(hand)]
    if user.standing.teams(*TEAM):
        return rows.exclude(Exists(free(roles, on, barred=barred)))
    if user.standing.served:
        return rows.exclude(days.served(user) & Q(Exists(free(roles, on, then=days.then, barred=barred))))
    return rows


def _of_own_teams(user: User, rows: QuerySet, team: str, hands: Sequence[str], days: RowDays) -> QuerySet:
    """As `as_body.signs` about one team: rows of one's own, and those about one's days in a team that one has left,
    only where nobody else may sign them."""
    facts = {"team": OuterRef(OuterRef(f"{team}_id")), "barred": [*map(OuterRef, hands)]}
    if own := user.standing.teams(*TEAM):
        others = free(SIGNERS, user.standing.on, **facts)
        rows = rows.exclude(Q(**{f"{team}__in": own}) & Q(Exists(others)))
    if user.standing.served:
        others = free(SIGNERS, user.standing.on, then=days.then, **facts)
        rows = rows.exclude(days.served(user, team) & Q(Exists(others)))
    return rows


def _joined(*names: str) -> Concat:
    columns: list[object] = []
    for name in names:
        columns += [Cast(name, CharField()) if name == "points" else F(name), Value(BETWEEN)]
    return Concat(*columns[:-1], output_field=CharField())


def _appeals(user: User, today: date) -> Source:
    """The head of the office decides; the committee what no head may."""
    rows: QuerySet[Appeal] = Appeal.objects.open()
    for hand in HANDS:
        rows = rows.exclude(**{hand: user})
    rows = _of_own_teams(user, rows, "entry__team", HANDS, of_day("entry__occurred_on"))
    if not user.standing.has(Role.OFFICE_LEAD):
        rows = rows.exclude(_head_of(today, *HANDS, entry="entry__"))
    return Source(rows, "answer_by", "entry__team_id", text=_joined("entry__village__name", "entry__points"))


# --- In words ---------------------------------------------------------------------------------------
def signing_todos(items: Mapping[str, Sequence[Item]], today: date) -> list[Todo]:
    """No query. The rest of a long kind is one line to the inbox."""
    found: list[Todo] = []
    for kind, (rest, make) in KINDS.items():
        waiting = list(items.get(kind, ()))
        shown = waiting if len(waiting) <= MOST else waiting[: MOST - 1]
        found += [make(item, today) for item in shown]
        if more := len(waiting) - len(shown):
            found.append(Todo(f"其余{rest}", reverse("approval_list"), count=more))
    return found


def _waited(item: Item, today: date) -> str:
    days = (today - item.day).days
    return f"已等{days}天" if days > 0 else "今天"


def _line(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _month(item: Item, today: date) -> Todo:
    month = Month.of(item.day)
    return Todo(f"审核{month.title}考核得分", reverse("month_review", args=[month.key]))


def _scheme(item: Item, today: date) -> Todo:
    return Todo(_line(f"通过考核方案：{item.text}"), reverse("scheme", args=[item.pk]), _waited(item, today))


def _quarter(item: Item, today: date) -> Todo:
    quarter = Quarter.of(item.day)
    return Todo(f"审定{quarter.title}讲评", reverse("quarter_approval", args=[quarter.key]))


def _payout(item: Item, today: date) -> Todo:
    number, day = (item.text or "").split(BETWEEN)
    quarter = Quarter.of(date.fromisoformat(day))
    address = reverse("quarter_payout_of", args=[quarter.key, int(number)])
    return Todo(f"审定{quarter.title}第{number}份兑现清单", address, _waited(item, today))


def _correction(item: Item, today: date) -> Todo:
    number, village = (item.text or "").split(BETWEEN)
    return Todo(f"批准更正单（{number}，{village}）", reverse("correction", args=[item.pk]), _waited(item, today))


def _appeal(item: Item, today: date) -> Todo:
    village, points = (item.text or "").split(BETWEEN)
    note, tone = until(item.day, today)
    text = f"答复申诉：{village} {change_in_points(-Decimal(points))}"
    return Todo(text, reverse("appeal", args=[item.pk]), note, tone, day=item.day)


def _entry(item: Item, today: date) -> Todo:
    village, points, fact = (item.text or "").split(BETWEEN, 2)
    text = _line(f"复核扣分：{village} {change_in_points(-Decimal(points))} {fact}")
    return Todo(text, reverse("deduction", args=[item.pk]), _waited(item, today))


def _bonus(item: Item, today: date) -> Todo:
    village, points, fact = (item.text or "").split(BETWEEN, 2)
    text = _line(f"决定加分：{village} {change_in_points(Decimal(points))} {fact}")
    return Todo(text, reverse("bonus", args=[item.pk]), _waited(item, today))


Make = Callable[[Item, date], Todo]
#: Kind → what the rest of a long list is called, and how a line is made, in the order of the page.
KINDS: dict[str, tuple[str, Make]] = {
    "sign_months": ("月考核待审核", _month),
    "sign_schemes": ("考核方案待通过", _scheme),
    "sign_quarters": ("季讲评待审定", _quarter),
    "sign_payouts": ("兑现清单待审定", _payout),
    "sign_appeals": ("申诉待答复", _appeal),
    "sign_entries": ("扣分待复核", _entry),
    "sign_bonuses": ("加分待决定", _bonus),
    "sign_corrections": ("更正单待批准", _correction),
}

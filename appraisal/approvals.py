"""待审: one inbox of what waits for this user's decision or signature. Opening an item leads to its page; nothing is
decided from the list, since everything here moves a score or money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.appeals import answer_words
from appraisal.bulletin_todos import bulletin_signing, bulletin_sources
from appraisal.entry_page import summary_of
from appraisal.models import Appeal, Scheme, ScoreEntry
from appraisal.permissions_bulletins import sign_bulletins
from appraisal.permissions_entries import (
    Leads,
    agree_bonus,
    check_rectification,
    confirm_entry,
    decide_appeal_beside,
    give_opinion,
    verify_bonus,
)
from appraisal.selfgov_todos import waiting_steps
from appraisal.todos_signing import KINDS, signing_sources
from appraisal.waiting import gather
from appraisal.year_todos import year_signing, year_sources
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import Verdict
from lianzhen.periods import Week
from lianzhen.wording import points, short

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

State = ScoreEntry.State
#: More than anybody decides in a day; the lists have them all.
MOST = 200


@dataclass(frozen=True)
class Waiting:
    """One item: its line, what the decision does, since when it waits (where that is known), and that it is late."""

    text: str
    effect: str
    since: date | None
    url: str
    today: date
    late: str = ""

    @property
    def waited(self) -> str:
        """今天, or 已等3天"""
        if self.since is None:
            return ""
        days = (self.today - self.since).days
        return f"已等{days}天" if days > 0 else "今天"


Group = tuple[str, list[Waiting]]


def inbox(user: User, now: datetime) -> list[Group]:
    """Only groups with something in them. At most five queries whatever waits, two more for the committee."""
    today = timezone.localdate(now)
    entries = _waiting_entries(user)
    leads = Leads.on(today) if user.standing.has(Role.COMMITTEE) else None
    groups: list[Group] = []
    for heading, states, may, when, effect in entry_groups(leads):
        mine = [one for one in entries if one.state in states and may(user, one)]
        groups.append((heading, [_entry_item(one, when(one), effect, today) for one in mine]))
    rectified = [one for one in entries if _to_check(one) and check_rectification(user, one)]
    groups.append(("核查整改", [_entry_item(one, one.rectified_at, _rectified, today) for one in rectified]))
    groups.insert(1, ("答复申诉", list(_appeals(user, today, leads))))
    groups.append(("通过考核方案", list(_schemes(user, today))))
    groups += _signatures(user, today)
    steps = [Waiting(words, effect, since, url, today) for words, effect, since, url in waiting_steps(user)]
    groups.append(("村为主自治", steps))
    return [(heading, items) for heading, items in groups if items]


def _waiting_entries(user: User) -> list[ScoreEntry]:
    open_states = [State.WAITING, State.CLAIMED, State.OPINION, State.VERIFIED]
    rows: QuerySet[ScoreEntry] = ScoreEntry.objects.visible_to(user)
    to_check = rows.filter(rectified_at__isnull=False, rectify_checked_at=None).exclude(state__in=ScoreEntry.OVER)
    found = (rows.filter(state__in=open_states) | to_check).select_related("village__group", "team__village")
    return list(found.order_by("recorded_at", "pk")[:MOST])


def _to_check(entry: ScoreEntry) -> bool:
    return entry.rectified_at is not None and entry.rectify_checked_at is None


def _entry_item(entry: ScoreEntry, since: datetime | None, effect: Callable[[ScoreEntry], str], today: date) -> Waiting:
    page = "bonus" if entry.kind == ScoreEntry.Kind.BONUS else "deduction"
    day = timezone.localdate(since) if since else today
    return Waiting(summary_of(entry, today.year), effect(entry), day, reverse(page, args=[entry.pk]), today)


def _confirming(entry: ScoreEntry) -> str:
    return f"同意后扣{points(entry.points)}：{short(entry.fact, 40)}"


def _agreeing(entry: ScoreEntry) -> str:
    return f"同意后加{points(entry.effective_points)}：{short(entry.fact, 40)}"


def _claimed(entry: ScoreEntry) -> str:
    return f"申报加{points(entry.points)}：{short(entry.fact, 40)}"


def _rectified(entry: ScoreEntry) -> str:
    return f"整改情况：{short(entry.rectify_result, 40)}"


May = Callable[["User", ScoreEntry], Verdict]
When = Callable[[ScoreEntry], "datetime | None"]
EntryGroup = tuple[str, tuple[str, ...], May, When, Callable[[ScoreEntry], str]]


def entry_groups(leads: Leads | None) -> tuple[EntryGroup, ...]:
    """`leads`: for the committee, whose is what no head of the office may."""
    return (
        ("复核扣分", (State.WAITING,), partial(confirm_entry, leads=leads), lambda e: e.recorded_at, _confirming),
        ("决定加分", (State.VERIFIED,), partial(agree_bonus, leads=leads), lambda e: e.verified_at, _agreeing),
        ("核实加分", (State.OPINION,), verify_bonus, lambda e: e.opinion_at, _claimed),
        ("出片区意见", (State.CLAIMED,), give_opinion, lambda e: e.recorded_at, _claimed),
    )


def _appeals(user: User, today: date, leads: Leads | None) -> Iterator[Waiting]:
    """Two queries more where the user is of the committee: whether the head of the office may decide."""
    if not user.standing.has(Role.OFFICE_LEAD, Role.COMMITTEE):
        return
    rows = Appeal.objects.visible_to(user).open().select_related("entry__village__group", "entry__team__village")
    leads = leads or Leads.on(today)
    for one in rows.order_by("answer_by", "pk")[:MOST]:
        if decide_appeal_beside(user, one, leads):
            late = f"超期{(today - one.answer_by).days}天" if one.answer_by < today else ""
            yield Waiting(
                f"{summary_of(one.entry, today.year)} {one.get_reason_display()}",
                f"{answer_words(one)}：{short(one.text, 40)}",
                timezone.localdate(one.filed_at),
                reverse("appeal", args=[one.pk]),
                today,
                late,
            )


def _schemes(user: User, today: date) -> Iterator[Waiting]:
    """Versions that the committee has to pass."""
    if not user.standing.has(Role.COMMITTEE):
        return
    for one in Scheme.objects.filter(state=Scheme.State.SUBMITTED):
        since = timezone.localdate(one.submitted_at) if one.submitted_at else today
        yield Waiting(str(one), "登记通过后，从起始月份起按这一版考核", since, reverse("scheme", args=[one.pk]), today)


#: What the home page shows one by one: heading, what the signature does, whether the item's day is since when it waits.
SIGNED = {
    "sign_months": ("审核月考核", "审核通过后可以开始公示", False),
    "sign_quarters": ("审定季讲评", "审定后生成兑现清单", False),
    "sign_payouts": ("审定兑现清单", "审定后打印签领", True),
    "sign_corrections": ("批准更正单", "批准后计入现在的考核月", True),
}


def _signatures(user: User, today: date) -> Iterator[Group]:
    """As the home page asks for them, in one query."""
    sources = {kind: source for kind, source in signing_sources(user, today).items() if kind in SIGNED}
    if not sources:
        return
    years = {kind: source for kind, source in year_sources(user, today).items() if kind == "annual_open"}
    items = gather(sources | years | (bulletin_sources(Week.of(today)) if sign_bulletins(user) else {}))
    for kind, (heading, effect, waits) in SIGNED.items():
        _, make = KINDS[kind]
        told = [(make(item, today), item.day if waits else None) for item in items.get(kind, ())]
        yield heading, [Waiting(todo.text, effect, since, todo.url, today) for todo, since in told]
    for heading, effect, found in (
        ("年考核", "等次由镇党委评定，结果由联村办通报", year_signing(items, user)),
        ("签发通报", "签发后编期号，存入文件柜", bulletin_signing(items)),
    ):
        yield heading, [Waiting(todo.text, effect, None, todo.url, today) for todo in found]

"""Who is told of a deduction, a bonus, an appeal, and in which words (design §12.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from appraisal.addressees import of_office, of_team
from appraisal.entry_rules import until
from appraisal.models import Appeal, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.periods import Month
from lianzhen.wording import list_date, points, points_change, short
from villages.models import CadreTerm, Posting

#: Characters of the fact that a notice of sixty has room for.
FACT = 24


def place_of(entry: ScoreEntry) -> str:
    """示例村联村工作组, or the village that governs itself."""
    return entry.team.name if entry.team is not None else entry.village.name


# --- Who ------------------------------------------------------------------------------------------
def concerned(entry: ScoreEntry, today: date) -> set[int]:
    """The team's leader and members, also those who served on the day of the fact and have left since; the
    village's secretary. Two queries."""
    return _of_team(entry, today, entry.occurred_on) | _secretary(entry, today)


def at_work(entry: ScoreEntry, today: date) -> set[int]:
    """Those of them who can do something about it: the team as it is today, the secretary. Two queries."""
    return _of_team(entry, today) | _secretary(entry, today)


def _of_team(entry: ScoreEntry, today: date, fact: date | None = None) -> set[int]:
    return of_team(entry.team, today, fact) if entry.team is not None else set()


def _secretary(entry: ScoreEntry, today: date) -> set[int]:
    terms = CadreTerm.objects.on(today).filter(village=entry.village_id, position=CadreTerm.Position.SECRETARY)
    rows = terms.filter(person__user__isnull=False, person__user__ended_at=None)
    return set(rows.values_list("person__user_id", flat=True))


def leads(today: date) -> set[int]:
    return set(User.objects.holding(Role.OFFICE_LEAD, on=today).values_list("pk", flat=True))


def heads_about(entry: ScoreEntry, today: date) -> set[int]:
    """The heads of the office who may decide about the bonus; the committee's where that leaves nobody."""
    own = _of_team(entry, today, entry.occurred_on) | {entry.recorded_by_id or 0, entry.verified_by_id or 0}
    return leads(today) - own or committee(today) - own


def committee(today: date) -> set[int]:
    return set(User.objects.holding(Role.COMMITTEE, on=today).values_list("pk", flat=True))


def guides(entry: ScoreEntry, today: date) -> set[int]:
    """Accounts of the liaison group of the district, less those who serve in the team themselves, or did so on the
    day of the fact. Two queries."""
    if entry.village.group_id is None:
        return set()
    posts = Posting.objects.on(today).filter(
        Q(group=entry.village.group_id), person__user__isnull=False, person__user__ended_at=None
    )
    own = _of_team(entry, today, entry.occurred_on)
    return set(posts.values_list("person__user_id", flat=True)) - own


# --- What -----------------------------------------------------------------------------------------
def tell_waiting(entry: ScoreEntry, by: User | None, now: datetime) -> None:
    """A deduction that waits for a second person."""
    today = timezone.localdate(now)
    own = _of_team(entry, today, entry.occurred_on)
    users = ((leads(today) - own) | guides(entry, today)) - {entry.recorded_by_id} or committee(today) - own
    text = f"待复核：{place_of(entry)}{_what(entry, today)}，扣{points(entry.points)}（{entry.clause_number}）。"
    _tell(entry, users, text, by)


def tell_notified(entry: ScoreEntry, by: User | None, now: datetime) -> None:
    today = timezone.localdate(now)
    assert entry.appeal_until is not None
    taken = f"扣{points(entry.points)}" if entry.points else "按一票否决登记"
    deadline = until(timezone.localtime(entry.appeal_until), today)
    text = f"{_what(entry, today)}，{taken}（{entry.clause_number}）。如有异议，可在{deadline}前申诉。"
    _tell(entry, concerned(entry, today), text, by)


def tell_corrected(entry: ScoreEntry, corrected: date, by: User | None, now: datetime) -> None:
    """Points of a sealed month given back. Those taken are told like every deduction, with the right to appeal."""
    today = timezone.localdate(now)
    month, into = Month.of(corrected), Month.of(entry.month)
    text = f"{month.title}得分更正：{points_change(entry.points)}，计入{into.title}（{entry.number}）。"
    _tell(entry, concerned(entry, today), text, by)


def tell_returned(entry: ScoreEntry, by: User, note: str) -> None:
    _tell(entry, [entry.recorded_by_id], f"{entry.number}复核退回：{short(note, 60)}", by)


def tell_ended(entry: ScoreEntry, by: User, word: str, reason: str, now: datetime) -> None:
    """作废 or 撤销 of a deduction that the team had been told of."""
    today = timezone.localdate(now)
    text = f"{_what(entry, today)}，扣{points(entry.points)}已{word}。原因：{short(reason, 40)}"
    _tell(entry, concerned(entry, today) | {entry.recorded_by_id}, text, by)


def tell_rectified(entry: ScoreEntry, by: User, now: datetime) -> None:
    text = f"{place_of(entry)}已填写整改情况（{entry.number}），请核查。"
    _tell(entry, of_office(timezone.localdate(now)), text, by)


def tell_rectification(entry: ScoreEntry, by: User, now: datetime) -> None:
    found = "整改已核查到位" if entry.rectify_ok else f"整改没有到位，请继续整改：{short(entry.rectify_note, 40)}"
    _tell(entry, at_work(entry, timezone.localdate(now)), f"{_what(entry, timezone.localdate(now))}：{found}", by)


def tell_claim(entry: ScoreEntry, users: Iterable[int | None], text: str, by: User | None) -> None:
    _tell(entry, users, text, by)


def tell_appeal(appeal: Appeal, users: Iterable[int | None], text: str, by: User | None) -> None:
    found = {pk for pk in users if pk and (by is None or pk != by.pk)}
    tell(found, text, reverse("appeal", args=[appeal.pk]))


def _what(entry: ScoreEntry, today: date) -> str:
    """10月16日固定驻村日无人在岗"""
    day = list_date(entry.occurred_on, today.year)
    fact = entry.fact.strip()
    return short(fact if fact.startswith(day) else f"{day}{fact}", FACT + len(day))


def _tell(entry: ScoreEntry, users: Iterable[int | None], text: str, by: User | None) -> None:
    page = "bonus" if entry.kind == ScoreEntry.Kind.BONUS else "deduction"
    found = {pk for pk in users if pk and (by is None or pk != by.pk)}
    tell(found, text, reverse(page, args=[entry.pk]))

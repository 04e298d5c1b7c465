"""What 年总结 and 年考核 ask of somebody today, on the home pages: a summary to write, opinions and checks that wait,
a year to begin, to hand in, to grade, to announce; and how far the year is, in one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from appraisal.as_body import free, serves
from appraisal.models import AnnualAssessment, AnnualSummary, AppraisalMonth, QuarterlyReview, Scheme
from appraisal.permissions import OFFICE, TEAM
from appraisal.recusal_rows import of_year
from appraisal.todos import Todo
from appraisal.waiting import Item, Source
from appraisal.year_steps import BEFORE, state_sentence
from lianzhen.accounts.roles import Role
from villages.models import Posting
from villages.selfgov_turns import with_account

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

Items = Mapping[str, Sequence[Item]]
State, Year = AnnualSummary.State, AnnualAssessment.State
#: Until the end of this month a year that nobody began is asked for.
ASKED_UNTIL = 6
#: The day of the year from which a version lets it begin, as `YearTerms.to_json` writes it.
OPENS = Coalesce(Cast(KeyTextTransform("opens", "year"), CharField()), Value("12-01"), output_field=CharField())
#: Who put a summary down says nothing about it.
WRITERS = ("written_by", "submitted_by")
#: Who reads how far the year is.
BOARD = (*OFFICE, Role.COMMITTEE)
#: Days of a year on which somebody served in the team bar him.
DAYS = of_year("assessment__year")


@dataclass(frozen=True)
class YearProgress:
    """Beside `home_scores.MonthProgress`: one line, no steps."""

    title: str
    url: str
    left: str
    steps: tuple[()] = ()


# --- What is asked for ------------------------------------------------------------------------------
def year_sources(user: User, today: date) -> dict[str, Source]:
    """Steps that are this user's by role and place; whoever had a part in an earlier one is not asked. No query."""
    standing, found = user.standing, {}
    if teams := standing.teams(Role.LEADER):
        found["annual_write"] = _summaries(_rows(State.DRAFT, team__in=teams), named=True)
    if groups := standing.groups(Role.DISTRICT):
        found["annual_opinion"] = _summaries(_others(user, _rows(State.DISTRICT, village__group__in=groups)))
    if standing.has(*OFFICE):
        found["annual_alone"] = _summaries(_others(user, _alone(today)))
        found["annual_check"] = _summaries(_others(user, _rows(State.OFFICE)))
        found["annual_ready"] = _years(_ready())
    elif standing.has(Role.COMMITTEE):
        # What nobody of the office may: each wrote it, spoke of it or serves in the team.
        found["annual_alone"] = _summaries(_others(user, _alone(today).exclude(Exists(_office(today, WRITERS)))))
        unchecked = _rows(State.OFFICE).exclude(Exists(_office(today, (*WRITERS, "opinion_by"))))
        found["annual_check"] = _summaries(_others(user, unchecked))
    if standing.has(*BOARD):
        found["annual_years"] = _years(AnnualAssessment.objects.filter(year__in=(today.year - 1, today.year)))
        found["annual_scored"] = Source(_scored(today), "month", "")
        found["annual_opens"] = Source(Scheme.objects.adopted(), "month_from", "", text=OPENS)
        found["annual_open"] = _years(AnnualAssessment.objects.exclude(state=Year.TOLD))
    return found


def _rows(state: str, **where: object) -> QuerySet[AnnualSummary]:
    return AnnualSummary.objects.filter(state=state, assessment__state=Year.SUMMARY, **where)


def _others(user: User, rows: QuerySet[AnnualSummary]) -> QuerySet[AnnualSummary]:
    """Neither of one's own team, of this year or now, nor what one had a part in."""
    took_part = Q(written_by=user.pk) | Q(submitted_by=user.pk) | Q(opinion_by=user.pk)
    return rows.exclude(took_part).exclude(team__in=user.standing.teams(*TEAM)).exclude(DAYS.served(user, "team"))


def _alone(today: date) -> QuerySet[AnnualSummary]:
    """Whose district has nobody who could speak of it."""
    return _rows(State.DISTRICT).exclude(Exists(_givers(today)))


def _givers(today: date) -> QuerySet[Posting]:
    """Open accounts in the liaison group of the village's district, as `year_turns.group_givers`."""
    rows = with_account(Posting.objects.on(today).filter(group=OuterRef("village__group")))
    serving = Posting.objects.filter(serves(today, DAYS.then), person=OuterRef("person"))
    serving = serving.filter(team=OuterRef(OuterRef("team")))
    for hand in WRITERS:
        rows = rows.exclude(person__user=Coalesce(OuterRef(hand), 0))
    return rows.exclude(Exists(serving))


def _office(today: date, hands: Sequence[str]) -> QuerySet:
    """As `year_turns.office_givers` and `office_checkers`."""
    team, barred = OuterRef(OuterRef("team")), [OuterRef(hand) for hand in hands]
    return free(OFFICE, today, team=team, then=DAYS.then, barred=barred)


def _ready() -> QuerySet[AnnualAssessment]:
    """Every team checked or out, December sealed (months are sealed in their order), the reviews of the quarters
    decided to the fourth, where the town reviewed any."""
    own = AnnualSummary.objects.filter(assessment=OuterRef("pk"))
    december = AppraisalMonth.objects.filter(
        month__year=OuterRef("year"), month__month=12, state__in=AppraisalMonth.SEALED
    )
    rows = AnnualAssessment.objects.filter(Exists(own.filter(state=State.CHECKED)), Exists(december))
    waiting = own.filter(state__in=[State.DRAFT, State.DISTRICT, State.OFFICE])
    reviews = QuarterlyReview.objects.filter(quarter__year=OuterRef("year"))
    undecided, fourth = reviews.exclude(state__in=QuarterlyReview.DECIDED), reviews.filter(quarter__month=10)
    reviewed = ~Exists(undecided) & (Exists(fourth) | ~Exists(reviews))
    return rows.filter(~Exists(waiting), reviewed, state=Year.SUMMARY)


def _due(items: Items, today: date) -> int | None:
    """The year that should have begun: this one from the day that the version judging it names, the last one for
    half a year."""
    judging = [item for item in items.get("annual_opens", ()) if item.day <= date(today.year, 12, 1)]
    if judging and f"{today:%m-%d}" >= (judging[-1].text or ""):
        return today.year
    return today.year - 1 if today.month <= ASKED_UNTIL else None


def _scored(today: date) -> QuerySet[AppraisalMonth]:
    """A town that kept no months in the year has nothing to assess."""
    months = [date(year, number, 1) for year in (today.year - 1, today.year) for number in (11, 12)]
    return AppraisalMonth.objects.filter(month__in=months)


def _summaries(rows: QuerySet[AnnualSummary], *, named: bool = False) -> Source:
    year = Cast("assessment__year", CharField())
    text = Concat(year, Value(" "), "village_name", output_field=CharField()) if named else year
    return Source(rows, "updated_at", text=text)


def _years(rows: QuerySet[AnnualAssessment]) -> Source:
    text = Concat(Cast("year", CharField()), Value(" "), "state", output_field=CharField())
    return Source(rows, "opened_at", "", text=text)


# --- In words ---------------------------------------------------------------------------------------
def year_todos(items: Items, today: date) -> list[Todo]:
    """Those of `year_sources` that somebody has to do. No query."""
    found = [*_writing(items), *_counted(items, "annual_opinion", "年总结待出片区意见")]
    found += _counted(items, "annual_alone", "年总结待代出片区意见")
    found += _counted(items, "annual_check", "年总结待核查")
    if "annual_ready" not in items:
        return found
    found += [
        Todo(f"提交{year}年考核评定", reverse("year_hand_in", args=[year]))
        for year, _ in map(_told, items["annual_ready"])
    ]
    return found + [Todo(f"开始{year}年考核", reverse("year_start", args=[year])) for year in _not_begun(items, today)]


def year_signing(items: Items, user: User) -> list[Todo]:
    """待我审批: grades to give, a result to announce. No query."""
    found = []
    for year, state in map(_told, items.get("annual_open", ())):
        if state == Year.COMMITTEE and user.standing.has(Role.COMMITTEE):
            found.append(Todo(f"评定{year}年考核等次", reverse("year_grades", args=[year]), "待评定", "warn"))
        if state == Year.DECIDED and user.standing.has(Role.OFFICE_LEAD):
            found.append(Todo(f"印发{year}年考核结果通报", reverse("year_notice", args=[year]), "待印发", "warn"))
    return found


def year_progress(items: Items, today: date) -> list[YearProgress]:
    """「2018年考核：未开始」, and whatever year is not announced yet. No query."""
    told = [(year, BEFORE) for year in _not_begun(items, today)]
    told += sorted(map(_told, items.get("annual_open", ())))
    return [_progress(year, state) for year, state in told]


def _progress(year: int, state: str) -> YearProgress:
    title, _, left = state_sentence(year, state).partition("：")
    return YearProgress(title, reverse("year", args=[year]), left)


def _not_begun(items: Items, today: date) -> list[int]:
    due = _due(items, today)
    scored = {item.day.year for item in items.get("annual_scored", ())}
    begun = {year for year, _ in map(_told, items.get("annual_years", ()))}
    return [due] if due in scored - begun else []


def _told(item: Item) -> tuple[int, str]:
    year, _, rest = (item.text or "").partition(" ")
    return int(year), rest


def _writing(items: Items) -> list[Todo]:
    own = items.get("annual_write", ())
    found = []
    for item in own:
        year, village = _told(item)
        named = f"（{village}）" if len(own) > 1 else ""
        found.append(Todo(f"填写{year}年总结{named}", reverse("year_summary", args=[year, item.pk])))
    return found


def _counted(items: Items, key: str, text: str) -> list[Todo]:
    """By year, the oldest first."""
    years = [_told(item)[0] for item in items.get(key, ())]
    return [Todo(f"{year}{text}", reverse("year", args=[year]), count=years.count(year)) for year in sorted(set(years))]

"""Members and terms of office of organisations: what lists and pages ask of the register."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Case, Count, DateField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear

from villages.models import OrganizationMember, SocialOrganization

#: The end of a term of office is pointed out this long before; a setting of the town to come.
TERM_NOTICE_DAYS = 60
LONGEST_TERM_YEARS = 10


def with_members(rows: QuerySet, today: date) -> QuerySet:
    """Organisations with `chair_name`, `member_count` (of today, or of the last day of a dissolved one), the
    parts of the date by which the next board is elected (`due_year`, `due_month`, `due_day`: databases add
    years in different ways) and the list `chairs`. One query beyond the organisations' own."""
    members, chairs = _members_on(today), chairs_on(today)
    here = members.filter(organization=OuterRef("pk")).order_by().values("organization")
    return rows.annotate(
        chair_name=Subquery(chairs.filter(organization=OuterRef("pk")).values("person__name")[:1]),
        chair_pinyin=Subquery(chairs.filter(organization=OuterRef("pk")).values("person__pinyin")[:1]),
        member_count=Coalesce(Subquery(here.annotate(n=Count("pk")).values("n")), 0),
        due_year=ExtractYear("term_starts_on") + F("term_years"),
        due_month=ExtractMonth("term_starts_on"),
        due_day=ExtractDay("term_starts_on"),
    ).prefetch_related(Prefetch("members", chairs.select_related("person"), to_attr="chairs"))


def chairs_on(today: date) -> QuerySet:
    """Chairs of today, or of the last day of a dissolved organisation."""
    return _members_on(today).filter(position=OrganizationMember.Position.CHAIR)


def _members_on(today: date) -> QuerySet:
    day = Case(
        When(organization__ended_on__lt=today, then=F("organization__ended_on")),
        default=Value(today),
        output_field=DateField(),
    )
    counting = Q(starts_on__lte=F("day")) & (Q(ends_on=None) | Q(ends_on__gte=F("day")))
    return OrganizationMember.objects.alias(day=day).filter(counting)


def term_ends_by(day: date) -> Q:
    """Organisations whose term of office ends on the day or before (`SocialOrganization.term_ends_on`)."""
    condition = Q(pk__in=[])
    for years in range(1, LONGEST_TERM_YEARS + 1):
        condition |= Q(term_years=years, term_starts_on__lte=_years_before(day, years))
    return condition


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 2, 28)


def due_state(organization: SocialOrganization, today: date) -> tuple[str, str] | None:
    """Tone and words when the next board is to be elected soon, or should have been."""
    ends = organization.term_ends_on
    if ends is None or organization.ended_on is not None:
        return None
    if ends <= today:
        return "bad", "已到期"
    if ends <= today + timedelta(days=TERM_NOTICE_DAYS):
        return "warn", f"剩{(ends - today).days}天"
    return None

"""The work calendar: a year at a glance, one day set by hand, a year taken over after a preview."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.forms.settings import AdoptForm, NoticeForm, SetDayForm
from lianzhen.pages.computed import ComputedRows
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table
from lianzhen.periods import FIRST_YEAR, LAST_YEAR
from lianzhen.permissions import change_calendar, see_calendar
from lianzhen.town import actions
from lianzhen.town.calendars import Change, DaySpec, days_from_package, package_years
from lianzhen.town.models import CalendarDay, CalendarSource, CalendarYear
from lianzhen.views.year_sheet import year_sheet
from lianzhen.wording import WEEKDAYS, full_date, long_date

CHANGE_COLUMNS = (
    Column("day", "日期", lambda c: long_date(c[0]), head=True),
    Column("before", "现在", lambda c: told(c[1])),
    Column("after", "采用后", lambda c: told(c[2])),
)


#: Read again by `calendar_importing`: what is exported can be imported as it stands.
DAY_COLUMNS = (
    Column("day", "日期", lambda d: d.date, lambda d: long_date(d.date), kind="date", head=True),
    Column("kind", "休或班", lambda d: "班" if d.is_workday else "休"),
    Column("name", "名称", lambda d: d.name),
    Column("source", "来源", lambda d: d.get_source_display(), secondary=True),
    Column("act", "办理", lambda d: "", lambda d: link(_set_url(d), "修改"), screen_only=True),
)


def _set_url(day: CalendarDay) -> str:
    return f"{reverse('calendar_day')}?day={day.date:%Y-%m-%d}"


def told(spec: DaySpec | None) -> str:
    """休 元旦; 「平常」 where the day is as in a plain week."""
    return "平常" if spec is None else f"{'班' if spec.is_workday else '休'} {spec.name}".strip()


def asked_year(request: HttpRequest) -> int:
    """The year of the address, or this year where it names none that can be."""
    typed = request.GET.get("year", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else timezone.localdate().year


def calendar_url(year: int) -> str:
    return f"{reverse('calendar')}?year={year}"


@guarded(see_calendar, methods=LIST_METHODS)
def work_calendar(request: HttpRequest) -> HttpResponse:
    year, today = asked_year(request), timezone.localdate()
    rows = list(CalendarDay.objects.filter(date__year=year))
    years = CalendarYear.objects.select_related("adopted_by").in_bulk(field_name="year")
    may_change = change_calendar(request.user)
    listed = sorted({*years, *package_years(), today.year, today.year + 1, year})
    context = {
        "year": year,
        "adopted": years.get(year),
        "years": [{"title": f"{y}年", "value": y, "current": y == year, "lacking": y not in years} for y in listed],
        "months": year_sheet(year, [row.spec for row in rows], today),
        "weekdays": [(name, name[-1]) for name in WEEKDAYS],
        "may_change": may_change,
        "previous": calendar_url(year - 1) if year > FIRST_YEAR else "",
        "following": calendar_url(year + 1) if year < LAST_YEAR else "",
        "import_url": f"{reverse('calendar_import')}?year={year}",
    }
    page = ListPage(
        request,
        ComputedRows(CalendarDay, rows),
        DAY_COLUMNS if may_change else DAY_COLUMNS[:-1],
        title=f"{year}年工作日历",
        order=["date"],
        count=lambda n: f"共{n}天",
        empty_text=f"{year}年没有设置节假日和调休，按周一至周五上班推算。",
        context=context,
    )
    if request.method == "GET" and request.GET.get("print") == "1":
        more = {"title": page.title, "back_url": calendar_url(year), "dense": True}
        return render(request, "settings/calendar_print.html", context | more)
    return page.respond("settings/calendar.html")


# --- One day --------------------------------------------------------------------------------
@guarded(change_calendar)
def set_day(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        SetDayForm(request.POST or None, initial=_day_asked_for(request)),
        save=lambda values: (values["day"], actions.set_day(by=request.user, **values)),
        done=lambda saved: (calendar_url(saved[0].year), f"{full_date(saved[0])}已设为{_told_row(saved[1])}。"),
        context={
            "heading": "设置某一天",
            "submit": "保存这一天",
            "intro": "平常的周一至周五不用设置。把某一天设回平常、不写名称，就取消原来的设置。",
            "cancel_url": reverse("calendar"),
            "crumbs": [("工作日历", reverse("calendar"))],
        },
    )


def _day_asked_for(request: HttpRequest) -> dict[str, Any]:
    """What stands for the day that the address names."""
    typed = SetDayForm.base_fields["day"]
    try:
        day = typed.clean(request.GET.get("day", ""))
    except ValidationError:
        return {}
    row = CalendarDay.objects.filter(date=day).first()
    return {"day": day, "works": str(int(row.is_workday)) if row else None, "name": row.name if row else ""}


def _told_row(row: CalendarDay | None) -> str:
    return "平常" if row is None else told(row.spec)


# --- A whole year ---------------------------------------------------------------------------
@guarded(change_calendar)
def calendar_import(request: HttpRequest) -> HttpResponse:
    """Where a year is to come from. Sending the form shows what would change and writes nothing."""
    year = asked_year(request)
    from_package = request.POST.get("source") == CalendarSource.PACKAGE
    if request.method == "POST" and from_package and year in package_years():
        return _preview(request, year, CalendarSource.PACKAGE, days_from_package(year))
    form = NoticeForm(request.POST or None, request.FILES or None, year=year)
    if request.method == "POST" and form.is_valid():
        return _preview(request, year, CalendarSource.NOTICE, form.days)
    context = {
        "form": form,
        "year": year,
        "in_package": year in package_years(),
        "package_source": CalendarSource.PACKAGE.value,
        "cancel_url": calendar_url(year),
        "crumbs": [("工作日历", calendar_url(year))],
    }
    return render(request, "settings/calendar_import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, year: int, source: str, days: list[DaySpec]) -> HttpResponse:
    changes = actions.preview_calendar_year(year=year, days=days)
    written = "\n".join(f"{spec.day:%Y-%m-%d} {told(spec)}" for spec in days)
    form = AdoptForm(initial={"year": year, "source": source, "days": written})
    return render(request, "settings/calendar_adopt.html", _adopt_context(year, source, changes, form))


@guarded(change_calendar, methods=("POST",))
def calendar_adopt(request: HttpRequest) -> HttpResponse:
    """Take over the year as it was previewed; shown again when the calendar has changed since."""
    form = AdoptForm(request.POST)
    if not form.is_valid():
        return render(request, "settings/calendar_adopt.html", _adopt_context(0, "", [], form), status=422)
    year, source, days = form.cleaned_data["year"], form.cleaned_data["source"], form.parsed
    changes = actions.preview_calendar_year(year=year, days=days)

    def save(values: dict[str, Any]) -> actions.Adoption:
        if values["seen"] != fingerprint(changes):
            raise ValidationError("工作日历刚有改动，请按下面的内容重新核对。")
        return actions.adopt_calendar_year(year=year, days=days, source=source, by=request.user)

    return form_page(
        request,
        form,
        save=save,
        done=lambda made: (calendar_url(year), f"已采用{year}年工作日历，改动{len(made.changes)}天。"),
        context=_adopt_context(year, source, changes, form),
        template="settings/calendar_adopt.html",
    )


def fingerprint(changes: list[Change]) -> str:
    """Tells whether the changes are those that somebody was shown."""
    return hashlib.sha256(repr(changes).encode()).hexdigest()


def _adopt_context(year: int, source: str, changes: list[Change], form: AdoptForm) -> dict[str, Any]:
    return {
        "form": form,
        "year": year,
        "source": dict(CalendarSource.choices).get(source, ""),
        "changes": plain_table(f"将改动{len(changes)}天", CHANGE_COLUMNS, changes),
        "count": len(changes),
        "cancel_url": calendar_url(year) if year else reverse("calendar"),
        "crumbs": [("工作日历", reverse("calendar"))],
        "seen": fingerprint(changes),
    }

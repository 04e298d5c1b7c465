"""The town itself, its departments and its work calendar."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lianzhen.town.workdays import DaySpec
from lianzhen.trail.versions import VersionedModel


class TownQuerySet(models.QuerySet["Town"]):
    def the_town(self) -> Town | None:
        """The one row, or None before the town has been set up."""
        return self.first()


class Town(VersionedModel):
    """One installation serves one town: one row, whose id is 1."""

    id = models.PositiveSmallIntegerField("编号", primary_key=True, default=1, editable=False)
    name = models.CharField("名称", max_length=30)
    code = models.CharField(
        "区划代码", max_length=9, validators=[RegexValidator(r"^[1-9][0-9]{8}\Z", "区划代码应为9位数字。")]
    )
    county_name = models.CharField("所属县", max_length=30, blank=True)
    office_phone = models.CharField("联村办电话", max_length=20, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = TownQuerySet.as_manager()

    class Meta:
        db_table = "town"
        verbose_name = "镇"
        verbose_name_plural = "镇"
        constraints = [
            models.CheckConstraint(
                name="town_one_row", condition=Q(id=1), violation_error_message="一套平台只服务一个镇。"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(models.QuerySet["Department"]):
    def on(self, day: date) -> DepartmentQuerySet:
        """Departments that existed on the day, as far as an end is recorded."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=day))

    def working_on(self, day: date) -> DepartmentQuerySet:
        """Those that staff can belong to on the day: without the former stations they came from."""
        return self.on(day).exclude(kind=Department.Kind.FORMER)


class Department(VersionedModel):
    """站所、办; also the former 群工站 as where staff came from. Ended, never deleted."""

    class Kind(models.TextChoices):
        OFFICE = "office", "办"
        STATION = "station", "站所"
        FORMER = "former", "原群工站"

    name = models.CharField("名称", max_length=30, unique=True, error_messages={"unique": "已有同名的站所、办。"})
    kind = models.CharField("类别", max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        db_table = "department"
        verbose_name = "站所、办"
        verbose_name_plural = "站所、办"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="department_kind_known",
                condition=Q(kind__in=["office", "station", "former"]),
                violation_error_message="请选择类别。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarSource(models.TextChoices):
    PACKAGE = "package", "节假日数据包"
    NOTICE = "notice", "国务院办公厅通知"
    MANUAL = "manual", "手工"


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def between(self, start: date, end: date) -> CalendarDayQuerySet:
        """Days from `start` to `end`, both included."""
        return self.filter(date__range=(start, end))

    def as_exceptions(self) -> dict[date, bool]:
        """What `WorkCalendar` is made from: date → whether it is worked. One query."""
        return dict(self.values_list("date", "is_workday"))


class CalendarDay(VersionedModel):
    """A day off or at work otherwise than in a plain week, or one with a holiday's name.

    `plan_year` is the year whose arrangement the day belongs to: the New Year holiday of 2023 began on
    31 December 2022. Taking the arrangement of 2022 again must leave that day alone.
    """

    date = models.DateField("日期", unique=True, error_messages={"unique": "这一天已经设置过。"})
    is_workday = models.BooleanField("上班")
    name = models.CharField("节日或说明", max_length=30, blank=True)
    source = models.CharField("来源", max_length=10, choices=CalendarSource)
    plan_year = models.PositiveSmallIntegerField("所属年度安排", db_index=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        db_table = "calendar_day"
        verbose_name = "工作日历"
        verbose_name_plural = "工作日历"
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                name="calendar_day_source_known",
                condition=Q(source__in=["package", "notice", "manual"]),
                violation_error_message="请选择来源。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date.year}年{self.date.month}月{self.date.day}日"

    def clean(self) -> None:
        super().clean()
        if self.date and not self.spec.says_something:
            raise ValidationError("这一天与平常的一周相同，请写明节日或说明。")

    @property
    def spec(self) -> DaySpec:
        return DaySpec(self.date, self.is_workday, self.name)


class CalendarYearQuerySet(models.QuerySet["CalendarYear"]):
    def years(self) -> set[int]:
        """Years whose arrangement is present; in any other the calendar only guesses."""
        return set(self.values_list("year", flat=True))


class CalendarYear(models.Model):
    """The arrangement of a year has been taken over, from where, when and by whom (None: the system)."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    source = models.CharField("来源", max_length=10, choices=CalendarSource)
    adopted_at = models.DateTimeField("采用于", default=timezone.now)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="采用人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = CalendarYearQuerySet.as_manager()

    class Meta:
        db_table = "calendar_year"
        verbose_name = "年度工作日历"
        verbose_name_plural = "年度工作日历"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="calendar_year_sane",
                condition=Q(year__gte=1949, year__lte=2199),
                violation_error_message="年度应在1949年到2199年之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年工作日历"

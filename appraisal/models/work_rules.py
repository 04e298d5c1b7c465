"""工作制度: versions of the rules of the working week."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, time
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from appraisal.working_rules import EXAMPLE, NOT_KEPT, Rules
from lianzhen.trail.versions import VersionedModel
from lianzhen.wording import full_date

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

WEEKDAY_CHOICES = [(n, f"周{name}") for n, name in enumerate("一二三四五六日", start=1)]


class WorkRulesQuerySet(models.QuerySet["WorkRules"]):
    def visible_to(self, user: User) -> WorkRulesQuerySet:
        """Rules bind everybody who works for the town, so everybody may read them."""
        return self if user.standing.holdings else self.none()

    def in_force(self, day: date) -> Rules:
        """The rules of a day as values. One query, which finds the version of the day or, before the first one,
        that there is a first one; where the town has set none, the shipped example holds for all time."""
        begun = Case(When(starts_on__lte=day, then=Value(1)), default=Value(0))
        version = self.alias(begun=begun).order_by("-begun", "-starts_on").first()
        if version is None:
            return EXAMPLE
        return version.as_rules() if version.starts_on <= day else NOT_KEPT


def _small(label: str, default: int, low: int, high: int) -> models.PositiveSmallIntegerField:
    limits = [MinValueValidator(low, f"{label}不能小于{low}。"), MaxValueValidator(high, f"{label}不能大于{high}。")]
    return models.PositiveSmallIntegerField(label, default=default, validators=limits)


class WorkRules(VersionedModel):
    """One version, in force from `starts_on` until the next begins. 示例 until it names its ground (依据)."""

    starts_on = models.DateField("生效日期", unique=True, error_messages={"unique": "这一天已有一版工作制度。"})
    need_days = _small("每周定点办公天数（天）", EXAMPLE.need_days, 1, 7)
    counted_per_person = models.BooleanField("按人计算", default=False)
    makeup_days = _small("补登期限（天）", EXAMPLE.makeup_days, 0, 60)
    explain_workdays = _small("抽查说明期限（工作日）", EXAMPLE.explain_workdays, 1, 20)
    report_weekday = models.PositiveSmallIntegerField("周报截止（周几）", choices=WEEKDAY_CHOICES, default=5)
    report_time = models.TimeField("周报截止时间", default=time(17, 0))
    meeting_weekday = models.PositiveSmallIntegerField("周例会（周几）", choices=WEEKDAY_CHOICES, default=1)
    leave_leader_days = _small("组长准假上限（天）", EXAMPLE.leave_leader_days, 0, 30)
    leave_group_days = _small("联络组准假上限（天）", EXAMPLE.leave_group_days, 0, 60)
    leave_paper_days = _small("口头请假补办期限（天）", EXAMPLE.leave_paper_days, 0, 30)
    basis = models.CharField("依据", max_length=200, blank=True)
    adopted_on = models.DateField("通过日期", null=True, blank=True)

    objects = WorkRulesQuerySet.as_manager()

    class Meta:
        verbose_name = "工作制度"
        verbose_name_plural = "工作制度"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="work_rules_adopted",
                condition=Q(basis="", adopted_on=None) | (~Q(basis="") & Q(adopted_on__isnull=False)),
                violation_error_message="填写依据时请同时填写通过日期；两项都不填，按示例处理。",
            ),
            models.CheckConstraint(
                name="work_rules_leave_steps",
                condition=Q(leave_leader_days__lte=F("leave_group_days")),
                violation_error_message="组长准假上限不能超过联络组准假上限。",
            ),
            models.CheckConstraint(
                name="work_rules_weekdays",
                condition=Q(
                    report_weekday__gte=1,
                    report_weekday__lte=7,
                    meeting_weekday__gte=1,
                    meeting_weekday__lte=7,
                    need_days__gte=1,
                    need_days__lte=7,
                ),
                violation_error_message="请选择周一到周日；每周定点办公天数为1到7天。",
            ),
            # A week is judged by one version: the rules change between two weeks, never inside one.
            models.CheckConstraint(
                name="work_rules_from_monday",
                condition=Q(starts_on__iso_week_day=1),
                violation_error_message="生效日期应为星期一，一周之内不换制度。",
            ),
        ]

    def __str__(self) -> str:
        return f"{full_date(self.starts_on)}起的工作制度"

    @property
    def is_example(self) -> bool:
        return not self.basis

    def as_rules(self) -> Rules:
        names = [f.name for f in fields(Rules) if f.name not in ("adopted", "kept")]
        return Rules(**{name: getattr(self, name) for name in names}, adopted=not self.is_example)

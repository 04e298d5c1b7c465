"""自治村年度考核: one sheet for a self-governed village and year, written by the village and its instructor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.versions import VersionedModel
from villages.models.self_governance import at_step, others
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

STEMS = ("written", "submitted", "opinion", "checked", "returned", "decided")


class SelfGovYearQuerySet(models.QuerySet["SelfGovYear"]):
    def visible_to(self, user: User) -> SelfGovYearQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def graded(self) -> SelfGovYearQuerySet:
        return self.filter(state__in=SelfGovYear.GRADED)


class SelfGovYear(VersionedModel):
    """村里自评 → 指导员意见 → 联村办核查 → 党委评定 → 已评定 → 已通知. Once a year only (the founding article).

    `written_by` wrote last; who wrote before is on the trail (`selfgov_writers`). `spending` and the two sums (元) are
    frozen when it is submitted, from the work budget of the year.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "村里自评"
        INSTRUCTOR = "instructor", "指导员意见"
        OFFICE = "office", "联村办核查"
        COMMITTEE = "committee", "党委评定"
        DONE = "done", "已评定"
        TOLD = "told", "已通知"

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", "优秀"
        GOOD = "good", "合格"
        BASIC = "basic", "基本合格"
        POOR = "poor", "不合格"

    WAITING = (State.INSTRUCTOR, State.OFFICE, State.COMMITTEE)
    GRADED = (State.DONE, State.TOLD)
    #: A village whose sheets are graded may end.
    holds_place = ~Q(state__in=GRADED)

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="selfgov_years"
    )
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    on_behalf = models.BooleanField("联村办代录", default=False)
    work = models.TextField("全年工作", max_length=1500, blank=True)
    problems = models.TextField("存在问题", max_length=800, blank=True)
    plans = models.TextField("下年打算", max_length=800, blank=True)
    granted = models.DecimalField("下达经费（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    used = models.DecimalField("已用经费（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    spending = models.JSONField("经费使用", default=list, blank=True)
    started_at = models.DateTimeField("开始填写于", default=timezone.now)
    started_by = by_field("填写人", optional=True)
    written_at = models.DateTimeField("最后填写于", null=True, blank=True)
    written_by = by_field("最后填写的人", optional=True)
    submitted_at = models.DateTimeField("报送于", null=True, blank=True)
    submitted_by = by_field("报送人", optional=True)
    opinion = models.CharField("指导员意见", max_length=500, blank=True)
    opinion_at = models.DateTimeField("指导员意见于", null=True, blank=True)
    opinion_by = by_field("出意见的人", optional=True)
    check_note = models.CharField("核查情况", max_length=500, blank=True)
    checked_at = models.DateTimeField("核查于", null=True, blank=True)
    checked_by = by_field("核查人", optional=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    returned_at = models.DateTimeField("退回于", null=True, blank=True)
    returned_by = by_field("退回人", optional=True)
    grade = models.CharField("等次", max_length=10, choices=Grade.choices, blank=True)
    grade_note = models.CharField("评定理由", max_length=500, blank=True)
    decided_on = models.DateField("党委评定日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    decided_at = models.DateTimeField("登记评定于", null=True, blank=True)
    decided_by = by_field("登记评定的人", optional=True)
    notice = models.ForeignKey(
        "appraisal.IssuedDocument",
        verbose_name="结果通知",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SelfGovYearQuerySet.as_manager()

    class Meta:
        verbose_name = "自治村年度考核"
        verbose_name_plural = "自治村年度考核"
        ordering = ["-year", "village__code"]
        constraints = [
            *(paired(f"selfgov_year_{stem}", stem) for stem in STEMS),
            models.UniqueConstraint(
                name="selfgov_year_once",
                fields=["village", "year"],
                violation_error_message="这个村这一年的考核表已建立，一年只考核一次。",
            ),
            others(
                "selfgov_year_opinion_other",
                "opinion",
                "started",
                "written",
                "submitted",
                message="填写自评的人不能出指导员意见，请由其他同志办理。",
            ),
            others(
                "selfgov_year_check_other",
                "checked",
                "started",
                "written",
                "submitted",
                "opinion",
                message="填写自评和出意见的人不能核查，请由其他同志办理。",
            ),
            others(
                "selfgov_year_grade_other",
                "decided",
                "started",
                "written",
                "submitted",
                "opinion",
                "checked",
                message="填写、出意见和核查的人不能登记评定，请由其他同志办理。",
            ),
            models.CheckConstraint(
                name="selfgov_year_state_fits",
                condition=at_step(0, "draft")
                | at_step(1, "instructor")
                | at_step(2, "office")
                | at_step(3, "committee")
                | at_step(4, "done", "told"),
                violation_error_message="考核表的状态与办理经过不符。",
            ),
            models.CheckConstraint(
                name="selfgov_year_grade_fits",
                condition=Q(state__in=["done", "told"], decided_on__isnull=False) & ~Q(grade="") & ~Q(basis="")
                | ~Q(state__in=["done", "told"]) & Q(decided_on=None, grade="", basis=""),
                violation_error_message="评定须写明等次、日期和依据。",
            ),
            models.CheckConstraint(
                name="selfgov_year_told_fits",
                condition=Q(state="told", notice__isnull=False) | ~Q(state="told") & Q(notice=None),
                violation_error_message="结果通知印发后才算已通知。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}{self.year}年度自治考核"

"""申诉: never worse, and not decided by whoever recorded, confirmed or filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.duty import by_field, paired
from appraisal.models.entries import of_served_days
from appraisal.models.points import MarksField
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> AppealQuerySet:
        """With the deduction that it is about."""
        return self.filter(in_worked_villages(user, "entry__village") | of_served_days(user, "entry__"))

    def open(self) -> AppealQuerySet:
        return self.filter(state__in=[Appeal.State.FILED, Appeal.State.CHECKING])


class Appeal(VersionedModel):
    """已提交 → 核查中 → 已答复 (维持、变更、撤销); 已撤回 until it is decided.

    `recorder` and `confirmer` repeat the entry's, so that the database itself keeps them from deciding.
    """

    class Reason(models.TextChoices):
        FACT = "fact", "事实不符"
        CLAUSE = "clause", "条款用错"
        POINTS = "points", "分值不对"
        AWAY = "away", "已请假或公出"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        FILED = "filed", "已提交"
        CHECKING = "checking", "核查中"
        ANSWERED = "answered", "已答复"
        WITHDRAWN = "withdrawn", "已撤回"

    class Outcome(models.TextChoices):
        KEEP = "keep", "维持"
        CHANGE = "change", "变更"
        REVOKE = "revoke", "撤销"

    number = models.CharField("编号", max_length=20, unique=True)
    entry = models.ForeignKey(
        "appraisal.ScoreEntry", verbose_name="扣分", on_delete=models.PROTECT, related_name="appeals"
    )
    reason = models.CharField("哪里不对", max_length=10, choices=Reason.choices)
    text = models.CharField("说明", max_length=300)
    filed_at = models.DateTimeField("提交于", default=timezone.now)
    filed_by = by_field("提交人")
    answer_by = models.DateField("答复期限")
    recorder = by_field("登记人", optional=True)
    confirmer = by_field("复核人", optional=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FILED)
    checked_at = models.DateTimeField("开始核查于", null=True, blank=True)
    checked_by = by_field("核查人", optional=True)
    check_note = models.CharField("核查情况", max_length=500, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, blank=True)
    points_before = MarksField("原分值")
    points_after = MarksField("答复后分值", null=True, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_at = models.DateTimeField("答复于", null=True, blank=True)
    decided_by = by_field("答复人", optional=True)
    withdrawn_at = models.DateTimeField("撤回于", null=True, blank=True)
    withdrawn_by = by_field("撤回人", optional=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "申诉"
        verbose_name_plural = "申诉"
        ordering = ["-filed_at", "-id"]
        constraints = [
            paired("appeal_checked", "checked"),
            paired("appeal_decided", "decided"),
            paired("appeal_withdrawn", "withdrawn"),
            models.UniqueConstraint(
                name="appeal_one_open",
                fields=["entry"],
                condition=Q(state__in=["filed", "checking"]),
                violation_error_message="这条扣分已有一件申诉正在办理。",
            ),
            models.CheckConstraint(
                name="appeal_never_worse",
                condition=Q(points_after=None) | Q(points_after__lte=F("points_before"), points_after__gte=0),
                violation_error_message="申诉不会加重扣分。",
            ),
            models.CheckConstraint(
                name="appeal_other_decides",
                condition=Q(decided_by=None)
                | (
                    ~Q(decided_by=F("filed_by"))
                    & (Q(recorder=None) | ~Q(decided_by=F("recorder")))
                    & (Q(confirmer=None) | ~Q(decided_by=F("confirmer")))
                ),
                violation_error_message="登记人、复核人和申诉人不能答复这件申诉。",
            ),
            models.CheckConstraint(
                name="appeal_other_checks",
                condition=Q(checked_by=None)
                | (~Q(checked_by=F("filed_by")) & (Q(recorder=None) | ~Q(checked_by=F("recorder")))),
                violation_error_message="登记人和申诉人不能核查这件申诉。",
            ),
            models.CheckConstraint(
                name="appeal_answer_fits",
                condition=(
                    Q(state="answered", decided_at__isnull=False, points_after__isnull=False)
                    & ~Q(answer="")
                    & ~Q(outcome="")
                )
                | (~Q(state="answered") & Q(decided_at=None, outcome="")),
                violation_error_message="答复须写明结果、分值和理由。",
            ),
            models.CheckConstraint(
                name="appeal_outcome_fits",
                condition=Q(outcome="")
                | Q(outcome="keep", points_after=F("points_before"))
                | Q(outcome="change", points_after__lt=F("points_before"))
                | Q(outcome="revoke", points_after=0),
                violation_error_message="答复后的分值与结果不符。",
            ),
        ]

    def __str__(self) -> str:
        return f"申诉（{self.number}）"

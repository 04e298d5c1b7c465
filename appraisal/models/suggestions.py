"""建议扣分 and reminders: what the system noticed. It suggests; a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from appraisal.models.duty import TeamRowQuerySet, by_field, paired
from appraisal.models.weekly_reports import is_monday
from lianzhen.accounts.roles import Role
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_served_days, in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


#: Who serves in a team.
TEAM = (Role.LEADER, Role.MEMBER)


class SuggestionQuerySet(TeamRowQuerySet):
    def visible_to(self, user: User) -> SuggestionQuerySet:
        """And those about the days on which one served."""
        return self.filter(
            in_worked_villages(user, "team__village", TEAM) | in_served_days(user, "team", "occurred_on")
        )


class Suggestion(VersionedModel):
    """A finding that may be worth a deduction, with the facts that produced it, frozen. Never points by itself.

    `key` says which finding it is, so that looking twice finds it once. Facts that no longer hold make an
    open suggestion lapse; one that somebody decided stays as it was decided.
    """

    class Kind(models.TextChoices):
        DUTY = "duty", "驻村办公不足"
        SPOT = "spot", "抽查认定缺岗"
        REPORT_LATE = "report_late", "周报逾期"
        REPORT_MISSING = "report_none", "周报未报"
        MEETING = "meeting", "例会无故缺席"

    class State(models.TextChoices):
        OPEN = "open", "待办理"
        CONFIRMED = "confirmed", "已转扣分"
        DECLINED = "declined", "不扣"
        LAPSED = "lapsed", "情况已变，不再建议"

    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    key = models.CharField("标识", max_length=80, unique=True)
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="suggestions"
    )
    person = models.ForeignKey(
        "villages.Person", verbose_name="涉及人员", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    week_start = models.DateField("周一")
    occurred_on = models.DateField("发生日期")
    quantity = models.PositiveSmallIntegerField("数量", default=1)
    text = models.CharField("情况", max_length=300)
    #: Sentences and links that produced the finding: `[{"label", "value", "url"}]`.
    facts = models.JSONField("依据的事实", default=list)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField("发现于", default=timezone.now)
    decided_at = models.DateTimeField("办理于", null=True, blank=True)
    decided_by = by_field("办理人", optional=True)
    decision_reason = models.CharField("理由", max_length=300, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = "建议扣分"
        verbose_name_plural = "建议扣分"
        ordering = ["-week_start", "team__village__code", "id"]
        constraints = [
            is_monday("suggestion_monday"),
            paired("suggestion_decided", "decided"),
            models.CheckConstraint(
                name="suggestion_decision_fits",
                condition=Q(state__in=["open", "lapsed"], decided_at=None)
                | Q(state="confirmed", decided_at__isnull=False)
                | (Q(state="declined", decided_at__isnull=False) & ~Q(decision_reason="")),
                violation_error_message="不扣分须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}：{self.text}"


class Reminder(VersionedModel):
    """提醒: at most one a day and item, whoever presses the button."""

    key = models.CharField("事项", max_length=80)
    day = models.DateField("日期")
    team = models.ForeignKey(
        "villages.LiaisonTeam",
        verbose_name="联村工作组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    text = models.CharField("内容", max_length=200)
    created_at = models.DateTimeField("提醒于", default=timezone.now)
    created_by = by_field("提醒人", optional=True)

    class Meta:
        verbose_name = "提醒"
        verbose_name_plural = "提醒"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="reminder_once_a_day", fields=["key", "day"], violation_error_message="今天已经提醒过。"
            )
        ]

    def __str__(self) -> str:
        return self.text

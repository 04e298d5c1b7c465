"""In-app notices to one account, and what users tell the office (意见建议)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """One's own only, whatever the role."""
        return self.filter(user_id=user.pk)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence (at most 60 characters by design §12.5) with the page that it is about."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.PROTECT, related_name="notices"
    )
    text = models.CharField("内容", max_length=200)
    url = models.CharField("链接", max_length=300, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读于", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        db_table = "notice"
        verbose_name = "消息"
        verbose_name_plural = "消息"
        ordering = ["-created_at", "-id"]
        indexes = [
            # Read on every page for the number beside 消息.
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread_idx"),
        ]

    def __str__(self) -> str:
        return self.text


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: User) -> FeedbackQuerySet:
        """The office reads all; everybody reads their own."""
        from lianzhen.accounts.roles import TOWN_WIDE

        return self if user.standing.has(*TOWN_WIDE) else self.filter(sent_by_id=user.pk)


class Feedback(models.Model):
    """意见建议 (国办函〔2026〕12号 requires the way in). Answered, never deleted."""

    text = models.TextField("意见或建议", max_length=1000)
    page = models.CharField("相关页面", max_length=300, blank=True)
    sent_at = models.DateTimeField("提交于", default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField("答复", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复于", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        db_table = "feedback"
        verbose_name = "意见建议"
        verbose_name_plural = "意见建议"
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="feedback_answer_paired",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]

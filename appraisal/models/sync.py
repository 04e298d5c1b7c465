"""待上传: what waited on a phone, as it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class SyncItemQuerySet(models.QuerySet["SyncItem"]):
    def visible_to(self, user: User) -> SyncItemQuerySet:
        """One's own: what somebody had on his phone is nobody else's business."""
        return self.filter(user=user)

    def taken(self) -> SyncItemQuerySet:
        """Those that came in; the others are still on the phone, or were put right and came in as another one."""
        return self.exclude(answer=SyncItem.Answer.ATTENTION)


class SyncItem(models.Model):
    """One entry that waited on a phone, as it arrived: its own id makes sure that it works once, however
    often it is sent, and the answer is given again word for word."""

    class Answer(models.TextChoices):
        RECEIVED = "received", "已接收"
        MERGED = "merged", "已合并"
        ATTENTION = "attention", "需处理"

    #: Words of `kind` → what a reader calls it.
    KINDS: ClassVar = {"duty": "驻村登记"}

    client_id = models.UUIDField("手机编号", unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=20)
    payload = models.JSONField("内容")
    answer = models.CharField("答复", max_length=10, choices=Answer.choices)
    message = models.CharField("说明", max_length=300, blank=True)
    url = models.CharField("页面", max_length=200, blank=True)
    device_at = models.DateTimeField("手机时间", null=True, blank=True)
    received_at = models.DateTimeField("收到于", default=timezone.now)

    objects = SyncItemQuerySet.as_manager()

    class Meta:
        verbose_name = "手机上传"
        verbose_name_plural = "手机上传"
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(name="sync_user_latest", fields=["user", "-received_at"])]
        constraints = [
            models.CheckConstraint(
                name="sync_attention_says_why",
                condition=~Q(answer="attention") | ~Q(message=""),
                violation_error_message="需处理的须说明原因。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.KINDS.get(self.kind, self.kind)}（{self.get_answer_display()}）"

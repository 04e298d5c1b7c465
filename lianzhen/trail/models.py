"""The append-only table of what was done."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from lianzhen.wording import kept_in_words

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, obj: models.Model) -> AuditEntryQuerySet:
        """Entries about one record, newest first."""
        return self.filter(model=obj._meta.label_lower, object_id=obj.pk)

    def about_each(self, model: type[models.Model]) -> AuditEntryQuerySet:
        """Entries about the row of the query around it, to ask whether there are any (`Exists`)."""
        return self.filter(model=model._meta.label_lower, object_id=models.OuterRef("pk"))

    def visible_to(self, user: User) -> AuditEntryQuerySet:
        """The whole trail for auditor, committee and head of the office; accounts and settings for the
        system administrator; nothing for anybody else (records show their own history on their page)."""
        # Role codes, not `Role`: accounts stand above the trail, which they write to.
        standing = user.standing
        if standing.has("auditor", "committee", "office_lead"):
            return self
        if standing.has("sysadmin"):
            return self.filter(models.Q(model__startswith="accounts.") | models.Q(model__startswith="town."))
        return self.none()


class AuditEntry(models.Model):
    """One record touched by one act. Rows of one act share `batch`.

    `changes` is a list of `{"field", "label", "before", "after"}` with values as the screen showed them
    then, so that an entry stays readable when the records it speaks of have moved on. Telephone numbers
    are stored whole and masked wherever the entry is shown (`shown_changes`).
    """

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_entries",
    )
    by_name = models.CharField("操作人姓名", max_length=50, blank=True)
    address = models.GenericIPAddressField("网络地址", null=True, blank=True)
    batch = models.UUIDField("操作批号", default=uuid.uuid4)
    action = models.CharField("操作代码", max_length=60)
    label = models.CharField("操作", max_length=100)
    model = models.CharField("记录类型", max_length=60)
    object_id = models.BigIntegerField("记录编号", null=True)
    object_label = models.CharField("记录", max_length=200)
    changes = models.JSONField("变化", default=list)
    reason = models.CharField("原因", max_length=300, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        db_table = "audit_entry"
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ["-at", "-id"]
        indexes = [
            # Read by the history on every record's page.
            models.Index(fields=["model", "object_id", "-at"], name="audit_object_idx"),
            models.Index(fields=["batch"], name="audit_batch_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.object_label}"

    @property
    def shown_changes(self) -> list[dict[str, Any]]:
        """The changes with telephone numbers masked, and days in words where former entries keep them as 2018-10-18."""
        from lianzhen import phones

        def shown(change: dict[str, Any]) -> dict[str, Any]:
            say = phones.mask if change.get("kind") == "phone" else kept_in_words
            return {**change, "before": say(change["before"]), "after": say(change["after"])}

        return [shown(change) for change in self.changes]

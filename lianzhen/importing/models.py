"""What was uploaded, every row of it as it stood in the file, and what each import touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.importing.kinds import Kind, kind_of, kinds_for

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

UNDO_DAYS = 7


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        """Batches of the kinds that the user may import."""
        return self.filter(kind__in=[kind.key for kind in kinds_for(user)])

    def watched_by(self, user: User) -> ImportBatchQuerySet:
        """Every batch for the committee and the auditor, who may know what was brought in and by whom; without
        its rows. For the others as `visible_to`."""
        return self if user.standing.has(Role.COMMITTEE, Role.AUDITOR) else self.visible_to(user)

    def waiting(self) -> ImportBatchQuerySet:
        return self.filter(state=ImportBatch.State.PARTIAL)


class ImportBatch(models.Model):
    """One uploaded file on its way into the register (design §6.3).

    `running` says what a worker was set to do (check, import); it is taken away in the same transaction
    as the rows it speaks of, so that a batch that is still "running" has written nothing.
    `matched` maps column keys to places in the sheet, `fixed` gives one text for all rows instead.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        MAPPED = "mapped", "已对应列"
        CHECKED = "checked", "已检查"
        IMPORTED = "imported", "已导入"
        PARTIAL = "partial", "部分导入"
        UNDONE = "undone", "已撤销"

    class Running(models.TextChoices):
        CHECK = "check", "正在检查"
        IMPORT = "import", "正在导入"

    kind = models.CharField("种类", max_length=20)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.UPLOADED)
    running = models.CharField("正在办理", max_length=10, choices=Running.choices, blank=True)
    stopped = models.CharField("中断说明", max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=150)
    stored_as = models.CharField("存放名", max_length=100)
    sha256 = models.CharField("文件指纹", max_length=64, db_index=True)
    sheets = models.JSONField("工作表", default=list)
    sheet = models.CharField("所用工作表", max_length=60, blank=True)
    header_line = models.PositiveIntegerField("表头行", null=True)
    headers = models.JSONField("表头", default=list)
    matched = models.JSONField("对应的列", default=dict)
    fixed = models.JSONField("统一填写", default=dict)
    remarks = models.JSONField("读取说明", default=list)
    created_at = models.DateTimeField("上传于", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    imported_at = models.DateTimeField("导入于", null=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="导入人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField("撤销于", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="撤销人", on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        db_table = "import_batch"
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind_title}：{self.file_name}"

    @property
    def definition(self) -> Kind:
        return kind_of(self.kind)

    @property
    def kind_title(self) -> str:
        try:
            return self.definition.title
        except KeyError:
            return self.kind

    @property
    def took_in(self) -> bool:
        return self.state in (self.State.IMPORTED, self.State.PARTIAL)

    def undo_until(self) -> datetime | None:
        return self.imported_at + timedelta(days=UNDO_DAYS) if self.imported_at else None

    def may_be_undone(self, now: datetime) -> bool:
        return self.took_in and self.imported_at is not None and now <= self.imported_at + timedelta(days=UNDO_DAYS)

    def counts(self) -> dict[str, int]:
        """How many rows stand where; one query."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(n=models.Count("pk")))
        return {outcome: found.get(outcome, 0) for outcome in ImportRow.Outcome.values}


class ImportRow(models.Model):
    """One row of the sheet as it stood there (`raw`), with what was typed over it on the page (`typed`)."""

    class Outcome(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "更新"
        SAME = "same", "无变化"
        PROBLEM = "problem", "有问题"
        SKIPPED = "skipped", "已跳过"
        DONE = "done", "已导入"
        DROPPED = "dropped", "不再导入"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField("行")
    raw = models.JSONField("原文", default=list)
    typed = models.JSONField("改填", default=dict)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    did = models.CharField("做了什么", max_length=10, blank=True)
    note = models.CharField("说明", max_length=60, blank=True)
    problems = models.JSONField("问题", default=list)
    changes = models.JSONField("变化", default=list)
    seen = models.CharField("检查时的记录", max_length=60, blank=True)

    class Meta:
        db_table = "import_row"
        verbose_name = "导入的行"
        verbose_name_plural = "导入的行"
        ordering = ["line"]
        constraints = [models.UniqueConstraint(name="import_row_line", fields=["batch", "line"])]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_outcome_idx")]

    def __str__(self) -> str:
        return f"第{self.line}行"

    def text_of(self, key: str) -> str:
        """What the row says in a column: typed on the page, else in the sheet, else for all rows."""
        if key in self.typed:
            return self.typed[key]
        place = self.batch.matched.get(key)
        if place is not None and place < len(self.raw):
            return self.raw[place]
        return "" if place is not None else self.batch.fixed.get(key, "")


class ImportTouch(models.Model):
    """A record that an import wrote: as it was before (None when it was made) and its version after."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="touches")
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=200)
    version = models.PositiveIntegerField(null=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    gone = models.BooleanField(default=False)

    class Meta:
        db_table = "import_touch"
        verbose_name = "导入改动的记录"
        verbose_name_plural = "导入改动的记录"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label

    def before_value(self, name: str) -> Any:
        return (self.before or {}).get(name)

"""周通报 and 月通报 while they are written. What was issued is an `IssuedDocument`; the draft stays as its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.documents import STAFF, IssuedDocument
from appraisal.models.duty import by_field, paired
from appraisal.papers.content import Block, blocks_from_json
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from lianzhen.trail.versions import VersionedModel

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Who writes bulletins and signs them, and who checks on that; everybody else reads what was issued.
DRAFT_READERS = (Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR)


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, user: User) -> BulletinQuerySet:
        if user.standing.has(*DRAFT_READERS):
            return self
        if not user.standing.has(*STAFF):
            return self.none()
        return self.filter(state__in=Bulletin.OUT)

    def of_week(self, week: Week) -> BulletinQuerySet:
        return self.filter(kind=Bulletin.Kind.WEEK, starts_on=week.start)

    def of_month(self, month: Month) -> BulletinQuerySet:
        return self.filter(kind=Bulletin.Kind.MONTH, starts_on=month.start)


class BulletinBlockQuerySet(models.QuerySet["BulletinBlock"]):
    def visible_to(self, user: User) -> BulletinBlockQuerySet:
        return self.filter(bulletin__in=Bulletin.objects.visible_to(user))


class Bulletin(VersionedModel):
    """One bulletin of a week (`starts_on` a Monday) or a month (its first day).

    草稿 → 待签发 → 已印发 → 已更正. One of a period is written at a time and one is in force; a mistake is put
    right by a further one that names the former (`corrects`) and takes a number of its own. A further one begun by
    mistake is dropped (已撤销); a first draft never is: what was made of the period is there to be edited.
    """

    class Kind(models.TextChoices):
        WEEK = "week", "周通报"
        MONTH = "month", "月通报"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SIGNING = "signing", "待签发"
        ISSUED = "issued", "已印发"
        CORRECTED = "corrected", "已更正"
        DROPPED = "dropped", "已撤销"

    class Style(models.TextChoices):
        BRIEFING = "briefing", "简报式"
        OFFICIAL = "official", "红头公文式"

    #: Being written, and out of the house.
    OPEN = ("draft", "signing")
    OUT = ("issued", "corrected")

    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.WEEK)
    starts_on = models.DateField("所属时间")
    title = models.CharField("标题", max_length=60)
    style = models.CharField("式样", max_length=10, choices=Style.choices, default=Style.BRIEFING)
    official_number = models.CharField("发文字号", max_length=40, blank=True)
    #: Persons are named only where somebody chose so: a bulletin speaks of teams.
    with_names = models.BooleanField("写明个人姓名", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField("生成于", default=timezone.now)
    made_by = by_field("生成人", optional=True)
    refreshed_at = models.DateTimeField("更新数据于", null=True, blank=True)
    refreshed_by = by_field("更新数据人", optional=True)
    #: What the last refresh changed, line by line (`bulletin_draft.Change`).
    changes = models.JSONField("更新的内容", default=list, blank=True, editable=False)
    submitted_at = models.DateTimeField("提交签发于", null=True, blank=True)
    submitted_by = by_field("提交人", optional=True)
    signed_at = models.DateTimeField("签发于", null=True, blank=True)
    signed_by = by_field("签发人", optional=True)
    document = models.OneToOneField(
        IssuedDocument,
        verbose_name="印发的文件",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bulletin",
    )
    corrects = models.ForeignKey(
        "self", verbose_name="更正", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)
    dropped_at = models.DateTimeField("撤销于", null=True, blank=True)
    dropped_by = by_field("撤销人", optional=True)
    drop_reason = models.CharField("撤销原因", max_length=200, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "通报"
        verbose_name_plural = "通报"
        ordering = ["-starts_on", "-id"]
        constraints = [
            paired("bulletin_refreshed", "refreshed"),
            paired("bulletin_submitted", "submitted"),
            paired("bulletin_signed", "signed"),
            paired("bulletin_dropped", "dropped"),
            models.UniqueConstraint(
                name="bulletin_one_first",
                fields=["kind", "starts_on"],
                condition=Q(corrects=None),
                violation_error_message="这一期通报已经生成，请打开原来的。",
            ),
            models.UniqueConstraint(
                name="bulletin_one_draft",
                fields=["kind", "starts_on"],
                condition=Q(state__in=["draft", "signing"]),
                violation_error_message="这一期通报已有一份草稿，请打开原来的。",
            ),
            models.UniqueConstraint(
                name="bulletin_one_in_force",
                fields=["kind", "starts_on"],
                condition=Q(state="issued"),
                violation_error_message="这一期通报已经印发，如需修改请更正。",
            ),
            models.CheckConstraint(
                name="bulletin_issue_fits",
                condition=Q(state__in=["draft", "signing", "dropped"], signed_at=None, document=None)
                | Q(state__in=["issued", "corrected"], signed_at__isnull=False, document__isnull=False),
                violation_error_message="印发的通报须写明何时由谁签发。",
            ),
            models.CheckConstraint(
                name="bulletin_signing_fits",
                condition=Q(state__in=["draft", "dropped"], submitted_at=None)
                | Q(state__in=["signing", "issued", "corrected"], submitted_at__isnull=False),
                violation_error_message="待签发的通报须写明何时由谁提交。",
            ),
            models.CheckConstraint(
                name="bulletin_reason_fits",
                condition=Q(corrects=None, correction_reason="")
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                violation_error_message="请填写更正原因。",
            ),
            models.UniqueConstraint(
                name="bulletin_one_further",
                fields=["corrects"],
                condition=~Q(state="dropped"),
                violation_error_message="这一期的更正稿已经生成，请打开原来的。",
            ),
            models.CheckConstraint(
                name="bulletin_drop_fits",
                condition=(Q(state="dropped", corrects__isnull=False, dropped_at__isnull=False) & ~Q(drop_reason=""))
                | (~Q(state="dropped") & Q(dropped_at=None, drop_reason="")),
                violation_error_message="请填写撤销更正稿的原因。",
            ),
            models.CheckConstraint(
                name="bulletin_not_itself",
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
                violation_error_message="通报不能更正它自己。",
            ),
        ]

    def __str__(self) -> str:
        """2018年第42周通报, 2018年10月通报"""
        return f"{self.period_title}通报"

    @property
    def period(self) -> Week | Month:
        return Week.of(self.starts_on) if self.kind == self.Kind.WEEK else Month.of(self.starts_on)

    @property
    def period_title(self) -> str:
        """2018年第42周; 2018年10月"""
        period = self.period
        return f"{period.year}年第{period.number}周" if isinstance(period, Week) else period.title

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class BulletinBlock(VersionedModel):
    """One section of a bulletin. `auto`: what the records say, as blocks; edited, the `words` are printed instead
    of its paragraphs, with the tables of `base`, the automatic content that they were written over. `cells`: texts
    typed over cells of those tables, by place (`bulletin_draft.place`)."""

    class State(models.TextChoices):
        AUTO = "auto", "自动"
        EDITED = "edited", "已修改"

    bulletin = models.ForeignKey(Bulletin, verbose_name="通报", on_delete=models.PROTECT, related_name="blocks")
    key = models.CharField("段落", max_length=20)
    title = models.CharField("段落标题", max_length=30)
    position = models.PositiveSmallIntegerField("序号")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.AUTO)
    is_left_out = models.BooleanField("不印这一段", default=False)
    auto = models.JSONField("自动内容", default=list)
    base = models.JSONField("修改时的自动内容", default=list, blank=True)
    words = models.TextField("修改后的文字", max_length=4000, blank=True)
    cells = models.JSONField("修改过的表格", default=dict, blank=True)

    objects = BulletinBlockQuerySet.as_manager()

    class Meta:
        verbose_name = "通报段落"
        verbose_name_plural = "通报段落"
        ordering = ["bulletin", "position"]
        constraints = [
            models.UniqueConstraint(
                name="bulletin_block_once",
                fields=["bulletin", "key"],
                violation_error_message="这一段已经有了。",
            ),
            models.CheckConstraint(
                name="bulletin_block_fits",
                condition=~Q(state="auto") | Q(words="", cells={}),
                violation_error_message="自动的段落不另存文字。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin}：{self.title}"

    @property
    def is_edited(self) -> bool:
        return self.state == self.State.EDITED

    @property
    def auto_blocks(self) -> tuple[Block, ...]:
        return blocks_from_json(self.auto)

    @property
    def base_blocks(self) -> tuple[Block, ...]:
        return blocks_from_json(self.base)

"""周报: one per team and ISO week, and what villages ask of the town in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from appraisal.models.duty import TeamRowQuerySet, by_field, paired
from appraisal.work_areas import WORK_AREAS
from lianzhen.periods import Week
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


def is_monday(name: str) -> models.CheckConstraint:
    """`week_start` is a Monday: ISO weekday 1 (Django's `iso_week_day`)."""
    return models.CheckConstraint(
        name=name,
        condition=Q(week_start__iso_week_day=1),
        violation_error_message="一周从星期一算起。",
    )


class WeeklyReport(VersionedModel):
    """The week as its team reports it. Late is marked, never blocked; withdrawn until the deadline only."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SENT = "sent", "已报送"
        READ = "read", "已阅"

    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="weekly_reports"
    )
    week_start = models.DateField("周一", db_index=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    is_late = models.BooleanField("逾期报送", default=False)
    created_at = models.DateTimeField("新建于", default=timezone.now)
    created_by = by_field("填写人", optional=True)
    sent_at = models.DateTimeField("报送于", null=True, blank=True)
    sent_by = by_field("报送人", optional=True)
    read_at = models.DateTimeField("阅于", null=True, blank=True)
    read_by = by_field("阅读人", optional=True)

    #: The opened page that saved last: its own earlier savings are no conflict, also where their answers were lost.
    page = models.UUIDField("填写页面", null=True, blank=True, editable=False)

    objects = TeamRowQuerySet.as_manager()

    class Meta:
        verbose_name = "周报"
        verbose_name_plural = "周报"
        ordering = ["-week_start", "team__village__code"]
        constraints = [
            models.UniqueConstraint(
                name="weekly_one_per_week",
                fields=["team", "week_start"],
                violation_error_message="这一周的周报已经建立。",
            ),
            is_monday("weekly_monday"),
            paired("weekly_sent", "sent"),
            paired("weekly_read", "read"),
            models.CheckConstraint(
                name="weekly_state_fits",
                condition=Q(state="draft", sent_at=None, read_at=None, is_late=False)
                | Q(state="sent", sent_at__isnull=False, read_at=None)
                | Q(state="read", sent_at__isnull=False, read_at__isnull=False),
                violation_error_message="周报的状态与报送、阅读时间不符。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}{self.week.title}周报"

    @property
    def week(self) -> Week:
        return Week.of(self.week_start)


class ReportLine(VersionedModel):
    """One line of a report. `key` says which: the source of an automatic line, so that a refresh finds it again
    (`duty-2026-11-24`), or a random one of a line written by hand (`hand-…`), so that a sending that is
    repeated writes it once. `source_url` brings a reader to what the line rests on. Left out, never deleted."""

    class Block(models.TextChoices):
        DUTY = "duty", "驻村办公"
        WORK = "work", "重点工作"
        SERVICE = "service", "服务群众"
        NEEDS = "needs", "存在问题和需镇里解决的事"
        PLAN = "plan", "下周打算"

    report = models.ForeignKey(WeeklyReport, verbose_name="周报", on_delete=models.PROTECT, related_name="lines")
    block = models.CharField("部分", max_length=10, choices=Block.choices)
    category = models.CharField("类别", max_length=12, choices=list(WORK_AREAS.items()), blank=True)
    text = models.CharField("内容", max_length=500)
    is_need = models.BooleanField("需镇里解决", default=False)
    key = models.CharField("标识", max_length=60)
    source_name = models.CharField("来源", max_length=60, blank=True)
    source_url = models.CharField("来源页面", max_length=200, blank=True)
    is_edited = models.BooleanField("已修改", default=False)
    is_left_out = models.BooleanField("不报", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "周报内容"
        verbose_name_plural = "周报内容"
        ordering = ["report", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="report_line_key",
                fields=["report", "key"],
                violation_error_message="这一条已经写入周报。",
            ),
            models.CheckConstraint(
                name="report_line_text", condition=~Q(text=""), violation_error_message="请填写内容。"
            ),
            models.CheckConstraint(
                name="report_line_need_block",
                condition=Q(is_need=False) | Q(block="needs"),
                violation_error_message="需镇里解决的事写在第四部分。",
            ),
            models.CheckConstraint(
                name="report_line_category",
                condition=Q(category="") | Q(block="work"),
                violation_error_message="只有重点工作按类别填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def is_automatic(self) -> bool:
        return self.source_name != ""


class ReportComment(VersionedModel):
    """What the liaison group or the office says to a report."""

    report = models.ForeignKey(WeeklyReport, verbose_name="周报", on_delete=models.PROTECT, related_name="comments")
    text = models.CharField("意见", max_length=500)
    created_at = models.DateTimeField("提出于", default=timezone.now)
    created_by = by_field("提出人")

    class Meta:
        verbose_name = "周报意见"
        verbose_name_plural = "周报意见"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="report_comment_text", condition=~Q(text=""), violation_error_message="请填写意见。"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class TownNeedQuerySet(models.QuerySet["TownNeed"]):
    def visible_to(self, user: User) -> TownNeedQuerySet:
        """Those of the villages one sees, and those one is to settle."""
        return self.filter(in_seen_villages(user, "village") | Q(owner__user_id=user.pk))

    def open(self) -> TownNeedQuerySet:
        return self.filter(state__in=[TownNeed.State.NEW, TownNeed.State.ASSIGNED])

    def overdue(self, today: date) -> TownNeedQuerySet:
        """Assigned, and the day that was set has passed."""
        return self.open().filter(due_on__lt=today)


class TownNeed(VersionedModel):
    """需镇里解决的事: followed with owner and date until it is answered.

    Raised by a line of a report that was sent (`line`), or written down by the office. Withdrawn with its
    report as long as nobody has taken it in hand.
    """

    class State(models.TextChoices):
        NEW = "new", "待交办"
        ASSIGNED = "assigned", "办理中"
        DONE = "done", "已解决"
        DECLINED = "declined", "暂不能解决"
        WITHDRAWN = "withdrawn", "已撤回"

    #: A village whose needs are answered may end.
    holds_place = Q(state__in=(State.NEW, State.ASSIGNED))

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="town_needs"
    )
    line = models.OneToOneField(
        ReportLine, verbose_name="周报内容", on_delete=models.PROTECT, null=True, blank=True, related_name="need"
    )
    text = models.CharField("事项", max_length=500)
    raised_on = models.DateField("提出日期", db_index=True)
    created_at = models.DateTimeField("登记于", default=timezone.now)
    created_by = by_field("登记人", optional=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    department = models.ForeignKey(
        "town.Department",
        verbose_name="承办站所（办）",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    owner = models.ForeignKey(
        "villages.Person", verbose_name="承办人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField("期限", null=True, blank=True)
    assigned_at = models.DateTimeField("交办于", null=True, blank=True)
    assigned_by = by_field("交办人", optional=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    closed_at = models.DateTimeField("办结于", null=True, blank=True)
    closed_by = by_field("办结人", optional=True)

    objects = TownNeedQuerySet.as_manager()

    class Meta:
        verbose_name = "需镇里解决的事"
        verbose_name_plural = "需镇里解决的事"
        ordering = ["due_on", "raised_on", "id"]
        constraints = [
            paired("need_closed", "closed"),
            paired("need_assigned", "assigned"),
            models.CheckConstraint(name="need_text", condition=~Q(text=""), violation_error_message="请填写事项。"),
            models.CheckConstraint(
                name="need_assigned_fits",
                condition=Q(assigned_at=None, department=None, owner=None, due_on=None)
                | (
                    Q(assigned_at__isnull=False, due_on__isnull=False)
                    & (Q(department__isnull=False) | Q(owner__isnull=False))
                ),
                violation_error_message="交办须写明承办站所（办）或承办人，以及期限。",
            ),
            models.CheckConstraint(
                name="need_state_fits",
                condition=Q(state__in=["new", "withdrawn"], assigned_at=None, closed_at=None)
                | Q(state="assigned", assigned_at__isnull=False, closed_at=None)
                | (Q(state__in=["done", "declined"], closed_at__isnull=False) & ~Q(answer="")),
                violation_error_message="办结须写明答复。",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.NEW, self.State.ASSIGNED)

    @property
    def charged(self) -> str:
        """Who settles it, in words: 农业综合服务中心 张某; empty while nobody does."""
        return " ".join(str(part) for part in (self.department, self.owner) if part)

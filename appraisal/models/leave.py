"""请假公出, and 去向: who is out of the village office, for what, back when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.leave_rules import last_day_away
from appraisal.models.duty import by_field, paired
from lianzhen.trail.versions import VersionedModel
from lianzhen.wording import date_range, full_date
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class LeaveQuerySet(models.QuerySet["Leave"]):
    def visible_to(self, user: User) -> LeaveQuerySet:
        """Those of the villages one sees, of one's own liaison group, one's own, and those one stands in for."""
        return self.filter(
            in_seen_villages(user, "village", people=True)
            | Q(group_id__in=user.standing.groups())
            | Q(person__user_id=user.pk)
            | Q(substitute__user_id=user.pk)
        )

    def holding(self) -> LeaveQuerySet:
        """Those that hold their days: asked for, approved, or come back from."""
        return self.filter(state__in=Leave.HOLDING)

    def approved(self) -> LeaveQuerySet:
        return self.filter(state__in=[Leave.State.APPROVED, Leave.State.RETURNED])

    def touching(self, first: date, last: date) -> LeaveQuerySet:
        """Leaves that share a day with first…last, the real return counted: who came back on the first
        day was not away at all."""
        return self.filter(starts_on__lte=last, last_day__gte=first).filter(last_day__gte=F("starts_on"))


class Leave(VersionedModel):
    """One absence of one person: 请假 or 公出, decided along the chain of the rules in force when asked for.

    `village` and `team` are where the person sits, `group` the liaison group that is his own or guides the
    village; `workdays` the days (天) by the calendar of the day of asking, which the chain goes by; `step`
    who decides. `papers_due` is the last day to hand in the papers of an oral leave. `last_day` is the last
    day really away: `ends_on`, or the day before an earlier return (销假).
    """

    #: Told on its own page to those who may read the reason, not in the history of the village.
    own_history = True

    class Kind(models.TextChoices):
        MEETING = "meeting", "公出：会议"
        TRAINING = "training", "公出：培训"
        RESCUE = "rescue", "公出：抢险、应急"
        ERRAND = "errand", "公出：其他公务"
        SICK = "sick", "病假"
        PERSONAL = "personal", "事假"
        ANNUAL = "annual", "年休假"

    class State(models.TextChoices):
        ASKED = "asked", "待批"
        APPROVED = "approved", "已批"
        DECLINED = "declined", "不批"
        WITHDRAWN = "withdrawn", "已撤回"
        RETURNED = "returned", "已销假"

    class Step(models.TextChoices):
        LEADER = "leader", "组长"
        GROUP = "group", "片区联络组"
        OFFICE = "office", "联村办主任"
        #: Only where the head of the office is concerned himself.
        COMMITTEE = "committee", "党委委员"

    HOLDING = ("asked", "approved", "returned")
    OFFICIAL = ("meeting", "training", "rescue", "errand")

    person = models.ForeignKey("villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="leaves")
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, null=True, blank=True, related_name="leaves"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam",
        verbose_name="联村工作组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leaves",
    )
    group = models.ForeignKey(
        "villages.LiaisonGroup",
        verbose_name="片区联络组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leaves",
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    reason = models.CharField("事由", max_length=200)
    destination = models.CharField("去向", max_length=100, blank=True)
    proof = models.CharField("依据（通知或文号）", max_length=200, blank=True)
    substitute = models.ForeignKey(
        "villages.Person",
        verbose_name="替班人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in_for",
    )
    is_oral = models.BooleanField("口头请假后补办", default=False)
    papers_due = models.DateField("补办期限", null=True, blank=True)
    workdays = models.PositiveSmallIntegerField("工作日天数")
    step = models.CharField("由谁批", max_length=10, choices=Step.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField("申请于", default=timezone.now)
    created_by = by_field("申请人")
    decided_at = models.DateTimeField("批于", null=True, blank=True)
    decided_by = by_field("批准人", optional=True)
    decision_note = models.CharField("意见", max_length=300, blank=True)
    returned_on = models.DateField("回岗日期", null=True, blank=True)
    returned_at = models.DateTimeField("销假于", null=True, blank=True)
    returned_by = by_field("销假人", optional=True)
    withdrawn_at = models.DateTimeField("撤回于", null=True, blank=True)
    withdrawn_by = by_field("撤回人", optional=True)
    withdrawal_reason = models.CharField("撤回原因", max_length=200, blank=True)
    last_day = models.DateField("实际最后一天", editable=False)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = "请假公出"
        verbose_name_plural = "请假公出"
        ordering = ["-starts_on", "-id"]
        indexes = [
            models.Index(fields=["person", "starts_on"], name="leave_person_idx"),
            # Who is away in a week, on a day: of ten years of leaves only the last few are looked at.
            models.Index(fields=["last_day", "starts_on"], name="leave_last_day_idx"),
        ]
        constraints = [
            paired("leave_decided", "decided"),
            paired("leave_returned", "returned"),
            paired("leave_withdrawn", "withdrawn"),
            models.CheckConstraint(
                name="leave_codes_known",
                condition=Q(
                    kind__in=["meeting", "training", "rescue", "errand", "sick", "personal", "annual"],
                    state__in=["asked", "approved", "declined", "withdrawn", "returned"],
                    step__in=["leader", "group", "office", "committee"],
                ),
                violation_error_message="请从选项中选择。",
            ),
            models.CheckConstraint(
                name="leave_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                name="leave_decision_fits",
                condition=Q(state="asked", decided_at=None)
                | Q(state="withdrawn")
                | Q(state__in=["approved", "declined", "returned"], decided_at__isnull=False),
                violation_error_message="批假须写明何时由谁批。",
            ),
            models.CheckConstraint(
                name="leave_declined_why",
                condition=~Q(state="declined") | ~Q(decision_note=""),
                violation_error_message="不批请写明原因。",
            ),
            models.CheckConstraint(
                name="leave_withdrawal_fits",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None, withdrawal_reason="")),
                violation_error_message="撤回须写明何时由谁撤回。",
            ),
            models.CheckConstraint(
                name="leave_withdrawn_why",
                condition=~Q(state="withdrawn") | Q(decided_at=None) | ~Q(withdrawal_reason=""),
                violation_error_message="已批的请假，撤回请写明原因。",
            ),
            models.CheckConstraint(
                name="leave_official_ground",
                condition=~Q(kind__in=["meeting", "training", "rescue", "errand"]) | ~Q(proof=""),
                violation_error_message="公出请写明依据，例如会议通知或文号。",
            ),
            models.CheckConstraint(
                name="leave_oral_papers",
                condition=Q(is_oral=False, papers_due=None) | Q(is_oral=True, papers_due__isnull=False),
                violation_error_message="口头请假须有补办期限。",
            ),
            models.CheckConstraint(
                name="leave_return_begun",
                condition=Q(returned_on=None) | Q(returned_on__gte=F("starts_on")),
                violation_error_message="回岗日期不能早于请假起始日期。",
            ),
            models.CheckConstraint(
                name="leave_return_fits",
                condition=Q(state="returned", returned_at__isnull=False, returned_on__isnull=False)
                | (~Q(state="returned") & Q(returned_at=None, returned_on=None)),
                violation_error_message="销假须写明回岗日期。",
            ),
            models.CheckConstraint(
                name="leave_not_own_substitute",
                condition=Q(substitute=None) | ~Q(substitute=F("person")),
                violation_error_message="替班人不能是本人。",
            ),
            models.CheckConstraint(
                name="leave_other_decides",
                condition=Q(decided_by=None) | ~Q(decided_by=F("created_by")),
                violation_error_message="不能批自己提出的请假。",
            ),
            models.CheckConstraint(
                name="leave_belongs",
                condition=Q(village__isnull=False) | Q(group__isnull=False),
                violation_error_message="请假人应在联村工作组、村干部或片区联络组任职。",
            ),
        ]

    def __str__(self) -> str:
        one_day = self.starts_on == self.ends_on
        days = full_date(self.starts_on) if one_day else date_range(self.starts_on, self.ends_on)
        return f"{self.person}{self.get_kind_display()}（{days}）"

    def save(self, *args: object, **kwargs: object) -> None:
        self.last_day = last_day_away(self.ends_on, self.returned_on)
        super().save(*args, **kwargs)

    @property
    def is_official(self) -> bool:
        return self.kind in self.OFFICIAL

    @property
    def is_late(self) -> bool:
        """The papers of an oral leave came after their day."""
        return self.papers_due is not None and timezone.localdate(self.created_at) > self.papers_due

    @property
    def on_behalf(self) -> bool:
        """Asked for by the office in the person's place."""
        return self.created_by_id != self.person.user_id


class OutingQuerySet(models.QuerySet["Outing"]):
    def visible_to(self, user: User) -> OutingQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def open(self) -> OutingQuerySet:
        return self.filter(back_at=None)

    def since(self, moment: datetime) -> OutingQuerySet:
        """Those that left at the moment or later."""
        return self.filter(left_at__gte=moment)


class Outing(VersionedModel):
    """去向: out of the village office within a day. For the door sheet; nothing is counted from it."""

    #: Of one day.
    holds_place = None

    #: A day's comings and goings are no history of the village.
    own_history = True

    class Where(models.TextChoices):
        HOUSEHOLDS = "households", "入户走访"
        FIELD = "field", "下组、到现场"
        TOWN = "town", "到镇里办事"
        COUNTY = "county", "到县里办事"
        MEETING = "meeting", "开会"
        OTHER = "other", "其他"

    person = models.ForeignKey("villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="outings")
    village = models.ForeignKey("villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="outings")
    where = models.CharField("去向", max_length=10, choices=Where.choices)
    note = models.CharField("说明", max_length=100, blank=True)
    left_at = models.DateTimeField("离开时间", default=timezone.now)
    left_by = by_field("登记人")
    back_expected = models.DateTimeField("预计返回")
    back_at = models.DateTimeField("返回时间", null=True, blank=True)
    back_by = by_field("返回登记人", optional=True)

    objects = OutingQuerySet.as_manager()

    class Meta:
        verbose_name = "去向"
        verbose_name_plural = "去向"
        ordering = ["-left_at"]
        constraints = [
            paired("outing_back", "back"),
            models.CheckConstraint(
                name="outing_where_known",
                condition=Q(where__in=["households", "field", "town", "county", "meeting", "other"]),
                violation_error_message="请选择去向。",
            ),
            models.UniqueConstraint(
                name="outing_one_open",
                fields=["person"],
                condition=Q(back_at=None),
                violation_error_message="已登记外出，请先登记返回。",
            ),
            models.CheckConstraint(
                name="outing_back_later",
                condition=Q(back_expected__gt=F("left_at")),
                violation_error_message="预计返回时间应晚于现在。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}外出（{self.get_where_display()}）"

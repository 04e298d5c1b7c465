"""考核月: the month is the seal. What it froze never changes; corrections go into the next open month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.duty import by_field, paired
from appraisal.models.points import MarksField, MoneyField, is_difference, is_first_of_month
from lianzhen.periods import Month
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_served_months, in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class AppraisalMonthQuerySet(models.QuerySet["AppraisalMonth"]):
    def visible_to(self, user: User) -> AppraisalMonthQuerySet:
        return self if user.standing.holdings else self.none()

    def sealed(self) -> AppraisalMonthQuerySet:
        return self.filter(state__in=AppraisalMonth.SEALED)


class AppraisalMonth(VersionedModel):
    """One month and where its closing stands (design §9.4).

    进行中 → 数据检查 → 待审核 → 公示中 → 处理申诉 → 已定稿 → 补助已核对 → 已归档. `scheme` is chosen when the
    month opens and stays for ever. From 公示中 on no new entry enters it; from 已定稿 on nothing changes.
    """

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        CHECKING = "checking", "数据检查"
        REVIEW = "review", "待审核"
        PUBLICITY = "publicity", "公示中"
        APPEALS = "appeals", "处理申诉"
        FINAL = "final", "已定稿"
        PAID = "paid", "补助已核对"
        ARCHIVED = "archived", "已归档"

    SEALED = ("final", "paid", "archived")
    #: New entries for the month are closed.
    CLOSED_FOR_ENTRIES = ("publicity", "appeals", "final", "paid", "archived")

    month = models.DateField("月份", unique=True, error_messages={"unique": "这个月的考核已经建立。"})
    scheme = models.ForeignKey(
        "appraisal.Scheme", verbose_name="考核方案", on_delete=models.PROTECT, related_name="months"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField("开始于", default=timezone.now)
    checked_at = models.DateTimeField("检查完成于", null=True, blank=True)
    checked_by = by_field("检查人", optional=True)
    reviewed_at = models.DateTimeField("审核于", null=True, blank=True)
    reviewed_by = by_field("审核人", optional=True)
    publicity_from = models.DateField("公示开始", null=True, blank=True)
    publicity_until = models.DateField("公示结束", null=True, blank=True)
    locked_at = models.DateTimeField("定稿于", null=True, blank=True)
    locked_by = by_field("定稿人", optional=True)
    #: Of the frozen figures, so that a later look can tell that nothing moved.
    seal = models.CharField("定稿校验值", max_length=64, blank=True)
    paid_at = models.DateTimeField("补助核对于", null=True, blank=True)
    paid_by = by_field("补助核对人", optional=True)
    archived_at = models.DateTimeField("归档于", null=True, blank=True)
    archived_by = by_field("归档人", optional=True)

    objects = AppraisalMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "考核月"
        verbose_name_plural = "考核月"
        ordering = ["-month"]
        constraints = [
            is_first_of_month("month_first_day", "month"),
            paired("month_checked", "checked"),
            paired("month_reviewed", "reviewed"),
            paired("month_locked", "locked"),
            paired("month_paid", "paid"),
            paired("month_archived", "archived"),
            models.CheckConstraint(
                name="month_lock_fits",
                condition=(Q(state__in=["final", "paid", "archived"], locked_at__isnull=False) & ~Q(seal=""))
                | (Q(state__in=["open", "checking", "review", "publicity", "appeals"], locked_at=None, seal="")),
                violation_error_message="定稿须写明何时由谁定稿。",
            ),
            models.CheckConstraint(
                name="month_publicity_fits",
                condition=~Q(state__in=["publicity", "appeals", "final", "paid", "archived"])
                | Q(publicity_from__isnull=False, publicity_until__gte=F("publicity_from")),
                violation_error_message="公示须写明起止日期。",
            ),
            # Whoever prepared the month does not also sign it off.
            models.CheckConstraint(
                name="month_other_reviews",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("checked_by")),
                violation_error_message="检查数据的人不能审核。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period.title}考核"

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def is_sealed(self) -> bool:
        return self.state in self.SEALED


class MonthlyScoreQuerySet(models.QuerySet["MonthlyScore"]):
    def visible_to(self, user: User) -> MonthlyScoreQuerySet:
        """Of the villages one sees, and of the team and months in which one served."""
        return self.filter(in_worked_villages(user, "village") | in_served_months(user, "team", "month__month"))


class MonthlyScore(models.Model):
    """The frozen score of one village and its team: figures, names, lines and the words of the clauses as they
    were. Written once by the lock; the database refuses any change."""

    #: Stays with a village that has ended, to be read there.
    holds_place = None

    month = models.ForeignKey(AppraisalMonth, verbose_name="考核月", on_delete=models.PROTECT, related_name="scores")
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="monthly_scores"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="monthly_scores"
    )
    group = models.ForeignKey(
        "villages.LiaisonGroup",
        verbose_name="片区联络组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="monthly_scores",
    )
    village_name = models.CharField("村名", max_length=30)
    district_name = models.CharField("片区", max_length=30, blank=True)
    leader_name = models.CharField("组长", max_length=30, blank=True)
    village_total = MarksField("村得分")
    team_own = MarksField("工作组自身得分")
    team_total = MarksField("工作组得分")
    deducted = MarksField("扣分")
    bonus = MarksField("加分")
    #: In the order of districts and villages.
    position = models.PositiveSmallIntegerField("序号")
    place = models.PositiveSmallIntegerField("名次")
    grade = models.CharField("等次", max_length=20, blank=True)
    vetoes = models.JSONField("一票否决", default=list, blank=True)
    #: The account as shown (`score_account.TeamScore`): figures by category, place, change, names.
    detail = models.JSONField("得分明细", default=dict)
    #: Its lines with clause text, calculation, fact, people: apart, because a table of all teams needs none.
    lines = models.JSONField("逐条明细", default=list)

    objects = MonthlyScoreQuerySet.as_manager()

    class Meta:
        verbose_name = "月得分"
        verbose_name_plural = "月得分"
        ordering = ["month", "position"]
        constraints = [models.UniqueConstraint(name="monthly_score_once", fields=["month", "village"])]

    def __str__(self) -> str:
        return f"{self.village_name}{self.month.period.title}得分"


class SubsidyRow(VersionedModel):
    """月补助 of one person in one team. Amounts (元) follow the version's formula; the formula with its figures
    is kept in words. No account numbers."""

    month = models.ForeignKey(AppraisalMonth, verbose_name="考核月", on_delete=models.PROTECT, related_name="subsidies")
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="subsidies"
    )
    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="subsidies"
    )
    position = models.PositiveSmallIntegerField("序号")
    team_name = models.CharField("联村工作组", max_length=50)
    person_name = models.CharField("姓名", max_length=30)
    role_name = models.CharField("职务", max_length=20)
    score = MarksField("得分")
    days_served = models.PositiveSmallIntegerField("在组天数")
    days_of_month = models.PositiveSmallIntegerField("当月天数")
    absences = models.PositiveSmallIntegerField("缺岗次数", default=0)
    gross = MoneyField("按公式应发（元）")
    deducted = MoneyField("扣减（元）", default=0)
    amount = MoneyField("应发（元）")
    formula = models.CharField("计算", max_length=300)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "月补助"
        verbose_name_plural = "月补助"
        ordering = ["month", "position"]
        constraints = [
            models.UniqueConstraint(name="subsidy_once", fields=["month", "team", "person"]),
            models.CheckConstraint(
                name="subsidy_adds_up",
                condition=is_difference("amount", "gross", "deducted")
                & Q(amount__gte=0, gross__gte=0, deducted__gte=0),
                violation_error_message="应发金额应等于按公式应发减去扣减，且不小于0。",
            ),
            models.CheckConstraint(
                name="subsidy_days",
                condition=Q(days_served__lte=F("days_of_month")),
                violation_error_message="在组天数不能超过当月天数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}{self.month.period.title}补助"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: User) -> CorrectionQuerySet:
        """With the score that it puts right."""
        past = in_served_months(user, "score__team", "score__month__month")
        return self.filter(in_worked_villages(user, "score__village") | past)


class Correction(VersionedModel):
    """更正单: names the frozen line it puts right and becomes an entry of an open month, with two signatures."""

    class State(models.TextChoices):
        ASKED = "asked", "待签"
        APPROVED = "approved", "已批准"
        DECLINED = "declined", "不批准"

    number = models.CharField("编号", max_length=20, unique=True)
    score = models.ForeignKey(
        MonthlyScore, verbose_name="已定稿的得分", on_delete=models.PROTECT, related_name="corrections"
    )
    entry = models.ForeignKey(
        "appraisal.ScoreEntry",
        verbose_name="更正的记录",
        on_delete=models.PROTECT,
        related_name="correction_slips",
    )
    #: Points (分) to give back (above zero) or to take (below zero) in the open month.
    points = MarksField("更正分值")
    reason = models.CharField("更正原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField("提出于", default=timezone.now)
    created_by = by_field("提出人")
    decided_at = models.DateTimeField("批准于", null=True, blank=True)
    decided_by = by_field("批准人", optional=True)
    decision_note = models.CharField("意见", max_length=300, blank=True)
    into_month = models.ForeignKey(
        AppraisalMonth,
        verbose_name="计入月份",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "更正单"
        verbose_name_plural = "更正单"
        ordering = ["-created_at"]
        constraints = [
            paired("correction_decided", "decided"),
            models.CheckConstraint(
                name="correction_two_people",
                condition=Q(decided_by=None) | ~Q(decided_by=F("created_by")),
                violation_error_message="更正单由另一人批准。",
            ),
            models.CheckConstraint(
                name="correction_fits",
                condition=Q(state="asked", decided_at=None)
                | Q(state="declined", decided_at__isnull=False)
                | Q(state="approved", decided_at__isnull=False, into_month__isnull=False),
                violation_error_message="批准的更正单须写明计入哪个月。",
            ),
            models.CheckConstraint(
                name="correction_moves", condition=~Q(points=0), violation_error_message="更正分值不能是0。"
            ),
        ]

    def __str__(self) -> str:
        return f"更正单（{self.number}）"

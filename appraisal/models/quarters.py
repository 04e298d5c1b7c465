"""季讲评 and 季兑现: a quarter from its material to the list that was approved, whose rows never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.duty import by_field, paired
from appraisal.models.points import MarksField, MoneyField, is_difference
from appraisal.ranking import place_words
from lianzhen.periods import Quarter
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class QuarterlyReviewQuerySet(models.QuerySet["QuarterlyReview"]):
    def visible_to(self, user: User) -> QuarterlyReviewQuerySet:
        return self if user.standing.holdings else self.none()


class QuarterlyReview(VersionedModel):
    """One quarter, begun once its three months are sealed.

    讲评 → 待党委审定 → 已审定 → 已兑现. `scheme`: the version of the quarter's last month; `terms` its rules of
    the quarter, copied when the review began, so that a quarter is judged and paid by one rule.
    """

    class State(models.TextChoices):
        REVIEW = "review", "讲评中"
        COMMITTEE = "committee", "待党委审定"
        APPROVED = "approved", "已审定"
        PAID = "paid", "已兑现"

    #: Grades and amounts stand.
    DECIDED = ("approved", "paid")

    quarter = models.DateField("季度", unique=True, error_messages={"unique": "这个季度的讲评已经开始。"})
    scheme = models.ForeignKey(
        "appraisal.Scheme", verbose_name="考核方案", on_delete=models.PROTECT, related_name="quarters"
    )
    terms = models.JSONField("季讲评和兑现办法", default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REVIEW)
    opened_at = models.DateTimeField("开始于", default=timezone.now)
    opened_by = by_field("开始人", optional=True)
    handed_at = models.DateTimeField("提交审定于", null=True, blank=True)
    handed_by = by_field("提交审定人", optional=True)
    approved_at = models.DateTimeField("审定于", null=True, blank=True)
    approved_by = by_field("审定人", optional=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    paid_at = models.DateTimeField("登记兑现于", null=True, blank=True)
    paid_by = by_field("登记兑现人", optional=True)

    objects = QuarterlyReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "季讲评"
        verbose_name_plural = "季讲评"
        ordering = ["-quarter"]
        constraints = [
            models.CheckConstraint(
                name="quarter_first_day",
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
                violation_error_message="季度以首月1日记。",
            ),
            paired("quarter_handed", "handed"),
            paired("quarter_approved", "approved"),
            paired("quarter_paid", "paid"),
            models.CheckConstraint(
                name="quarter_state_fits",
                condition=Q(state="review", handed_at=None, approved_at=None, paid_at=None)
                | Q(state="committee", handed_at__isnull=False, approved_at=None, paid_at=None)
                | Q(state="approved", handed_at__isnull=False, approved_at__isnull=False, paid_at=None)
                | Q(state="paid", handed_at__isnull=False, approved_at__isnull=False, paid_at__isnull=False),
                violation_error_message="提交、审定和兑现须写明何时由谁办理。",
            ),
            models.CheckConstraint(
                name="quarter_other_approves",
                condition=Q(approved_by=None) | ~Q(approved_by=F("handed_by")),
                violation_error_message="提交审定的人不能审定。",
            ),
            models.CheckConstraint(
                name="quarter_has_basis",
                condition=Q(approved_at=None) | ~Q(basis=""),
                violation_error_message="请填写依据，例如党委会议纪要的文号。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period.title}讲评"

    @property
    def period(self) -> Quarter:
        return Quarter.of(self.quarter)

    @property
    def is_decided(self) -> bool:
        return self.state in self.DECIDED


class TeamReviewQuerySet(models.QuerySet["TeamReview"]):
    def visible_to(self, user: User) -> TeamReviewQuerySet:
        return self.filter(in_seen_villages(user, "village"))


class TeamReview(VersionedModel):
    """One team in one quarter: figures as frozen when the review began, the grade proposed by rule, the grade
    given, and what was said. Points 分."""

    #: Of frozen figures and names; a village may end while it goes on.
    holds_place = None

    review = models.ForeignKey(QuarterlyReview, verbose_name="季讲评", on_delete=models.PROTECT, related_name="teams")
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="quarter_reviews"
    )
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="quarter_reviews"
    )
    position = models.PositiveSmallIntegerField("序号")
    village_name = models.CharField("村名", max_length=30)
    district_name = models.CharField("片区", max_length=30, blank=True)
    leader_name = models.CharField("组长", max_length=30, blank=True)
    #: [{"month": "2018-10", "total": "96.5", "place": 3}, …] of the months in which the team was scored.
    months = models.JSONField("各月得分", default=list)
    score = MarksField("季度得分")
    place = models.PositiveSmallIntegerField("名次")
    tied = models.BooleanField("并列", default=False)
    proposed = models.CharField("建议等次", max_length=10)
    proposed_why = models.CharField("建议理由", max_length=200, blank=True)
    grade = models.CharField("等次", max_length=10)
    reason = models.CharField("与建议不同的理由", max_length=200, blank=True)
    note = models.CharField("讲评意见", max_length=500, blank=True)
    reviewed_at = models.DateTimeField("讲评于", null=True, blank=True)
    reviewed_by = by_field("讲评记录人", optional=True)

    objects = TeamReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "工作组季讲评"
        verbose_name_plural = "工作组季讲评"
        ordering = ["review", "position"]
        constraints = [
            models.UniqueConstraint(name="team_review_once", fields=["review", "team"]),
            paired("team_review_done", "reviewed"),
            models.CheckConstraint(
                name="team_review_why_other",
                condition=Q(grade=F("proposed")) | ~Q(reason=""),
                violation_error_message="等次与建议不同的，请写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_name}{self.review.period.title}讲评"

    @property
    def team_name(self) -> str:
        return f"{self.village_name}联村工作组"

    @property
    def place_text(self) -> str:
        return place_words(self.place, tied=self.tied)


class PayoutQuerySet(models.QuerySet["Payout"]):
    def visible_to(self, user: User) -> PayoutQuerySet:
        return self if user.standing.has("office", "office_lead", "committee", "auditor") else self.none()


class Payout(VersionedModel):
    """兑现清单. Number 1 is what the committee approved with the grades; a further one holds differences alone
    and waits for the committee. Approved by somebody else than made it."""

    class State(models.TextChoices):
        ASKED = "asked", "待党委审定"
        APPROVED = "approved", "已审定"
        DECLINED = "declined", "不同意"

    review = models.ForeignKey(QuarterlyReview, verbose_name="季讲评", on_delete=models.PROTECT, related_name="payouts")
    number = models.PositiveSmallIntegerField("第几份")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    formula = models.TextField("兑现标准")
    people = models.PositiveSmallIntegerField("行数")
    total = MoneyField("合计（元）")
    reason = models.CharField("补充原因", max_length=300, blank=True)
    created_at = models.DateTimeField("制表于", default=timezone.now)
    created_by = by_field("制表人")
    approved_at = models.DateTimeField("审定于", null=True, blank=True)
    approved_by = by_field("审定人", optional=True)
    decision_note = models.CharField("审定意见", max_length=300, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "季兑现清单"
        verbose_name_plural = "季兑现清单"
        ordering = ["review", "number"]
        constraints = [
            models.UniqueConstraint(name="payout_number", fields=["review", "number"]),
            models.UniqueConstraint(
                name="payout_one_waits",
                fields=["review"],
                condition=Q(state="asked"),
                violation_error_message="还有一份补充清单等待审定，请先办完。",
            ),
            paired("payout_approved", "approved"),
            models.CheckConstraint(
                name="payout_two_people",
                condition=Q(approved_by=None) | ~Q(approved_by=F("created_by")),
                violation_error_message="制表的人不能审定。",
            ),
            models.CheckConstraint(
                name="payout_state_fits",
                condition=Q(state="asked", approved_at=None)
                | Q(state__in=["approved", "declined"], approved_at__isnull=False),
                violation_error_message="审定须写明何时由谁审定。",
            ),
            models.CheckConstraint(
                name="payout_further_why",
                condition=Q(number=1) | ~Q(reason=""),
                violation_error_message="补充清单须写明原因。",
            ),
            models.CheckConstraint(
                name="payout_first_total",
                condition=~Q(number=1) | Q(total__gte=0),
                violation_error_message="兑现清单的合计不能小于0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review.period.title}{self.title}"

    @property
    def title(self) -> str:
        return "兑现清单" if self.number == 1 else f"兑现补充清单（{self.number - 1}）"


class PayoutRowQuerySet(models.QuerySet["PayoutRow"]):
    def visible_to(self, user: User) -> PayoutRowQuerySet:
        return self.filter(payout__in=Payout.objects.visible_to(user))


class PayoutRow(models.Model):
    """One line of a list: a person in one role, or a team as a whole (`person` None). Written once with its
    list; the database refuses any change. Amounts 元: `amount` = `due` by the formula − `before` listed. Rows after
    the `people` first of a list got nothing: they say why, and nobody signs for them."""

    payout = models.ForeignKey(Payout, verbose_name="兑现清单", on_delete=models.PROTECT, related_name="rows")
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="payouts"
    )
    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, null=True, blank=True, related_name="payouts"
    )
    #: Team, person and role, the same in every list of the quarter.
    key = models.CharField("行", max_length=60)
    position = models.PositiveSmallIntegerField("序号")
    team_name = models.CharField("联村工作组", max_length=50)
    payee_name = models.CharField("姓名或单位", max_length=50)
    role_name = models.CharField("职务", max_length=20)
    score = MarksField("季度得分")
    grade = models.CharField("等次", max_length=10)
    days_served = models.PositiveSmallIntegerField("任职天数")
    days_of_quarter = models.PositiveSmallIntegerField("季度天数")
    due = MoneyField("按标准应兑现（元）")
    before = MoneyField("已列入清单（元）", default=0)
    amount = MoneyField("应兑现（元）")
    formula = models.CharField("计算", max_length=500)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = PayoutRowQuerySet.as_manager()

    class Meta:
        verbose_name = "季兑现"
        verbose_name_plural = "季兑现"
        ordering = ["payout", "position"]
        constraints = [
            models.UniqueConstraint(name="payout_row_once", fields=["payout", "key"]),
            models.CheckConstraint(
                name="payout_row_adds_up",
                condition=is_difference("amount", "due", "before") & Q(due__gte=0),
                violation_error_message="应兑现金额应等于按标准应兑现减去已列入清单。",
            ),
            models.CheckConstraint(
                name="payout_row_days",
                condition=Q(days_served__lte=F("days_of_quarter")),
                violation_error_message="任职天数不能超过季度天数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee_name}{self.payout}"

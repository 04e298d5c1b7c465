"""考核方案 (versions), 类别, 条款. A version that was adopted never changes; editing makes the next one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Subquery

from appraisal.models.duty import by_field, paired
from appraisal.models.points import MarksField, is_first_of_month
from appraisal.rules import RULE_CHOICES, Rule, read_rule
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms
from lianzhen.pinyin import initials
from lianzhen.trail.versions import VersionedModel

if TYPE_CHECKING:
    from datetime import date

    from lianzhen.accounts.models import User


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def visible_to(self, user: User) -> SchemeQuerySet:
        """Adopted versions bind everybody who works for the town; drafts are the office's and the committee's."""
        standing = user.standing
        if standing.has("office", "office_lead", "committee", "auditor"):
            return self
        return self.filter(state=Scheme.State.ADOPTED) if standing.holdings else self.none()

    def adopted(self) -> SchemeQuerySet:
        return self.filter(state=Scheme.State.ADOPTED)

    def in_force(self, month: date) -> Scheme | None:
        """The version for a month (its first day): the newest adopted one that begins in it or before."""
        return self.adopted().filter(month_from__lte=month).order_by("-month_from").first()


class Scheme(VersionedModel):
    """One version. `month_from` is the first day of the first month that it judges.

    States: 草稿 → 待党委通过 → 已通过 ; 作废 for a draft that is given up. 示例 until it names a ground other
    than the shipped example's (`is_example`). `village_weight`: 工作组得分 = 村得分×w + 工作组自身得分×(1−w).
    `second_points`: a deduction above it needs a second person. All points 分, all amounts 元.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待党委通过"
        ADOPTED = "adopted", "已通过"
        DROPPED = "dropped", "已作废"

    class Display(models.TextChoices):
        PLACE = "place", "名次"
        GRADE = "grade", "等次"
        NONE = "none", "不排序"

    number = models.PositiveIntegerField("版本号", unique=True)
    title = models.CharField("名称", max_length=80)
    month_from = models.DateField("起始月份", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    is_example = models.BooleanField("示例", default=False)
    made_from = models.ForeignKey(
        "self", verbose_name="由哪一版修改", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    base = MarksField("基础分", default=Decimal(100))
    total_floor = MarksField("总分最低（分）", null=True, blank=True, default=Decimal(0))
    bonus_month_cap = MarksField("每月加分上限（分）", null=True, blank=True, default=Decimal(10))
    bonus_quarter_cap = MarksField("每季加分上限（分）", null=True, blank=True, default=Decimal(20))
    decimals = models.PositiveSmallIntegerField("小数位数", default=1)
    village_weight = models.DecimalField(
        "村得分所占比重",
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.6"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    second_points = MarksField("超过多少分须复核", default=Decimal(2))
    publicity_days = models.PositiveSmallIntegerField("公示工作日", default=3)
    appeal_days = models.PositiveSmallIntegerField("申诉工作日", default=3)
    answer_days = models.PositiveSmallIntegerField("答复工作日", default=5)
    display = models.CharField("结果怎样排列", max_length=10, choices=Display.choices, default=Display.GRADE)
    #: Bands of `ranking`: [{"name": "好", "from": "90"}, …], highest first.
    bands = models.JSONField("等次", default=list, blank=True)
    #: Formula of `subsidies`, as its own JSON.
    subsidy = models.JSONField("补助办法", default=dict, blank=True)
    #: `payouts.QuarterTerms`: how a quarter is graded and paid, as its own JSON.
    quarter = models.JSONField("季讲评和兑现办法", default=dict, blank=True)
    #: `year_terms.YearTerms`: how a year is graded, as its own JSON.
    year = models.JSONField("年考核办法", default=dict, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    adopted_on = models.DateField("通过日期", null=True, blank=True)
    submitted_at = models.DateTimeField("提交于", null=True, blank=True)
    submitted_by = by_field("提交人", optional=True)
    adopted_at = models.DateTimeField("登记通过于", null=True, blank=True)
    adopted_by = by_field("登记通过人", optional=True)
    note = models.CharField("说明", max_length=500, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = "考核方案"
        verbose_name_plural = "考核方案"
        ordering = ["-number"]
        constraints = [
            is_first_of_month("scheme_month_first", "month_from"),
            paired("scheme_submitted", "submitted"),
            models.UniqueConstraint(
                name="scheme_one_a_month",
                fields=["month_from"],
                condition=Q(state="adopted"),
                violation_error_message="这个月起已有一版通过的方案。",
            ),
            models.CheckConstraint(
                name="scheme_adoption_fits",
                condition=(
                    Q(state="adopted", adopted_on__isnull=False, month_from__isnull=False, adopted_at__isnull=False)
                    & ~Q(basis="")
                )
                | (~Q(state="adopted") & Q(adopted_at=None)),
                violation_error_message="通过的方案须写明依据、通过日期和起始月份。",
            ),
            models.CheckConstraint(
                name="scheme_weight_share",
                condition=Q(village_weight__gte=0, village_weight__lte=1),
                violation_error_message="村得分所占比重应在0到1之间。",
            ),
            models.CheckConstraint(
                name="scheme_decimals",
                condition=Q(decimals__in=[1, 2]),
                violation_error_message="得分保留1位或2位小数。",
            ),
            models.CheckConstraint(
                name="scheme_bonus_caps",
                condition=Q(bonus_month_cap=None)
                | Q(bonus_quarter_cap=None)
                | Q(bonus_month_cap__lte=F("bonus_quarter_cap")),
                violation_error_message="每月加分上限不能大于每季加分上限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"

    def judges_from(self, month: date) -> bool:
        """Adopted, and not only for later months than this one (its first day)."""
        return self.state == self.State.ADOPTED and self.month_from is not None and self.month_from <= month

    def as_terms(self) -> SchemeTerms:
        """The version as a value for the pure modules. Two queries, none when prefetched."""
        return self.terms_of(
            tuple(one.as_terms() for one in self.categories.all()),
            tuple(one.as_terms(one.category.key) for one in self.clauses.all()),
        )

    def terms_of(self, categories: tuple[CategoryTerms, ...], clauses: tuple[ClauseTerms, ...]) -> SchemeTerms:
        """With categories and clauses at hand. No query."""
        return SchemeTerms(
            categories=categories,
            clauses=clauses,
            base=self.base,
            total_floor=self.total_floor,
            bonus_month_cap=self.bonus_month_cap,
            bonus_quarter_cap=self.bonus_quarter_cap,
            decimals=self.decimals,
        )


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible_to(self, user: User) -> CategoryQuerySet:
        return self.filter(scheme__in=Scheme.objects.visible_to(user))


class Category(VersionedModel):
    """A category of one version. `key` stays the same from version to version; the name is the town's."""

    scheme = models.ForeignKey(Scheme, verbose_name="考核方案", on_delete=models.PROTECT, related_name="categories")
    key = models.CharField("代码", max_length=12)
    name = models.CharField("名称", max_length=20)
    full = MarksField("满分")
    floor = MarksField("最低（分）", default=Decimal(0))
    position = models.PositiveSmallIntegerField("顺序", default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = "考核类别"
        verbose_name_plural = "考核类别"
        ordering = ["scheme", "position", "id"]
        constraints = [
            models.UniqueConstraint(name="category_key_once", fields=["scheme", "key"]),
            models.UniqueConstraint(
                name="category_name_once", fields=["scheme", "name"], violation_error_message="这一版已有同名的类别。"
            ),
            models.CheckConstraint(
                name="category_marks",
                condition=Q(full__gte=0, floor__gte=0, floor__lte=F("full")),
                violation_error_message="最低分应在0到满分之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_terms(self) -> CategoryTerms:
        return CategoryTerms(self.key, self.name, self.full, self.floor)


class ClauseQuerySet(models.QuerySet["Clause"]):
    def visible_to(self, user: User) -> ClauseQuerySet:
        return self.filter(scheme__in=Scheme.objects.visible_to(user))

    def in_force(self, month: date) -> ClauseQuerySet:
        """Of the version that judges the month. One query, with the version found inside it."""
        versions = Scheme.objects.adopted().filter(month_from__lte=month).order_by("-month_from")
        return self.filter(scheme_id=Subquery(versions.values("pk")[:1]))


class Clause(VersionedModel):
    """One clause of one version: what is judged (`text`), by which rule, for whom."""

    class Evidence(models.TextChoices):
        NONE = "none", "不要求"
        ONE_OF = "one_of", "照片、文件或检查记录编号，至少一项"

    APPLIES = [(one.value, one.label) for one in AppliesTo]

    scheme = models.ForeignKey(Scheme, verbose_name="考核方案", on_delete=models.PROTECT, related_name="clauses")
    category = models.ForeignKey(Category, verbose_name="类别", on_delete=models.PROTECT, related_name="clauses")
    number = models.CharField("条款号", max_length=8)
    text = models.CharField("内容", max_length=300)
    initials = models.CharField("拼音首字母", max_length=300, blank=True, editable=False)
    rule = models.CharField("规则类型", max_length=12, choices=RULE_CHOICES)
    parameters = models.JSONField("规则参数", default=dict)
    applies_to = models.CharField("计入", max_length=8, choices=APPLIES, default=AppliesTo.BOTH.value)
    needs_second = models.BooleanField("一律须复核", default=False)
    evidence = models.CharField("证据", max_length=8, choices=Evidence.choices, default=Evidence.NONE)
    rectify_days = models.PositiveSmallIntegerField("整改期限（天）", null=True, blank=True)
    #: Kinds of `Suggestion` that become entries of this clause.
    suggested_by = models.JSONField("对应的建议扣分", default=list, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = "考核条款"
        verbose_name_plural = "考核条款"
        ordering = ["scheme", "category__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="clause_number_once", fields=["scheme", "number"], violation_error_message="这一版已有同号的条款。"
            ),
            models.CheckConstraint(
                name="clause_applies_known",
                condition=Q(applies_to__in=["team", "village", "both"]),
                violation_error_message="请选择计入村、联村工作组或两者。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.initials = initials(self.text)[:300]
        super().save(*args, **kwargs)

    def as_rule(self) -> Rule:
        return read_rule(self.rule, self.parameters)

    def as_terms(self, category_key: str) -> ClauseTerms:
        return ClauseTerms(self.number, category_key, self.text, self.as_rule(), AppliesTo(self.applies_to))

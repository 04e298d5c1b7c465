"""村为主自治: the conditions, and the application with its opinions.

The term itself is `teams.SelfGovernance`; an application leads to one, or ends one. The separation of duties
(申请 ≠ 片区意见 ≠ 联村办核查 ≠ 党委研究) is the database's as well.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import VersionedModel
from lianzhen.wording import full_date
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: In force until the town sets its own: 「自我管理基础条件较好的村可以向镇党委申请」 names none.
EXAMPLE_CONDITIONS = (
    "村党支部和村委会班子健全，分工明确，能独立承担镇里交办的工作。",
    "村务、党务、财务按期公开，没有新增村级债务。",
    "网格长、党员小组和红白喜事理事会等组织配齐，正常开展工作。",
    "矛盾纠纷基本在村内化解，近一年没有发生安全生产责任事故。",
    "村规民约经村民会议通过并得到执行，环境整治有人管、有制度。",
)


class Attached(models.Model):
    """A record with at most one file, kept by `lianzhen.pages.uploads`; another file takes its place."""

    file_name = models.CharField("文件名", max_length=120, blank=True)
    stored_as = models.CharField("存放位置", max_length=200, blank=True)
    file_sha256 = models.CharField("文件校验值", max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def has_file(self) -> bool:
        return bool(self.stored_as)


def file_whole(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(file_name="", stored_as="", file_sha256="")
        | (~Q(file_name="") & ~Q(stored_as="") & ~Q(file_sha256="")),
        violation_error_message="文件没有存好，请重新选择文件。",
    )


class OfVillageQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfVillageQuerySet:
        return self.filter(in_seen_villages(user, "village"))


class Majority(models.TextChoices):
    """The votes that a decision of the village needs, of those present."""

    #: 村民委员会组织法 §22; no version may ask for less.
    HALF = "half", "超过到会人数的一半"
    TWO_THIRDS = "two_thirds", "达到到会人数的三分之二"

    def is_met(self, votes_for: int, present: int) -> bool:
        if self is Majority.TWO_THIRDS:
            return present > 0 and votes_for * 3 >= present * 2
        return votes_for * 2 > present


class SelfGovRulesQuerySet(models.QuerySet["SelfGovRules"]):
    def visible_to(self, user: User) -> SelfGovRulesQuerySet:
        return self if user.standing.holdings else self.none()

    def in_force(self, day: date) -> SelfGovRules:
        """The version in force; the shipped example, which is not stored, where the town has set none. One query."""
        version = self.filter(starts_on__lte=day).order_by("-starts_on").first()
        return version or SelfGovRules(starts_on=day, conditions="\n".join(EXAMPLE_CONDITIONS))


class SelfGovRules(VersionedModel):
    """自治条件, in force from `starts_on` until the next version begins: the conditions, one to a line; the votes
    that a decision of the village needs; from which day of the year its yearly sheet is written."""

    starts_on = models.DateField("生效日期", unique=True, error_messages={"unique": "这一天已有一版自治条件。"})
    conditions = models.TextField("申请条件", max_length=2000)
    majority = models.CharField("赞成票", max_length=10, choices=Majority.choices, default=Majority.HALF)
    #: 2018年考核12月1日开始 (design §8.4).
    opens_month = models.PositiveSmallIntegerField("年度自评开始（月）", default=12)
    opens_day = models.PositiveSmallIntegerField("年度自评开始（日）", default=1)
    basis = models.CharField("依据", max_length=200)

    objects = SelfGovRulesQuerySet.as_manager()

    class Meta:
        verbose_name = "自治条件"
        verbose_name_plural = "自治条件"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="selfgov_rules_said",
                condition=~Q(conditions="") & ~Q(basis=""),
                violation_error_message="请写明申请条件和依据。",
            ),
            models.CheckConstraint(
                name="selfgov_rules_opens",
                condition=Q(opens_month__in=[1, 3, 5, 7, 8, 10, 12], opens_day__range=(1, 31))
                | Q(opens_month__in=[4, 6, 9, 11], opens_day__range=(1, 30))
                | Q(opens_month=2, opens_day__range=(1, 28)),
                violation_error_message="请填写每年都有的开始日期，例如12月1日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{full_date(self.starts_on)}起的自治条件"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.conditions.splitlines() if line.strip()]

    @property
    def opens_text(self) -> str:
        """12月1日"""
        return f"{self.opens_month}月{self.opens_day}日"

    def opens_on(self, year: int) -> date:
        return date(year, self.opens_month, self.opens_day)


def others(name: str, stem: str, *before: str, message: str) -> models.CheckConstraint:
    """Whoever did the step `stem` did none of the steps `before`."""
    apart = Q(**{f"{stem}_by": None})
    ways = Q()
    for other in before:
        ways &= Q(**{f"{other}_by": None}) | ~Q(**{f"{stem}_by": F(f"{other}_by")})
    return models.CheckConstraint(name=name, condition=apart | ways, violation_error_message=message)


#: On the way from the village to the committee, one after the other.
STEPS = ("submitted", "opinion", "checked", "decided")


def at_step(done: int, *states: str) -> Q:
    """In these states so many of the steps lie behind and no other; what was sent back may have been submitted."""
    where: dict[str, object] = {"state": states[0]} if len(states) == 1 else {"state__in": list(states)}
    where |= {f"{stem}_at__isnull": False for stem in STEPS[:done]}
    where |= {f"{stem}_at": None for stem in STEPS[max(done, 1) :]}
    return Q(**where)


#: What is done to an application, each with its moment and its account.
STEMS = ("submitted", "opinion", "checked", "returned", "decided", "withdrawn", "revoked")


class SelfGovApplicationQuerySet(OfVillageQuerySet):
    def open(self) -> SelfGovApplicationQuerySet:
        return self.filter(state__in=SelfGovApplication.OPEN)


class SelfGovApplication(VersionedModel, Attached):
    """自治申请: 草稿 → 片区意见 → 联村办核查 → 党委研究 → 同意 / 不同意; 退回补充 and 已撤回 on the way; 决定已撤销
    where the committee took back before its first day what it had agreed to.

    `kind` begin asks for self-governance, stop for its end (`term` is the one to end). `conditions` and `majority`
    are frozen when it is begun, `answers` stand beside them by place; `facts` are frozen when it is submitted.
    """

    class Kind(models.TextChoices):
        BEGIN = "begin", "实行村为主自治"
        STOP = "stop", "终止村为主自治"

    class Origin(models.TextChoices):
        VILLAGE = "village", "村里申请"
        ON_BEHALF = "on_behalf", "联村办代录"
        TOWN = "town", "镇里提出"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        RETURNED = "returned", "退回补充"
        DISTRICT = "district", "片区意见"
        OFFICE = "office", "联村办核查"
        COMMITTEE = "committee", "党委研究"
        AGREED = "agreed", "同意"
        DECLINED = "declined", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "决定已撤销"

    #: Being written, and waiting for somebody of the town.
    WRITING = (State.DRAFT, State.RETURNED)
    WAITING = (State.DISTRICT, State.OFFICE, State.COMMITTEE)
    OPEN = (*WRITING, *WAITING)
    #: The acts of filling a page.
    WRITES = ("selfgov.explain", "selfgov.reason", "selfgov.meeting", "selfgov.instructor")
    #: A village with one that is decided may end.
    holds_place = Q(state__in=OPEN)

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="selfgov_applications"
    )
    kind = models.CharField("事项", max_length=10, choices=Kind.choices, default=Kind.BEGIN)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.VILLAGE)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    term = models.ForeignKey(
        "villages.SelfGovernance",
        verbose_name="自治期",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
    )
    started_at = models.DateTimeField("开始填写于", default=timezone.now)
    started_by = by_field("填写人", optional=True)
    facts = models.JSONField("基本情况", default=list, blank=True)
    conditions = models.JSONField("申请条件", default=list, blank=True)
    answers = models.JSONField("逐条说明", default=list, blank=True)
    reason = models.CharField("终止原因", max_length=500, blank=True)
    majority = models.CharField("须有的赞成票", max_length=10, choices=Majority.choices, default=Majority.HALF)
    met_on = models.DateField("会议日期", null=True, blank=True)
    votes_for = models.PositiveIntegerField("赞成（票）", null=True, blank=True)
    votes_against = models.PositiveIntegerField("反对（票）", null=True, blank=True)
    votes_abstain = models.PositiveIntegerField("弃权（票）", null=True, blank=True)
    instructor = models.ForeignKey(
        "villages.Person",
        verbose_name="建议的指导员",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    submitted_at = models.DateTimeField("提交于", null=True, blank=True)
    submitted_by = by_field("提交人", optional=True)
    opinion_for = models.BooleanField("片区赞成", null=True, blank=True)
    opinion = models.CharField("片区意见", max_length=500, blank=True)
    opinion_at = models.DateTimeField("片区意见于", null=True, blank=True)
    opinion_by = by_field("出片区意见的人", optional=True)
    check_for = models.BooleanField("核查符合条件", null=True, blank=True)
    check_note = models.CharField("核查情况", max_length=500, blank=True)
    checked_at = models.DateTimeField("核查于", null=True, blank=True)
    checked_by = by_field("核查人", optional=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    returned_at = models.DateTimeField("退回于", null=True, blank=True)
    returned_by = by_field("退回人", optional=True)
    decided_on = models.DateField("党委研究日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    decision_note = models.CharField("不同意的原因", max_length=500, blank=True)
    starts_on = models.DateField("生效日期", null=True, blank=True)
    decided_at = models.DateTimeField("登记决定于", null=True, blank=True)
    decided_by = by_field("登记决定的人", optional=True)
    withdrawn_at = models.DateTimeField("撤回于", null=True, blank=True)
    withdrawn_by = by_field("撤回人", optional=True)
    revoked_on = models.DateField("党委研究撤销日期", null=True, blank=True)
    revoke_basis = models.CharField("撤销依据", max_length=200, blank=True)
    revoke_reason = models.CharField("撤销原因", max_length=300, blank=True)
    revoked_at = models.DateTimeField("登记撤销于", null=True, blank=True)
    revoked_by = by_field("登记撤销的人", optional=True)

    objects = SelfGovApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "自治申请"
        verbose_name_plural = "自治申请"
        ordering = ["-started_at", "-id"]
        constraints = [
            *(paired(f"selfgov_{stem}", stem) for stem in STEMS),
            file_whole("selfgov_file_whole"),
            models.UniqueConstraint(
                name="selfgov_one_application",
                fields=["village"],
                condition=Q(state__in=["draft", "returned", "district", "office", "committee"]),
                violation_error_message="这个村已有一件自治申请正在办理。",
            ),
            others(
                "selfgov_opinion_other",
                "opinion",
                "started",
                "submitted",
                message="填写和提交申请的人不能出片区意见，请由其他同志办理。",
            ),
            others(
                "selfgov_check_other",
                "checked",
                "started",
                "submitted",
                "opinion",
                message="申请人和出片区意见的人不能核查，请由其他同志办理。",
            ),
            others(
                "selfgov_decide_other",
                "decided",
                "started",
                "submitted",
                "opinion",
                "checked",
                message="申请人、出意见的人和核查人不能登记党委决定，请由其他同志办理。",
            ),
            others(
                "selfgov_revoke_other",
                "revoked",
                "started",
                "submitted",
                "opinion",
                "checked",
                message="申请人、出意见的人和核查人不能登记党委决定，请由其他同志办理。",
            ),
            # Every state says which steps lie behind it.
            models.CheckConstraint(
                name="selfgov_state_fits",
                condition=at_step(0, "draft", "returned")
                | at_step(1, "district")
                | at_step(2, "office")
                | at_step(3, "committee")
                | at_step(4, "agreed", "declined", "revoked")
                | Q(state="withdrawn", withdrawn_at__isnull=False, decided_at=None),
                violation_error_message="申请的状态与办理经过不符。",
            ),
            models.CheckConstraint(
                name="selfgov_returned_why",
                condition=~Q(state="returned") | (Q(returned_at__isnull=False) & ~Q(return_reason="")),
                violation_error_message="退回补充须写明原因。",
            ),
            models.CheckConstraint(
                name="selfgov_decision_fits",
                condition=Q(state__in=["agreed", "revoked"], decided_on__isnull=False, starts_on__isnull=False)
                & Q(term__isnull=False)
                & ~Q(basis="")
                | Q(state="declined", decided_on__isnull=False, starts_on=None) & ~Q(basis="") & ~Q(decision_note="")
                | ~Q(state__in=["agreed", "revoked", "declined"]) & Q(decided_on=None, starts_on=None, basis=""),
                violation_error_message="党委研究须写明日期、结果和依据；同意的写生效日期，不同意的写原因。",
            ),
            models.CheckConstraint(
                name="selfgov_revoked_fits",
                condition=Q(state="revoked", revoked_at__isnull=False, revoked_on__lt=F("starts_on"))
                & ~Q(revoke_basis="")
                & ~Q(revoke_reason="")
                | ~Q(state="revoked") & Q(revoked_at=None, revoked_on=None, revoke_basis="", revoke_reason=""),
                violation_error_message="撤销决定须在生效以前，写明党委研究日期、依据和原因。",
            ),
            models.CheckConstraint(
                name="selfgov_first_of_month",
                condition=Q(starts_on=None) | Q(starts_on__day=1),
                violation_error_message="生效日期应为某月1日，按整月计算考核。",
            ),
            models.CheckConstraint(
                name="selfgov_stop_has_term",
                condition=Q(kind="begin") | Q(kind="stop", term__isnull=False),
                violation_error_message="终止的申请须有正在实行的自治。",
            ),
            models.CheckConstraint(
                name="selfgov_stop_why",
                condition=Q(kind="begin", reason="") | Q(kind="stop", submitted_at=None) | ~Q(reason=""),
                violation_error_message="请填写终止原因。",
            ),
            models.CheckConstraint(
                name="selfgov_begin_met",
                condition=Q(kind="stop")
                | Q(submitted_at=None)
                | Q(
                    met_on__isnull=False,
                    votes_for__isnull=False,
                    votes_against__isnull=False,
                    votes_abstain__isnull=False,
                ),
                violation_error_message="请先填写会议决议。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}{'终止' if self.kind == 'stop' else '实行'}村为主自治的申请"

    @property
    def is_stop(self) -> bool:
        return self.kind == self.Kind.STOP

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @cached_property
    def writers(self) -> frozenset[int]:
        """Accounts that began it, filled a page (of which the trail, which nobody changes, knows), or sent it. One
        query for a page that asks of each of its steps."""
        filled = AuditEntry.objects.about(self).filter(action__in=self.WRITES).order_by()
        found = {*filled.values_list("by_id", flat=True), self.started_by_id, self.submitted_by_id}
        return frozenset(pk for pk in found if pk is not None)

    @property
    def explained(self) -> list[tuple[str, str]]:
        """Each condition with what the village says to it."""
        said = [*self.answers, *[""] * len(self.conditions)]
        return list(zip(self.conditions, said, strict=False))

"""Liaison teams, who serves where from when to when, fixed duty days, and self-governance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from lianzhen.accounts.roles import Role
from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.versions import VersionedModel
from villages.models.terms import Term, TermQuerySet, end_after_start
from villages.visibility import VILLAGE_ROLES, in_seen_villages, in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User
    from villages.models.people import Person

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class LiaisonTeamQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> LiaisonTeamQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def readable_by(
        self, user: User, first: date, last: date, roles: tuple[Role, ...] = VILLAGE_ROLES
    ) -> LiaisonTeamQuerySet:
        """Those of the villages one works for (`roles`: those whose work it is to read), and those in which one
        served on one of the days from `first` to `last`: for pages about these days."""
        served = [one.team for one in user.standing.served if one.touches(first, last)]
        return self.filter(in_worked_villages(user, "village", roles) | Q(pk__in=served))

    def with_place(self) -> LiaisonTeamQuerySet:
        """Each with its village and district, as much of them as the lists of teams say: a county builds six
        hundred of each for one page."""
        village = ("name", "kind", "code", "pinyin", "initials", "population", "households", "motto", "group")
        group = ("name", "district_name", "position")
        joined = (*[f"village__{name}" for name in village], *[f"village__group__{name}" for name in group])
        return self.select_related("village__group").only("starts_on", "ends_on", "village", *joined)


class LiaisonTeam(VersionedModel, Term):
    """联村工作组 of one village. At most one on any day; none while the village governs itself."""

    village = models.ForeignKey("villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="teams")

    objects = LiaisonTeamQuerySet.as_manager()

    class Meta:
        verbose_name = "联村工作组"
        verbose_name_plural = "联村工作组"
        ordering = ["village__code", "-starts_on"]
        constraints = [
            end_after_start("team_dates"),
            models.UniqueConstraint(
                name="team_one_current",
                fields=["village"],
                condition=Q(ends_on=None),
                violation_error_message="这个村已有联村工作组。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.village.name}联村工作组"

    def led_by(self, day: date) -> Person | None:
        """Who led the team on the day; None when nobody did. The database lets nobody be the second."""
        posting = self.postings.leaders().on(day).select_related("person").first()
        return posting.person if posting else None


def remembered_since(day: date) -> date:
    """Whoever left a team on this day or later may look back at his days in it: 1 January of the year before,
    because a year of service is assessed (年考核) in the year after."""
    return date(day.year - 1, 1, 1)


class PostingQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> PostingQuerySet:
        return self.filter(
            in_seen_villages(user, "team__village")
            | in_seen_villages(user, "village")
            | Q(group_id__in=user.standing.groups())
        )

    def leaders(self) -> PostingQuerySet:
        return self.filter(is_leader=True)

    def former_on(self, day: date) -> PostingQuerySet:
        """Those in a team that ended before the day and still let one look back (`remembered_since`). Not of whoever
        serves in the team on the day."""
        still = Posting.objects.on(day).filter(team=OuterRef("team"), person=OuterRef("person"))
        ended = self.until(day).filter(team__isnull=False, ends_on__gte=remembered_since(day))
        return ended.exclude(Exists(still))


class Posting(VersionedModel, Term):
    """任职: a member of the town's staff serves in a team, in a liaison group, or as instructor of a village.

    Exactly one of `team`, `group`, `village` is set. `Posting.objects.filter(team=t).leaders().on(day)`
    answers who led the team on that day.
    """

    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="postings"
    )
    team = models.ForeignKey(
        LiaisonTeam, verbose_name="联村工作组", on_delete=models.PROTECT, null=True, blank=True, related_name="postings"
    )
    group = models.ForeignKey(
        "villages.LiaisonGroup",
        verbose_name="片区联络组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
    )
    village = models.ForeignKey(
        "villages.Village",
        verbose_name="指导的自治村",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instructor_postings",
    )
    is_leader = models.BooleanField("组长", default=False)
    basis = models.CharField("依据", max_length=200, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["-is_leader", "starts_on", "id"]
        constraints = [
            end_after_start("posting_dates"),
            models.CheckConstraint(
                name="posting_one_target",
                condition=Q(team__isnull=False, group=None, village=None)
                | Q(team=None, group__isnull=False, village=None)
                | Q(team=None, group=None, village__isnull=False, is_leader=False),
                violation_error_message="任职只能在一个联村工作组、一个片区联络组或一个自治村。",
            ),
            models.UniqueConstraint(
                name="posting_team_one_leader",
                fields=["team"],
                condition=Q(is_leader=True, ends_on=None),
                violation_error_message="这个联村工作组已有组长，请用“更换组长”办理。",
            ),
            models.UniqueConstraint(
                name="posting_group_one_leader",
                fields=["group"],
                condition=Q(is_leader=True, ends_on=None),
                violation_error_message="这个片区联络组已有组长，请用“更换组长”办理。",
            ),
            models.UniqueConstraint(
                name="posting_village_instructor",
                fields=["village"],
                condition=Q(ends_on=None),
                violation_error_message="这个村已有联村工作指导员。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}{self.role_name} {self.person}"

    @property
    def target(self) -> models.Model:
        return self.team or self.group or self.village

    @property
    def role_name(self) -> str:
        if self.village_id:
            return "联村工作指导员"
        if self.group_id:
            return "组长" if self.is_leader else "成员"
        return "组长" if self.is_leader else "组员"


class DutyPlanQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> DutyPlanQuerySet:
        return self.filter(in_seen_villages(user, "team__village"))


class DutyPlan(VersionedModel, Term):
    """固定办公日 of a team from a day on: ISO weekday digits in ascending order, e.g. "24" = 周二、周四.

    The article asks for at least two fixed days a week; the check for that is the action's, because
    the number is a setting of the town.
    """

    team = models.ForeignKey(
        LiaisonTeam, verbose_name="联村工作组", on_delete=models.PROTECT, related_name="duty_plans"
    )
    weekdays = models.CharField(
        "固定办公日", max_length=7, validators=[RegexValidator(r"^1?2?3?4?5?6?7?\Z", "请选择星期。")]
    )

    objects = DutyPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "固定办公日"
        verbose_name_plural = "固定办公日"
        ordering = ["-starts_on"]
        constraints = [
            end_after_start("duty_plan_dates"),
            models.CheckConstraint(
                name="duty_plan_weekdays",
                condition=Q(weekdays__regex=r"^1?2?3?4?5?6?7?$") & ~Q(weekdays=""),
                violation_error_message="请选择星期。",
            ),
            models.UniqueConstraint(name="duty_plan_one_open", fields=["team"], condition=Q(ends_on=None)),
        ]

    def __str__(self) -> str:
        return "、".join(self.weekday_names)

    @property
    def weekday_names(self) -> list[str]:
        return [WEEKDAYS[int(digit) - 1] for digit in self.weekdays]


class SelfGovernanceQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> SelfGovernanceQuerySet:
        return self.filter(in_seen_villages(user, "village"))


class SelfGovernanceManager(models.Manager.from_queryset(SelfGovernanceQuerySet)):
    """Terms that stand. One whose decision was taken back before its first day governed nothing: the application
    that asked for it and the trail tell of it, and no question about a village has to leave it out."""

    def get_queryset(self) -> SelfGovernanceQuerySet:
        return super().get_queryset().filter(withdrawn_at=None)


class SelfGovernance(VersionedModel, Term):
    """村为主自治: from the day it takes effect the village has no team, only an instructor.

    A decision can be taken back until that day: `objects` and `village.self_governance` leave such a term out, `every`
    has it.
    """

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="self_governance"
    )
    decided_on = models.DateField("党委研究日期")
    basis = models.CharField("依据", max_length=200)
    withdrawn_at = models.DateTimeField("决定撤销于", null=True, blank=True)
    withdrawn_by = by_field("登记撤销的人", optional=True)
    withdraw_reason = models.CharField("撤销原因", max_length=300, blank=True)

    objects = SelfGovernanceManager()
    every = SelfGovernanceQuerySet.as_manager()

    class Meta:
        verbose_name = "村为主自治"
        verbose_name_plural = "村为主自治"
        ordering = ["-starts_on"]
        constraints = [
            end_after_start("selfgov_dates"),
            models.UniqueConstraint(
                name="selfgov_one_open", fields=["village"], condition=Q(ends_on=None, withdrawn_at=None)
            ),
            paired("selfgov_term_withdrawn", "withdrawn"),
            models.CheckConstraint(
                name="selfgov_term_withdrawn_why",
                condition=Q(withdrawn_at=None, withdraw_reason="")
                | Q(withdrawn_at__isnull=False, ends_on=None) & ~Q(withdraw_reason=""),
                violation_error_message="请填写撤销决定的原因。",
            ),
            models.CheckConstraint(
                name="selfgov_decided_first",
                condition=Q(decided_on__lte=models.F("starts_on")),
                violation_error_message="生效日期不能早于党委研究日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}村为主自治"

"""Social organisations of a village: 红白喜事理事会, 爱卫会, 关心留守儿童工作委员会 and further kinds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from lianzhen.trail.versions import VersionedModel
from villages.models.places import VillagePartQuerySet
from villages.models.terms import Term, TermQuerySet, end_after_start
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class OrganizationKind(VersionedModel):
    """A kind of organisation. `in_every_grid` marks the three of the article, whose members belong in
    every grid; a town adds further kinds without it."""

    name = models.CharField("种类", max_length=40, unique=True, error_messages={"unique": "已有这一种类。"})
    short_name = models.CharField("简称", max_length=10)
    in_every_grid = models.BooleanField("每个网格都应有成员", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=100)
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "社会组织种类"
        verbose_name_plural = "社会组织种类"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class SocialOrganization(VersionedModel):
    """One organisation of one village, with its term of office (`term_years` from `term_starts_on`)."""

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="organizations"
    )
    kind = models.ForeignKey(
        OrganizationKind, verbose_name="种类", on_delete=models.PROTECT, related_name="organizations"
    )
    name = models.CharField("名称", max_length=60)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    term_starts_on = models.DateField("本届起始日期", null=True, blank=True)
    term_years = models.PositiveSmallIntegerField(
        "任期（年）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    duties = models.CharField("职责", max_length=300, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)
    end_reason = models.CharField("撤销原因", max_length=200, blank=True)

    objects = VillagePartQuerySet.as_manager()

    class Meta:
        verbose_name = "社会组织"
        verbose_name_plural = "社会组织"
        ordering = ["village__code", "kind__position", "name"]
        constraints = [
            models.UniqueConstraint(
                name="organization_name_current",
                fields=["village", "name"],
                condition=Q(ended_on=None),
                violation_error_message="这个村已有同名的社会组织。",
            ),
            models.CheckConstraint(
                name="organization_term_years",
                condition=Q(term_years=None) | Q(term_years__gte=1, term_years__lte=10),
                violation_error_message="任期应在1到10年之间。",
            ),
            models.CheckConstraint(
                name="organization_term_paired",
                condition=Q(term_starts_on=None, term_years=None)
                | Q(term_starts_on__isnull=False, term_years__isnull=False),
                violation_error_message="本届起始日期和任期须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def term_ends_on(self) -> date | None:
        """The day by which the next board must be elected (换届日期)."""
        if self.term_starts_on is None or self.term_years is None:
            return None
        year = self.term_starts_on.year + self.term_years
        try:
            return self.term_starts_on.replace(year=year)
        except ValueError:  # 29 February
            return date(year, 3, 1)


class OrganizationMemberQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> OrganizationMemberQuerySet:
        return self.filter(in_seen_villages(user, "organization__village"))


class OrganizationMember(VersionedModel, Term):
    """Somebody's time in an organisation; one chair at a time."""

    class Position(models.TextChoices):
        CHAIR = "chair", "会长（主任）"
        VICE = "vice", "副会长（副主任）"
        MEMBER = "member", "成员"

    organization = models.ForeignKey(
        SocialOrganization, verbose_name="社会组织", on_delete=models.PROTECT, related_name="members"
    )
    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="memberships"
    )
    position = models.CharField("职务", max_length=10, choices=Position.choices, default=Position.MEMBER)

    objects = OrganizationMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "社会组织成员"
        verbose_name_plural = "社会组织成员"
        ordering = ["position", "starts_on", "id"]
        constraints = [
            end_after_start("org_member_dates"),
            models.UniqueConstraint(
                name="org_one_chair",
                fields=["organization"],
                condition=Q(position="chair", ends_on=None),
                violation_error_message="已有会长（主任），请先办理离任。",
            ),
            models.UniqueConstraint(
                name="org_member_once",
                fields=["organization", "person"],
                condition=Q(ends_on=None),
                violation_error_message="此人已是这个组织的成员。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}{self.get_position_display()} {self.person}"

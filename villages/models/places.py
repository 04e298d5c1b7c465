"""Districts, villages and communities, what they grow, and their villager groups."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from lianzhen.trail.versions import VersionedModel
from villages.models.names import NamedModel, NamedQuerySet
from villages.models.terms import end_after_founding, founding_day, runs_on
from villages.visibility import in_seen_villages, sees_all_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class LiaisonGroupQuerySet(models.QuerySet["LiaisonGroup"]):
    def visible_to(self, user: User) -> LiaisonGroupQuerySet:
        """All for town-wide roles; otherwise one's own, and those of the villages one works in."""
        if sees_all_villages(user):
            return self
        own = Q(pk__in=user.standing.groups())
        return self.filter(own | Q(villages__in=user.standing.villages())).distinct()


class LiaisonGroup(VersionedModel):
    """片区联络组: one of the town's three, guiding the teams of its district (`district_name`)."""

    name = models.CharField("联络组名称", max_length=40, unique=True)
    district_name = models.CharField("片区", max_length=40, unique=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = LiaisonGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "片区联络组"
        verbose_name_plural = "片区联络组"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class VillageQuerySet(NamedQuerySet):
    def visible_to(self, user: User) -> VillageQuerySet:
        return self.filter(in_seen_villages(user, ""))

    def current(self) -> VillageQuerySet:
        return self.filter(ended_on=None)

    def with_management(self, on: date) -> VillageQuerySet:
        """Annotate `self_governed`: whether the village governs itself on the day."""
        from villages.models.teams import SelfGovernance

        term = SelfGovernance.objects.filter(runs_on(on), village=OuterRef("pk"))
        return self.annotate(self_governed=Exists(term))


class Village(VersionedModel, NamedModel):
    """A village or community, known to the state by its 12-digit statistics code.

    Numbers are as reported by the village and may be unknown; 人, 户, 亩. `founded_on` empty: longer ago than
    the register.
    """

    class Kind(models.TextChoices):
        VILLAGE = "village", "村"
        COMMUNITY = "community", "社区"

    code = models.CharField(
        "统计代码",
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}\Z", "统计代码应为12位数字。")],
        error_messages={"unique": "已有村使用这个统计代码。"},
    )
    name = models.CharField("名称", max_length=30)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.VILLAGE)
    group = models.ForeignKey(
        LiaisonGroup, verbose_name="片区", on_delete=models.PROTECT, null=True, blank=True, related_name="villages"
    )
    population = models.PositiveIntegerField("人口（人）", null=True, blank=True)
    households = models.PositiveIntegerField("户数（户）", null=True, blank=True)
    group_count = models.PositiveSmallIntegerField("村民小组（个）", null=True, blank=True)
    arable_mu = models.DecimalField(
        "耕地（亩）", max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    party_members = models.PositiveSmallIntegerField("党员（名）", null=True, blank=True)
    motto = models.CharField("村训", max_length=60, blank=True)
    address = models.CharField("村部地址", max_length=100, blank=True)
    office_phone = models.CharField("村部电话", max_length=20, blank=True)
    founded_on = founding_day()
    ended_on = models.DateField("撤并日期", null=True, blank=True)
    end_reason = models.CharField("撤并说明", max_length=200, blank=True)

    objects = VillageQuerySet.as_manager()

    class Meta:
        verbose_name = "村（社区）"
        verbose_name_plural = "村（社区）"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="village_name_current",
                fields=["name"],
                condition=Q(ended_on=None),
                violation_error_message="已有同名的村。",
            ),
            models.CheckConstraint(
                name="village_code_digits",
                condition=Q(code__regex=r"^[0-9]{12}$"),
                violation_error_message="统计代码应为12位数字。",
            ),
            models.CheckConstraint(
                name="village_arable_positive",
                condition=Q(arable_mu=None) | Q(arable_mu__gte=0),
                violation_error_message="耕地面积不能小于0。",
            ),
            end_after_founding("village_end_after_founding"),
        ]

    def __str__(self) -> str:
        return self.name


class VillagePartQuerySet(models.QuerySet):
    """Rows that belong to one village through `village`."""

    def visible_to(self, user: User) -> VillagePartQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def current(self) -> VillagePartQuerySet:
        return self.filter(ended_on=None)


class Speciality(VersionedModel):
    """特色产业 with area (亩) and output in a unit of its own."""

    #: Ends with its village.
    holds_place = None

    village = models.ForeignKey(Village, verbose_name="村", on_delete=models.PROTECT, related_name="specialities")
    name = models.CharField("产业", max_length=40)
    area_mu = models.DecimalField(
        "面积（亩）", max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    output = models.DecimalField(
        "产量", max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    output_unit = models.CharField("产量单位", max_length=10, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    ended_on = models.DateField("停止日期", null=True, blank=True)

    objects = VillagePartQuerySet.as_manager()

    class Meta:
        verbose_name = "特色产业"
        verbose_name_plural = "特色产业"
        ordering = ["village__code", "name"]
        constraints = [
            models.UniqueConstraint(
                name="speciality_name_current",
                fields=["village", "name"],
                condition=Q(ended_on=None),
                violation_error_message="这个村已登记同名的特色产业。",
            ),
            models.CheckConstraint(
                name="speciality_positive",
                condition=(Q(area_mu=None) | Q(area_mu__gte=0)) & (Q(output=None) | Q(output__gte=0)),
            ),
            models.CheckConstraint(
                name="speciality_output_unit",
                condition=Q(output=None) | ~Q(output_unit=""),
                violation_error_message="填了产量，请同时填写产量单位。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def group_title(number: int, name: str) -> str:
    """What a villager group is called: by its name, or 第3组."""
    return name or f"第{number}组"


class VillagerGroup(VersionedModel):
    """村民小组, numbered within its village; `head` is its 组长."""

    village = models.ForeignKey(Village, verbose_name="村", on_delete=models.PROTECT, related_name="villager_groups")
    number = models.PositiveSmallIntegerField("组号", validators=[MinValueValidator(1)])
    name = models.CharField("组名", max_length=30, blank=True)
    households = models.PositiveIntegerField("户数（户）", null=True, blank=True)
    population = models.PositiveIntegerField("人口（人）", null=True, blank=True)
    head = models.ForeignKey(
        "villages.Person", verbose_name="组长", on_delete=models.PROTECT, null=True, blank=True, related_name="heads"
    )
    head_since = models.DateField("组长任职起", null=True, blank=True)
    founded_on = founding_day()
    ended_on = models.DateField("撤并日期", null=True, blank=True)

    objects = VillagePartQuerySet.as_manager()

    class Meta:
        verbose_name = "村民小组"
        verbose_name_plural = "村民小组"
        ordering = ["village__code", "number"]
        constraints = [
            models.UniqueConstraint(
                name="villager_group_number",
                fields=["village", "number"],
                condition=Q(ended_on=None),
                violation_error_message="这个村已有同号的村民小组。",
            ),
            models.CheckConstraint(
                name="villager_group_head_since",
                condition=Q(head=None, head_since=None) | Q(head__isnull=False, head_since__isnull=False),
                violation_error_message="组长和任职起始日期须同时填写。",
            ),
            models.CheckConstraint(name="villager_group_from_one", condition=Q(number__gte=1)),
            end_after_founding("villager_group_founded"),
        ]

    def __str__(self) -> str:
        return group_title(self.number, self.name)

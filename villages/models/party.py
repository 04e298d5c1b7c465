"""Party branch of a village and its party groups 党员小组."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from lianzhen.trail.versions import VersionedModel
from villages.models.places import VillagePartQuerySet
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class PartyBranch(VersionedModel):
    """党支部 (or 党总支) of a village; its secretary is the village's `CadreTerm` of that post."""

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="party_branches"
    )
    name = models.CharField("名称", max_length=60)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    objects = VillagePartQuerySet.as_manager()

    class Meta:
        verbose_name = "党支部"
        verbose_name_plural = "党支部"
        ordering = ["village__code", "name"]
        constraints = [
            models.UniqueConstraint(
                name="party_branch_name",
                fields=["village", "name"],
                condition=Q(ended_on=None),
                violation_error_message="这个村已有同名的党支部。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PartyGroupQuerySet(models.QuerySet["PartyGroup"]):
    def visible_to(self, user: User) -> PartyGroupQuerySet:
        return self.filter(in_seen_villages(user, "branch__village"))

    def current(self) -> PartyGroupQuerySet:
        return self.filter(ended_on=None)


class PartyGroup(VersionedModel):
    """党员小组: led by the branch, as the village committee leads the grid heads."""

    branch = models.ForeignKey(PartyBranch, verbose_name="党支部", on_delete=models.PROTECT, related_name="groups")
    name = models.CharField("名称", max_length=40)
    leader = models.ForeignKey(
        "villages.Person",
        verbose_name="组长",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="party_groups_led",
    )
    leader_since = models.DateField("组长任职起", null=True, blank=True)
    area = models.CharField("所辖范围", max_length=100, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    objects = PartyGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "党员小组"
        verbose_name_plural = "党员小组"
        ordering = ["branch__village__code", "name"]
        constraints = [
            models.UniqueConstraint(
                name="party_group_name",
                fields=["branch", "name"],
                condition=Q(ended_on=None),
                violation_error_message="这个党支部已有同名的党员小组。",
            ),
            models.CheckConstraint(
                name="party_group_leader_since",
                condition=Q(leader=None, leader_since=None) | Q(leader__isnull=False, leader_since__isnull=False),
                violation_error_message="组长和任职起始日期须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

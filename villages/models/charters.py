"""村规民约 with its versions."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from lianzhen.trail.versions import VersionedModel
from villages.models.places import VillagePartQuerySet


class VillageCharter(VersionedModel):
    """One version of a village's charter. A new text is a new version; adopted versions stay readable.

    A charter is adopted by the villagers' assembly and filed with the township
    (村民委员会组织法 §27).
    """

    #: Stays with a village that has ended, to be read there.
    holds_place = None

    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="charters"
    )
    number = models.PositiveSmallIntegerField("第几版", validators=[MinValueValidator(1)])
    title = models.CharField("标题", max_length=60)
    text = models.TextField("正文", max_length=20000)
    adopted_on = models.DateField("村民会议通过日期")
    filed_on = models.DateField("报镇备案日期", null=True, blank=True)

    objects = VillagePartQuerySet.as_manager()

    class Meta:
        verbose_name = "村规民约"
        verbose_name_plural = "村规民约"
        ordering = ["village__code", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="charter_version",
                fields=["village", "number"],
                violation_error_message="这一版已经登记，请刷新页面。",
            ),
            models.CheckConstraint(
                name="charter_filed_after",
                condition=Q(filed_on=None) | Q(filed_on__gte=F("adopted_on")),
                violation_error_message="备案日期不能早于通过日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"

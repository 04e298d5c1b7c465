"""The finest mesh: grids, the villager groups they cover, and their heads by dated term."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from lianzhen.accounts.roles import Role
from lianzhen.trail.versions import VersionedModel
from villages.models.terms import (
    Term,
    TermQuerySet,
    end_after_founding,
    end_after_start,
    founding_day,
    runs_on,
    stood_on,
)
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User
    from villages.models import VillagerGroup


def in_seen_grids(user: User, path: str = "") -> Q:
    """Grids of the villages one sees; for a grid head his own."""
    prefix = f"{path}__" if path else ""
    return in_seen_villages(user, f"{prefix}village") | Q(**{f"{prefix}pk__in": user.standing.grids(Role.GRIDHEAD)})


class GridQuerySet(models.QuerySet["Grid"]):
    def visible_to(self, user: User) -> GridQuerySet:
        return self.filter(in_seen_grids(user))

    def current(self) -> GridQuerySet:
        return self.filter(ended_on=None)

    def with_current_head(self, on: date) -> GridQuerySet:
        """Annotate who heads each grid on the day: `head_term_id`, `head_person_id`, `head_name`,
        `head_phone`, `head_since`, all None where nobody does, and `head_sound` to sort by ('' for a vacant
        grid, which both databases put first).

        One join, because no day has two heads; `term_now` names it for further conditions.
        """
        return self.annotate(term_now=FilteredRelation("head_terms", condition=runs_on(on, "head_terms__"))).annotate(
            head_term_id=F("term_now__pk"),
            head_person_id=F("term_now__person_id"),
            head_name=F("term_now__person__name"),
            head_phone=F("term_now__person__phone"),
            head_since=F("term_now__starts_on"),
            head_sound=Coalesce(F("term_now__person__pinyin"), Value("")),
        )

    def vacant(self, on: date) -> GridQuerySet:
        """Grids that existed on the day and had no head."""
        headed = GridHeadTerm.objects.on(on).filter(grid=OuterRef("pk"))
        return self.filter(~Exists(headed), stood_on(on))


class Grid(VersionedModel):
    """网格, numbered within its village; its code is the village's 12 digits and two more (domain.md §1.3).

    From `founded_on` on it exists (empty: longer ago than the register), from `ended_on` on no longer; its number
    is not given again.
    """

    village = models.ForeignKey("villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="grids")
    number = models.PositiveSmallIntegerField("网格号", validators=[MinValueValidator(1), MaxValueValidator(99)])
    code = models.CharField("网格编码", max_length=14, unique=True, editable=False)
    name = models.CharField("网格名称", max_length=30, blank=True)
    boundary = models.CharField("四至范围", max_length=300, blank=True)
    households = models.PositiveIntegerField("户数（户）", null=True, blank=True)
    residents = models.PositiveIntegerField("人口（人）", null=True, blank=True)
    founded_on = founding_day()
    ended_on = models.DateField("撤并日期", null=True, blank=True)
    end_reason = models.CharField("撤并说明", max_length=200, blank=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = "网格"
        verbose_name_plural = "网格"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="grid_number",
                fields=["village", "number"],
                violation_error_message="这个村已有（或曾有）同号的网格，网格号不重复使用。",
            ),
            models.CheckConstraint(
                name="grid_number_two_digits",
                condition=Q(number__gte=1, number__lte=99),
                violation_error_message="网格号应在1到99之间。",
            ),
            end_after_founding("grid_end_after_founding"),
        ]

    def __str__(self) -> str:
        return f"{self.village.name}{self.short_name}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_computed()
        super().save(*args, **kwargs)

    def fill_computed(self) -> None:
        """Set the columns that follow from others: before every writing, of one or of many."""
        self.code = f"{self.village.code}{self.number:02d}"

    @property
    def short_name(self) -> str:
        return self.name or f"第{self.number}网格"

    @property
    def post(self) -> str:
        """第1网格长: its head's title, without saying 网格 twice."""
        return f"{self.short_name}长" if self.short_name.endswith("网格") else f"{self.short_name}网格长"

    @property
    def head_title(self) -> str:
        """The title with the village before it."""
        return f"{self.village.name}{self.post}"

    @property
    def villager_groups(self) -> list[VillagerGroup]:
        """The villager groups that lie in the grid, by number; one query."""
        areas = self.areas.select_related("villager_group").order_by("villager_group__number", "pk")
        return [area.villager_group for area in areas]

    def head_on(self, day: date) -> GridHeadTerm | None:
        """The term of whoever headed the grid on the day, both ends included; None when it was vacant."""
        return self.head_terms.on(day).select_related("person").first()


class GridArea(models.Model):
    """A villager group lies in one grid. People are placed in a grid through their villager group, so that
    nobody types the same fact twice."""

    grid = models.ForeignKey(Grid, verbose_name="网格", on_delete=models.PROTECT, related_name="areas")
    villager_group = models.OneToOneField(
        "villages.VillagerGroup",
        verbose_name="村民小组",
        on_delete=models.PROTECT,
        related_name="grid_area",
        error_messages={"unique": "这个村民小组已划入另一个网格。"},
    )

    class Meta:
        verbose_name = "网格所辖村民小组"
        verbose_name_plural = "网格所辖村民小组"

    def __str__(self) -> str:
        return f"{self.grid}：{self.villager_group}"


class GridHeadTermQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> GridHeadTermQuerySet:
        return self.filter(in_seen_grids(user, "grid"))


class GridHeadTerm(VersionedModel, Term):
    """网格长 of a grid from a day to a day: at most one on any day (constraint and guard)."""

    class Reason(models.TextChoices):
        FIRST = "first", "首任"
        ELECTION = "election", "换届"
        AWAY = "away", "外出务工"
        HEALTH = "health", "身体原因"
        MOVED = "moved", "工作调整"
        OTHER = "other", "其他"

    grid = models.ForeignKey(Grid, verbose_name="网格", on_delete=models.PROTECT, related_name="head_terms")
    person = models.ForeignKey(
        "villages.Person", verbose_name="网格长", on_delete=models.PROTECT, related_name="grid_head_terms"
    )
    reason = models.CharField("更换原因", max_length=10, choices=Reason.choices, default=Reason.FIRST)

    objects = GridHeadTermQuerySet.as_manager()

    class Meta:
        verbose_name = "网格长任期"
        verbose_name_plural = "网格长任期"
        ordering = ["-starts_on", "-id"]
        constraints = [
            end_after_start("grid_head_dates"),
            models.UniqueConstraint(
                name="grid_one_current_head",
                fields=["grid"],
                condition=Q(ends_on=None),
                violation_error_message="这个网格已有网格长，请用“更换”办理。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid.head_title} {self.person}"

"""One register of persons, and the posts held in a village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from lianzhen import phones
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.trail.versions import VersionedModel
from villages.models.names import NamedModel, NamedQuerySet
from villages.models.terms import Term, TermQuerySet, end_after_start
from villages.visibility import VILLAGE_ROLES, in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class PersonQuerySet(NamedQuerySet):
    def visible_to(self, user: User) -> PersonQuerySet:
        """People of the villages one sees, the town's own staff (whom every worker may need to call),
        and oneself. The window sees staff only; a grid head sees himself only."""
        standing = user.standing
        if standing.has(*TOWN_WIDE):
            return self
        seen = Q(user_id=user.pk) | in_seen_villages(user, "village", people=True)
        if standing.has(*VILLAGE_ROLES, Role.DISTRICT, Role.WINDOW):
            seen |= Q(department__isnull=False)
        return self.filter(seen)

    def current(self) -> PersonQuerySet:
        return self.filter(ended_on=None)

    def staff(self) -> PersonQuerySet:
        return self.filter(department__isnull=False)

    def found_by(self, typed: str) -> PersonQuerySet:
        """By name, pinyin, initials, or the last four digits of the telephone number."""
        typed = typed.strip()
        if len(typed) == 4 and typed.isdigit():
            return self.filter(phone_tail=typed)
        return self.named_like(typed)


class Person(VersionedModel, NamedModel):
    """Somebody who holds, held or may hold a role: a resident of a village or a member of the town's staff.

    No identity number, no address below the villager group: nothing the work does not need
    (个人信息保护法 §6). Left, never deleted.
    """

    name_is_person = True

    class Gender(models.TextChoices):
        MALE = "m", "男"
        FEMALE = "f", "女"

    name = models.CharField("姓名", max_length=30)
    gender = models.CharField("性别", max_length=1, choices=Gender.choices, blank=True)
    phone = models.CharField("手机号", max_length=20, blank=True)
    phone_tail = models.CharField("手机号后四位", max_length=4, blank=True, editable=False, db_index=True)
    village = models.ForeignKey(
        "villages.Village",
        verbose_name="所在村",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
    )
    villager_group = models.ForeignKey(
        "villages.VillagerGroup",
        verbose_name="村民小组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
    )
    department = models.ForeignKey(
        "town.Department",
        verbose_name="站所（办）",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
    )
    origin = models.ForeignKey(
        "town.Department",
        verbose_name="原群工站",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people_from",
    )
    job_title = models.CharField("职务", max_length=40, blank=True)
    is_party_member = models.BooleanField("中共党员", default=False)
    party_group = models.ForeignKey(
        "villages.PartyGroup",
        verbose_name="党员小组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="账号",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
    )
    note = models.CharField("备注", max_length=200, blank=True)
    ended_on = models.DateField("离册日期", null=True, blank=True)
    end_reason = models.CharField("离册原因", max_length=200, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        ordering = ["pinyin", "id"]
        constraints = [
            models.CheckConstraint(
                name="person_belongs_somewhere",
                condition=Q(village__isnull=False) | Q(department__isnull=False),
                violation_error_message="请选择所在村，镇干部请选择站所（办）。",
            ),
            models.CheckConstraint(
                name="person_group_needs_village",
                condition=Q(villager_group=None) | Q(village__isnull=False),
                violation_error_message="选择村民小组前请先选择所在村。",
            ),
            models.CheckConstraint(
                name="person_party_group_member",
                condition=Q(party_group=None) | Q(is_party_member=True),
                violation_error_message="编入党员小组的须为中共党员。",
            ),
            models.CheckConstraint(
                name="person_end_reason",
                condition=Q(ended_on=None) | ~Q(end_reason=""),
                violation_error_message="请填写离册原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def fill_computed(self) -> None:
        super().fill_computed()
        self.phone_tail = phones.tail(self.phone)

    @property
    def masked_phone(self) -> str:
        return phones.mask(self.phone)


class CadreTermQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> CadreTermQuerySet:
        return self.filter(in_seen_villages(user, "village"))


class CadreTerm(VersionedModel, Term):
    """A post in a village's party branch or committee. `is_subsidised` marks a 村定补干部, who sits in the
    village office together with the team."""

    class Position(models.TextChoices):
        SECRETARY = "secretary", "支部书记"
        DEPUTY_SECRETARY = "deputy", "支部副书记"
        DIRECTOR = "director", "村主任"
        DEPUTY_DIRECTOR = "vice", "村副主任"
        COMMITTEE = "committee", "支委、村委委员"
        CLERK = "clerk", "村文书"
        WOMEN = "women", "妇联主席"
        OVERSIGHT = "oversight", "监委会主任"
        OTHER = "other", "其他"

    person = models.ForeignKey(Person, verbose_name="姓名", on_delete=models.PROTECT, related_name="cadre_terms")
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="cadre_terms"
    )
    position = models.CharField("职务", max_length=10, choices=Position.choices)
    is_subsidised = models.BooleanField("村定补干部", default=True)

    objects = CadreTermQuerySet.as_manager()

    class Meta:
        verbose_name = "村干部任职"
        verbose_name_plural = "村干部任职"
        ordering = ["village__code", "position", "-starts_on"]
        constraints = [
            end_after_start("cadre_term_dates"),
            models.UniqueConstraint(
                name="cadre_one_secretary",
                fields=["village", "position"],
                condition=Q(ends_on=None, position__in=["secretary", "director"]),
                violation_error_message="这个村的这一职务已有人担任，请先办理离任。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village}{self.get_position_display()} {self.person}"

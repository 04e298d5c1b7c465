"""Accounts and the roles granted to them."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lianzhen import phones
from lianzhen.accounts.roles import GRANTED, Role
from lianzhen.accounts.standing import Standing, standing_of
from lianzhen.pinyin import full_pinyin, initials
from lianzhen.trail.versions import VersionedModel


class UserQuerySet(models.QuerySet["User"]):
    def current(self) -> UserQuerySet:
        return self.filter(ended_at=None)

    def visible_to(self, user: User) -> UserQuerySet:
        """Accounts are seen by who keeps them, who checks them and who heads the office."""
        if user.standing.has(Role.SYSADMIN, Role.AUDITOR, Role.OFFICE_LEAD, Role.COMMITTEE):
            return self
        return self.filter(pk=user.pk)

    def holding(self, *roles: Role, on: date) -> UserQuerySet:
        """Current accounts to which one of the roles is granted on a day (granted roles only)."""
        grants = RoleGrant.objects.on(on).filter(role__in=roles)
        return self.current().filter(pk__in=grants.values("user_id"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str) -> User:
        return self.get(username__iexact=username)


class User(VersionedModel, AbstractBaseUser):
    """An account: one person's way in. Ended, never deleted. Roles follow from `standing`."""

    username = models.CharField("账号", max_length=30, unique=True, error_messages={"unique": "这个账号已有人使用。"})
    name = models.CharField("姓名", max_length=30)
    pinyin = models.CharField("拼音", max_length=120, editable=False, db_index=True)
    initials = models.CharField("拼音首字母", max_length=30, editable=False, db_index=True)
    phone = models.CharField(
        "手机号",
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": "这个手机号已用于另一个账号。"},
    )
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    large_text = models.BooleanField("大字版", default=False)
    created_at = models.DateTimeField("开通于", default=timezone.now, editable=False)
    password_reset_at = models.DateTimeField("上次重置密码", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("停用于", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        "self", verbose_name="停用人", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    #: Not kept: nobody counts who uses the system (国办函〔2026〕12号). Refused sign-ins are with axes.
    last_login = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        db_table = "account"
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["pinyin", "id"]
        constraints = [
            models.CheckConstraint(
                name="account_end_paired",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message="停用账号须同时写明时间和停用人。",
            ),
            models.CheckConstraint(name="account_phone_not_empty", condition=Q(phone=None) | ~Q(phone="")),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        super().clean()
        self.phone = self.phone or None

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_computed()
        super().save(*args, **kwargs)

    def fill_computed(self) -> None:
        """Set the columns that follow from others: before every writing, of one or of many."""
        self.pinyin = full_pinyin(self.name, person=True)[:120]
        self.initials = initials(self.name, person=True)[:30]

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.ended_at is None

    @cached_property
    def standing(self) -> Standing:
        """Roles and scope today. One query per provider, once per request."""
        return standing_of(self, timezone.localdate())

    def bare(self) -> User:
        """The number and the standing alone: what a `Statement` is written for and kept with, beyond the request."""
        user = User(pk=self.pk)
        user.standing = self.standing
        return user

    @property
    def is_staff(self) -> bool:
        """Django's admin site asks this; who may enter is decided by role."""
        return self.standing.has(Role.COMMITTEE, Role.OFFICE_LEAD, Role.OFFICE, Role.SYSADMIN, Role.AUDITOR)

    @property
    def masked_phone(self) -> str:
        return phones.mask(self.phone or "")

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Always False: rights are verdicts of our own, never Django's permission rows."""
        return False

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def on(self, day: date) -> RoleGrantQuerySet:
        # A grant taken back on its first day never counted: its holder must not go on until midnight.
        undone = Q(ended_at__isnull=False, ends_on=F("starts_on"))
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day).exclude(undone)


class RoleGrant(models.Model):
    """A role given to an account for a time, by whom and why. Ended, never deleted."""

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=20, choices=[(r.value, r.label) for r in GRANTED])
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    reason = models.CharField("依据", max_length=200)
    granted_at = models.DateTimeField("授予于", default=timezone.now, editable=False)
    granted_by = models.ForeignKey(
        User, verbose_name="授予人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("收回于", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, verbose_name="收回人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        db_table = "role_grant"
        verbose_name = "角色授予"
        verbose_name_plural = "角色授予"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="role_grant_known", condition=Q(role__in=[r.value for r in GRANTED])),
            models.CheckConstraint(
                name="role_grant_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                name="role_grant_end_paired",
                condition=Q(ended_at=None) | Q(ended_at__isnull=False, ended_by__isnull=False, ends_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="role_grant_one_open",
                fields=["user", "role"],
                condition=Q(ends_on=None),
                violation_error_message="这个账号已有这项角色。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.get_role_display()}"

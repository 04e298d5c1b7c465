"""驻村登记: who sat in the village office on which day, what was done, and what was looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.work_areas import topic_names
from lianzhen.accounts.roles import Role
from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_seen_villages, in_served_days, in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


#: Who sits in a village office on duty days.
SITTING = (Role.LEADER, Role.MEMBER, Role.CADRE)


class TeamRowQuerySet(models.QuerySet):
    """Rows that belong to a team: seen by whoever sees its village."""

    def visible_to(self, user: User) -> TeamRowQuerySet:
        return self.filter(in_seen_villages(user, "team__village"))


class DutyLogQuerySet(TeamRowQuerySet):
    def visible_to(self, user: User) -> DutyLogQuerySet:
        """And those of the days on which one served."""
        return self.filter(in_worked_villages(user, "team__village", SITTING) | in_served_days(user, "team", "day"))

    def counted(self) -> DutyLogQuerySet:
        """Those that count as a day of duty."""
        return self.filter(state=DutyLog.State.REGISTERED)


class DutyLog(VersionedModel):
    """One team, one day: entries of several members merge here, so there is never a second row for the day."""

    class State(models.TextChoices):
        REGISTERED = "registered", "已登记"
        PENDING = "pending", "补登待同意"
        DECLINED = "declined", "不同意补登"
        WITHDRAWN = "withdrawn", "已撤销"

    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="duty_logs"
    )
    day = models.DateField("驻村日期", db_index=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REGISTERED)
    late_reason = models.CharField("补登原因", max_length=300, blank=True)
    created_at = models.DateTimeField("登记于", default=timezone.now)
    created_by = by_field("登记人", optional=True)
    decided_at = models.DateTimeField("办理于", null=True, blank=True)
    decided_by = by_field("办理人", optional=True)
    decision_note = models.CharField("办理意见", max_length=300, blank=True)

    objects = DutyLogQuerySet.as_manager()

    class Meta:
        verbose_name = "驻村登记"
        verbose_name_plural = "驻村登记"
        ordering = ["-day", "team__village__code"]
        # A town's week, and what waits for consent, without reading ten years of days.
        indexes = [models.Index(fields=["state", "day"], name="duty_log_state_day_idx")]
        constraints = [
            models.UniqueConstraint(
                name="duty_log_team_day", fields=["team", "day"], violation_error_message="这一天已登记过驻村。"
            ),
            paired("duty_log_decided", "decided"),
            models.CheckConstraint(
                name="duty_log_state_known",
                condition=Q(state__in=["registered", "pending", "declined", "withdrawn"]),
                violation_error_message="请选择状态。",
            ),
            models.CheckConstraint(
                name="duty_log_pending_reason",
                condition=~Q(state="pending") | ~Q(late_reason=""),
                violation_error_message="请填写补登原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}{self.day.year}年{self.day.month}月{self.day.day}日驻村登记"

    @property
    def counts(self) -> bool:
        return self.state == self.State.REGISTERED


class DutyAttendanceQuerySet(models.QuerySet["DutyAttendance"]):
    def visible_to(self, user: User) -> DutyAttendanceQuerySet:
        past = in_served_days(user, "log__team", "log__day")
        return self.filter(in_worked_villages(user, "log__team__village", SITTING) | past)

    def counted(self) -> DutyAttendanceQuerySet:
        """Present, and not disputed: what a day of duty may rest on."""
        return self.filter(state=DutyAttendance.State.PRESENT, log__state=DutyLog.State.REGISTERED)

    def disputed(self) -> DutyAttendanceQuerySet:
        """Under a dispute that nobody has settled."""
        return self.filter(state=DutyAttendance.State.DISPUTED, disputed_at__isnull=False)


class DutyAttendance(VersionedModel):
    """One person present on the day: a member of the team, a cadre of the village, or somebody's substitute."""

    class State(models.TextChoices):
        PRESENT = "present", "在岗"
        DISPUTED = "disputed", "有异议"
        WITHDRAWN = "withdrawn", "已撤销"

    class Session(models.TextChoices):
        WHOLE = "whole", "全天"
        MORNING = "morning", "上午"
        AFTERNOON = "afternoon", "下午"

    class Source(models.TextChoices):
        SELF = "self", "本人登记"
        COLLEAGUE = "colleague", "同事登记"
        OFFICE = "office", "联村办代录"

    log = models.ForeignKey(DutyLog, verbose_name="驻村登记", on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="duty_attendances"
    )
    session = models.CharField("时段", max_length=10, choices=Session.choices, default=Session.WHOLE)
    source = models.CharField("登记方式", max_length=10, choices=Source.choices, default=Source.SELF)
    as_substitute = models.ForeignKey(
        "appraisal.Leave",
        verbose_name="替班",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stood_in_days",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PRESENT)
    #: The device's own clock, where an entry waited on a phone; `created_at` is when the server had it.
    device_at = models.DateTimeField("手机时间", null=True, blank=True)
    created_at = models.DateTimeField("登记于", default=timezone.now)
    created_by = by_field("登记人", optional=True)
    dispute_reason = models.CharField("异议说明", max_length=300, blank=True)
    disputed_at = models.DateTimeField("提出异议于", null=True, blank=True)
    disputed_by = by_field("提出人", optional=True)
    resolved_at = models.DateTimeField("处理于", null=True, blank=True)
    resolved_by = by_field("处理人", optional=True)
    resolution = models.CharField("处理意见", max_length=300, blank=True)

    objects = DutyAttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "驻村人员"
        verbose_name_plural = "驻村人员"
        ordering = ["log", "id"]
        # The few among two hundred thousand that `disputed` looks for.
        indexes = [
            models.Index(fields=["disputed_at"], condition=Q(disputed_at__isnull=False), name="duty_disputed_idx")
        ]
        constraints = [
            models.UniqueConstraint(
                name="duty_person_once", fields=["log", "person"], violation_error_message="这一天已登记过这个人。"
            ),
            paired("duty_disputed", "disputed"),
            paired("duty_resolved", "resolved"),
            models.CheckConstraint(
                name="duty_dispute_has_reason",
                condition=~Q(state="disputed") | (~Q(dispute_reason="") & Q(disputed_at__isnull=False)),
                violation_error_message="请说明哪里不对。",
            ),
            models.CheckConstraint(
                name="duty_codes_known",
                condition=Q(
                    state__in=["present", "disputed", "withdrawn"],
                    session__in=["whole", "morning", "afternoon"],
                    source__in=["self", "colleague", "office"],
                ),
                violation_error_message="请从选项中选择。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.log}）"


class TopicsField(models.JSONField):
    """Codes of `work_areas.TOPICS`, told on the trail by their names."""

    def in_words(self, codes: list[str]) -> str:
        return topic_names(codes)


class DutyNote(VersionedModel):
    """What was done on the day, in the words of whoever wrote it."""

    log = models.ForeignKey(DutyLog, verbose_name="驻村登记", on_delete=models.PROTECT, related_name="notes")
    topics = TopicsField("做了什么", default=list, blank=True)
    text = models.CharField("补充说明", max_length=300, blank=True)
    created_at = models.DateTimeField("登记于", default=timezone.now)
    created_by = by_field("登记人", optional=True)
    withdrawn_at = models.DateTimeField("撤销于", null=True, blank=True)
    withdrawn_by = by_field("撤销人", optional=True)

    class Meta:
        verbose_name = "驻村内容"
        verbose_name_plural = "驻村内容"
        ordering = ["id"]
        constraints = [paired("duty_note_withdrawn", "withdrawn")]

    def __str__(self) -> str:
        return f"{self.log}的内容"


class DutyPhotoQuerySet(models.QuerySet["DutyPhoto"]):
    def visible_to(self, user: User) -> DutyPhotoQuerySet:
        """Those not taken down, of the days one sees."""
        past = in_served_days(user, "log__team", "log__day")
        return self.filter(in_worked_villages(user, "log__team__village", SITTING) | past, withdrawn_at=None)


class DutyPhoto(VersionedModel):
    """An optional photo, shrunk and without EXIF (where and when it was taken is nobody's business)."""

    log = models.ForeignKey(DutyLog, verbose_name="驻村登记", on_delete=models.PROTECT, related_name="photos")
    stored_as = models.CharField("文件", max_length=80, unique=True)
    width = models.PositiveIntegerField("宽（像素）")
    height = models.PositiveIntegerField("高（像素）")
    created_at = models.DateTimeField("上传于", default=timezone.now)
    created_by = by_field("上传人", optional=True)
    withdrawn_at = models.DateTimeField("撤下于", null=True, blank=True)
    withdrawn_by = by_field("撤下人", optional=True)

    objects = DutyPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "驻村照片"
        verbose_name_plural = "驻村照片"
        ordering = ["id"]
        constraints = [paired("duty_photo_withdrawn", "withdrawn")]

    def __str__(self) -> str:
        return f"{self.log}的照片"


class DutyShift(VersionedModel):
    """顺延、调休: another day of the same week stands for a fixed day that could not be kept.

    `from_day` is empty when the week has too few fixed days that are worked and the system proposed one more.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待同意"
        ACCEPTED = "accepted", "已同意"
        DECLINED = "declined", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="duty_shifts"
    )
    from_day = models.DateField("原固定办公日", null=True, blank=True)
    to_day = models.DateField("改为")
    reason = models.CharField("原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField("提出于", default=timezone.now)
    created_by = by_field("提出人", optional=True)
    decided_at = models.DateTimeField("办理于", null=True, blank=True)
    decided_by = by_field("办理人", optional=True)
    decision_note = models.CharField("办理意见", max_length=300, blank=True)

    objects = TeamRowQuerySet.as_manager()

    class Meta:
        verbose_name = "调休"
        verbose_name_plural = "调休"
        ordering = ["-to_day", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="duty_shift_one_to",
                fields=["team", "to_day"],
                condition=Q(state__in=["asked", "accepted"]),
                violation_error_message="这一天已有一次调休。",
            ),
            models.UniqueConstraint(
                name="duty_shift_one_from",
                fields=["team", "from_day"],
                condition=Q(state__in=["asked", "accepted"], from_day__isnull=False),
                violation_error_message="这个固定办公日已申请过调休。",
            ),
            models.CheckConstraint(
                name="duty_shift_moves",
                condition=Q(from_day=None) | ~Q(from_day=F("to_day")),
                violation_error_message="改到的日子应与原固定办公日不同。",
            ),
            models.CheckConstraint(
                name="duty_shift_decided",
                condition=Q(state__in=["asked", "withdrawn"], decided_at=None, decided_by=None)
                | Q(
                    state__in=["accepted", "declined", "withdrawn"], decided_at__isnull=False, decided_by__isnull=False
                ),
                violation_error_message="同意或不同意须写明何时由谁办理。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}调休至{self.to_day.month}月{self.to_day.day}日"


class SpotCheck(VersionedModel):
    """抽查: somebody of the town or of the county looked into the village office. An empty office is not yet an
    absence: the team explains within the days of the rules, the office or the liaison group accepts or confirms
    (domain.md §1.2). A subsidy formula may charge more for what the county found (被县查到)."""

    class Found(models.TextChoices):
        PRESENT = "present", "在岗"
        NOBODY = "nobody", "未见到人"

    class Source(models.TextChoices):
        """Who looked, in the words of `ScoreEntry.Source`."""

        TOWN = "town", "镇检查"
        COUNTY = "county", "县暗访、县通报"

    class State(models.TextChoices):
        SETTLED = "settled", "在岗，无需说明"
        ASKED = "asked", "待说明"
        EXPLAINED = "explained", "已说明待认定"
        ACCEPTED = "accepted", "说明成立"
        CONFIRMED = "confirmed", "认定缺岗"
        WITHDRAWN = "withdrawn", "已撤销"

    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="spot_checks"
    )
    day = models.DateField("抽查日期")
    at = models.TimeField("到村部时间")
    source = models.CharField("发现方式", max_length=10, choices=Source.choices, default=Source.TOWN)
    found = models.CharField("情况", max_length=10, choices=Found.choices)
    people = models.ManyToManyField("villages.Person", verbose_name="在岗人员", blank=True, related_name="+")
    note = models.CharField("所见", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    explain_by = models.DateField("说明截止", null=True, blank=True)
    explanation = models.CharField("说明", max_length=500, blank=True)
    explained_at = models.DateTimeField("说明于", null=True, blank=True)
    explained_by = by_field("说明人", optional=True)
    decided_at = models.DateTimeField("认定于", null=True, blank=True)
    decided_by = by_field("认定人", optional=True)
    decision_note = models.CharField("认定意见", max_length=300, blank=True)
    created_at = models.DateTimeField("登记于", default=timezone.now)
    created_by = by_field("登记人", optional=True)

    objects = TeamRowQuerySet.as_manager()

    class Meta:
        verbose_name = "抽查"
        verbose_name_plural = "抽查"
        ordering = ["-day", "-id"]
        constraints = [
            paired("spot_explained", "explained"),
            paired("spot_decided", "decided"),
            models.CheckConstraint(
                name="spot_state_fits",
                condition=Q(found="present", state__in=["settled", "withdrawn"])
                | (
                    Q(
                        found="nobody",
                        state__in=["asked", "explained", "accepted", "confirmed", "withdrawn"],
                        explain_by__isnull=False,
                    )
                ),
                violation_error_message="抽查情况与状态不符。",
            ),
            models.CheckConstraint(
                name="spot_source_known",
                condition=Q(source__in=["town", "county"]),
                violation_error_message="请选择发现方式。",
            ),
            # Whoever found the office empty, or wrote down that the county did, does not judge the explanation.
            models.CheckConstraint(
                name="spot_other_decides",
                condition=Q(decided_by=None) | Q(created_by=None) | ~Q(decided_by=F("created_by")),
                violation_error_message="抽查由登记人以外的同志认定。",
            ),
            models.CheckConstraint(
                name="spot_decision_has_decider",
                condition=~Q(state__in=["accepted", "confirmed"]) | Q(decided_at__isnull=False),
                violation_error_message="认定须写明何时由谁作出。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}{self.day.month}月{self.day.day}日抽查"

    @property
    def is_by_county(self) -> bool:
        return self.source == self.Source.COUNTY

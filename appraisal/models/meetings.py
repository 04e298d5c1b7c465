"""周例会 and 议定事项: decisions with owner and date, followed until they are done."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from appraisal.models.duty import by_field, paired
from appraisal.models.weekly_reports import TownNeed, is_monday
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.periods import Week
from lianzhen.trail.versions import VersionedModel
from villages.models import Person

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


#: Who sits in the meeting or is bound by it, and who checks on it.
MEETING_READERS = (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR)


class MeetingQuerySet(models.QuerySet["WeeklyMeeting"]):
    def visible_to(self, user: User) -> MeetingQuerySet:
        return self if user.standing.has(*MEETING_READERS) else self.none()


class WeeklyMeeting(VersionedModel):
    """The meeting of one week. Its agenda is a document of a moment (`agenda`): made when the meeting is set up,
    made anew on demand and every night until the day, and kept as the meeting had it. Minutes are fixed when
    the record is closed."""

    class State(models.TextChoices):
        PLANNED = "planned", "待召开"
        CLOSED = "closed", "已召开"

    week_start = models.DateField("周一", unique=True, error_messages={"unique": "这一周的例会已经建立。"})
    held_on = models.DateField("日期")
    held_at = models.TimeField("时间", null=True, blank=True)
    place = models.CharField("地点", max_length=50, blank=True)
    chair = models.ForeignKey(
        "villages.Person", verbose_name="主持人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    minutes = models.TextField("会议记录", max_length=5000, blank=True)
    #: `meeting_agenda.Agenda.as_json`. Not on the trail: every fact in it is, where it was recorded.
    agenda = models.JSONField("议程", default=dict, blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    created_at = models.DateTimeField("新建于", default=timezone.now)
    created_by = by_field("新建人", optional=True)
    closed_at = models.DateTimeField("记录完成于", null=True, blank=True)
    closed_by = by_field("记录人", optional=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "周例会"
        verbose_name_plural = "周例会"
        ordering = ["-week_start"]
        constraints = [
            is_monday("meeting_monday"),
            paired("meeting_closed", "closed"),
            models.CheckConstraint(
                name="meeting_state_fits",
                condition=Q(state="planned", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                violation_error_message="例会的状态与记录完成时间不符。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week.title}例会"

    @property
    def week(self) -> Week:
        return Week.of(self.week_start)


class MeetingAttendance(VersionedModel):
    """Who was called to a meeting, and who came."""

    class State(models.TextChoices):
        CALLED = "called", "应到"
        PRESENT = "present", "到会"
        LATE = "late", "迟到"
        EXCUSED = "excused", "请假"
        ABSENT = "absent", "缺席"

    meeting = models.ForeignKey(
        WeeklyMeeting, verbose_name="周例会", on_delete=models.PROTECT, related_name="attendances"
    )
    person = models.ForeignKey(
        "villages.Person", verbose_name="姓名", on_delete=models.PROTECT, related_name="meeting_attendances"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam",
        verbose_name="联村工作组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    #: As whom, on the day: a later change of post does not rewrite who was called.
    called_as = models.CharField("以何职务参会", max_length=60)
    by_hand = models.BooleanField("另外通知", default=False)
    state = models.CharField("到会情况", max_length=10, choices=State.choices, default=State.CALLED)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "到会情况"
        verbose_name_plural = "到会情况"
        ordering = ["meeting", "id"]
        constraints = [
            models.UniqueConstraint(
                name="meeting_person_once",
                fields=["meeting", "person"],
                violation_error_message="这个人已在应到名单中。",
            ),
            models.CheckConstraint(
                name="meeting_excuse_has_note",
                condition=~Q(state="excused") | ~Q(note=""),
                violation_error_message="请写明请假事由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.meeting}）"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> DecisionQuerySet:
        """All for those who sit in the meeting; whoever else is to see to one sees that one."""
        return self if user.standing.has(*MEETING_READERS) else self.owed_by(user)

    def open(self) -> DecisionQuerySet:
        return self.filter(state=Decision.State.OPEN)

    def standing(self) -> DecisionQuerySet:
        """Being seen to, or seen to: without what was dropped."""
        return self.exclude(state=Decision.State.DROPPED)

    def overdue(self, today: date) -> DecisionQuerySet:
        return self.open().filter(due_on__lt=today)

    def owed_by(self, user: User) -> DecisionQuerySet:
        """Those that the user, the user's teams or the user's department see to."""
        departments = Person.objects.filter(user_id=user.pk).values("department_id")
        mine = Q(owner__user_id=user.pk) | Q(department_id__in=departments)
        return self.filter(mine | Q(team_id__in=user.standing.teams()))


class Decision(VersionedModel):
    """议定事项: what was decided, who sees to it, by when, and how it ended."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "已落实"
        DROPPED = "dropped", "不再办理"

    meeting = models.ForeignKey(
        WeeklyMeeting, verbose_name="周例会", on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("议定事项", max_length=500)
    team = models.ForeignKey(
        "villages.LiaisonTeam",
        verbose_name="责任工作组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
    )
    department = models.ForeignKey(
        "town.Department",
        verbose_name="责任站所（办）",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    owner = models.ForeignKey(
        "villages.Person", verbose_name="责任人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField("期限")
    need = models.ForeignKey(
        TownNeed,
        verbose_name="来自村里的事项",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField("议定于", default=timezone.now)
    created_by = by_field("记录人", optional=True)
    result = models.CharField("落实情况", max_length=500, blank=True)
    ended_at = models.DateTimeField("结束于", null=True, blank=True)
    ended_by = by_field("办理人", optional=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "议定事项"
        verbose_name_plural = "议定事项"
        ordering = ["-meeting__week_start", "number"]
        constraints = [
            models.UniqueConstraint(
                name="decision_number",
                fields=["meeting", "number"],
                violation_error_message="这次例会已有同号的议定事项。",
            ),
            models.CheckConstraint(
                name="decision_has_owner",
                condition=Q(team__isnull=False) | Q(department__isnull=False) | Q(owner__isnull=False),
                violation_error_message="请选择责任工作组、责任站所（办）或责任人。",
            ),
            paired("decision_ended", "ended"),
            models.CheckConstraint(
                name="decision_end_fits",
                condition=Q(state="open", ended_at=None)
                | (Q(state__in=["done", "dropped"], ended_at__isnull=False) & ~Q(result="")),
                violation_error_message="请填写落实情况。",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def owners(self) -> str:
        """Everybody who sees to it: 示例一村联村工作组、联村工作办、李某."""
        return "、".join(str(one) for one in (self.team, self.department, self.owner) if one)

    def is_overdue(self, today: date) -> bool:
        return self.state == self.State.OPEN and self.due_on < today

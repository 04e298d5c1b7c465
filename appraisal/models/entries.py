"""扣分、加分记录: one row, one clause, one fact. Once notified never edited: withdrawn or reversed with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.duty import by_field, paired
from appraisal.models.points import MarksField, is_first_of_month
from appraisal.rules.scheme import AppliesTo
from lianzhen.trail.versions import VersionedModel
from villages.visibility import NOTHING, in_served_days, in_worked_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


def of_served_days(user: User, path: str = "") -> Q:
    """Entries (at `path`, e.g. `"entry__"`) about the days on which the user served in a team that he has left, or
    that the team was told of while he served: what happened before he came was his to answer then. And those that
    he appealed against himself: a posting may be ended as of a day before he did."""
    from appraisal.models.appeals import Appeal

    if not user.standing.served:
        return NOTHING
    days = in_served_days(user, f"{path}team", f"{path}occurred_on")
    filed = Appeal.objects.filter(filed_by_id=user.pk, entry__team__in={one.team for one in user.standing.served})
    own = Q(**{f"{path or 'pk__'}in": filed.order_by().values("entry")})
    return days | in_served_days(user, f"{path}team", f"{path}notified_at__date") | own


def is_of_served_days(user: User, entry: ScoreEntry) -> bool:
    """As `of_served_days`, for one that is at hand. No query."""
    told = timezone.localdate(entry.notified_at) if entry.notified_at else entry.occurred_on
    return any(user.standing.served_on(entry.team_id, day) for day in (entry.occurred_on, told))


class ScoreEntryQuerySet(models.QuerySet["ScoreEntry"]):
    def visible_to(self, user: User) -> ScoreEntryQuerySet:
        """Of the villages one sees, and of one's days in a team one has left; a draft, and what waits for a second
        person, only where it is worked on."""
        seen, past = in_worked_villages(user, "village"), of_served_days(user)
        told = Q(recorded_by_id=user.pk) | ~Q(state__in=[ScoreEntry.State.DRAFT, ScoreEntry.State.WAITING])
        if not user.standing.has("office", "office_lead", "committee", "auditor", "district"):
            seen &= told
        return self.filter(seen | (past & told) if user.standing.served else seen)

    def of_month(self, month: object) -> ScoreEntryQuerySet:
        return self.filter(month=month)

    def counting(self) -> ScoreEntryQuerySet:
        """States whose points count now."""
        return self.filter(state__in=ScoreEntry.COUNTING)

    def pending(self) -> ScoreEntryQuerySet:
        """States shown beside the total as 另有待定."""
        return self.filter(state__in=ScoreEntry.PENDING)


class ScoreEntry(VersionedModel):
    """扣分单 or 加分单 (`kind`), about a village and, where one serves there, its team.

    What may change later is frozen here: the clause's number and text, the calculation, names. `points` (分) is
    the size as the rule computed it, never below zero. `month` is the appraisal month it counts in.

    Deduction: 草稿 → 待复核 → 已通知 → 已生效 → 已锁定; 申诉中 → 维持 (已生效) · 变更 · 撤销.
    Bonus: 已申报 → 片区已出意见 → 已核实 → 已同意 / 不同意 → 已锁定.
    Withdrawn (作废) before its effect, reversed (撤销) after it, both with a reason; the row stays.
    """

    class Kind(models.TextChoices):
        DEDUCTION = "deduction", "扣分"
        BONUS = "bonus", "加分"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        WAITING = "waiting", "待复核"
        NOTIFIED = "notified", "已通知"
        APPEALED = "appealed", "申诉中"
        EFFECTIVE = "effective", "已生效"
        CHANGED = "changed", "申诉后变更"
        REVOKED = "revoked", "申诉后撤销"
        CLAIMED = "claimed", "已申报"
        OPINION = "opinion", "片区已出意见"
        VERIFIED = "verified", "已核实"
        AGREED = "agreed", "已同意"
        DECLINED = "declined", "不同意"
        RETURNED = "returned", "复核退回"
        WITHDRAWN = "withdrawn", "已作废"
        REVERSED = "reversed", "已撤销"

    class Source(models.TextChoices):
        TOWN = "town", "镇检查"
        COUNTY = "county", "县暗访、县通报"
        VILLAGERS = "villagers", "群众反映"
        SYSTEM = "system", "平台建议"
        CLAIM = "claim", "工作组申报"
        OTHER = "other", "其他"

    #: Notified deductions count at once and stop counting only while an appeal is open.
    COUNTING = ("notified", "effective", "changed", "agreed")
    PENDING = ("waiting", "appealed", "claimed", "opinion", "verified")
    #: Never told to anybody: as if not written yet.
    UNCOUNTED = ("draft", "returned")
    #: Nothing follows these.
    OVER = ("revoked", "declined", "withdrawn", "reversed")
    #: A village may end once every entry about it is decided.
    holds_place = Q(state__in=(*PENDING, *UNCOUNTED))

    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    month = models.DateField("考核月份", db_index=True)
    clause = models.ForeignKey(
        "appraisal.Clause", verbose_name="条款", on_delete=models.PROTECT, related_name="entries"
    )
    clause_number = models.CharField("条款号", max_length=8)
    clause_text = models.CharField("条款内容", max_length=300)
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="score_entries"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam",
        verbose_name="联村工作组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="score_entries",
    )
    concerns = models.CharField(
        "计入", max_length=8, choices=[(one.value, one.label) for one in AppliesTo], default=AppliesTo.BOTH.value
    )
    occurred_on = models.DateField("发生日期")
    source = models.CharField("发现方式", max_length=10, choices=Source.choices, default=Source.TOWN)
    #: Answers to the rule's questions: `EntryValues.to_json`.
    values = models.JSONField("数量", default=dict)
    points = MarksField("分值")
    #: What an appeal left of a deduction, or what was verified of a bonus that claimed more.
    changed_points = MarksField("变更后分值", null=True, blank=True)
    calculation = models.CharField("计算", max_length=200)
    fact = models.CharField("事实", max_length=200)
    reason = models.CharField("酌情理由", max_length=200, blank=True)
    record_number = models.CharField("检查记录编号", max_length=50, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    suggestion = models.OneToOneField(
        "appraisal.Suggestion",
        verbose_name="建议扣分",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entry",
    )
    #: The locked entry that this one puts right in a later, open month.
    corrects = models.ForeignKey(
        "self", verbose_name="更正", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    recorded_at = models.DateTimeField("登记于", default=timezone.now)
    recorded_by = by_field("登记人", optional=True)
    needs_second = models.BooleanField("须复核", default=False)
    confirmed_at = models.DateTimeField("复核于", null=True, blank=True)
    confirmed_by = by_field("复核人", optional=True)
    confirm_note = models.CharField("复核意见", max_length=300, blank=True)
    opinion_at = models.DateTimeField("片区意见于", null=True, blank=True)
    opinion_by = by_field("片区意见人", optional=True)
    opinion_for = models.BooleanField("片区同意", null=True, blank=True)
    opinion = models.CharField("片区意见", max_length=300, blank=True)
    verified_at = models.DateTimeField("核实于", null=True, blank=True)
    verified_by = by_field("核实人", optional=True)
    verify_note = models.CharField("核实情况", max_length=300, blank=True)
    notified_at = models.DateTimeField("通知于", null=True, blank=True)
    appeal_until = models.DateTimeField("申诉截止", null=True, blank=True)
    read_at = models.DateTimeField("工作组已读于", null=True, blank=True)
    read_by = by_field("阅读人", optional=True)
    ended_at = models.DateTimeField("作废或撤销于", null=True, blank=True)
    ended_by = by_field("作废或撤销人", optional=True)
    end_reason = models.CharField("作废或撤销原因", max_length=300, blank=True)
    rectify_by = models.DateField("整改期限", null=True, blank=True)
    rectified_on = models.DateField("整改完成日期", null=True, blank=True)
    rectify_result = models.CharField("整改情况", max_length=300, blank=True)
    rectified_at = models.DateTimeField("整改登记于", null=True, blank=True)
    rectified_by = by_field("整改登记人", optional=True)
    rectify_checked_at = models.DateTimeField("整改核查于", null=True, blank=True)
    rectify_checked_by = by_field("整改核查人", optional=True)
    rectify_ok = models.BooleanField("整改到位", null=True, blank=True)
    rectify_note = models.CharField("整改核查情况", max_length=300, blank=True)

    objects = ScoreEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "扣分加分"
        verbose_name_plural = "扣分加分"
        ordering = ["-occurred_on", "-id"]
        indexes = [
            # Read by every score: the lines of a month, and of one village in it.
            models.Index(fields=["month", "village"], name="entry_month_village_idx"),
            # Lists come newest first; the inbox asks for the few that wait for somebody.
            models.Index(fields=["-occurred_on", "-id"], name="entry_newest_idx"),
            models.Index(fields=["state"], name="entry_state_idx"),
        ]
        constraints = [
            is_first_of_month("entry_month_first", "month"),
            paired("entry_confirmed", "confirmed"),
            paired("entry_opinion", "opinion"),
            paired("entry_read", "read"),
            paired("entry_ended", "ended"),
            paired("entry_rectified", "rectified"),
            paired("entry_verified", "verified"),
            paired("entry_rectify_checked", "rectify_checked"),
            models.CheckConstraint(
                name="entry_points_not_negative",
                condition=Q(points__gte=0) & (Q(changed_points=None) | Q(changed_points__gte=0)),
                violation_error_message="分值不能小于0。",
            ),
            models.CheckConstraint(
                name="entry_never_worse",
                condition=Q(changed_points=None) | Q(changed_points__lte=F("points")),
                violation_error_message="变更后的分值不能大于原来的分值。",
            ),
            models.CheckConstraint(
                name="entry_second_person",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")),
                violation_error_message="登记人不能复核自己登记的记录。",
            ),
            models.CheckConstraint(
                name="entry_opinion_other",
                condition=Q(opinion_by=None) | ~Q(opinion_by=F("recorded_by")),
                violation_error_message="申报人不能出片区意见。",
            ),
            models.CheckConstraint(
                name="entry_verifier_other",
                condition=Q(verified_by=None)
                | (~Q(verified_by=F("recorded_by")) & (Q(confirmed_by=None) | ~Q(confirmed_by=F("verified_by")))),
                violation_error_message="申报、核实、同意由不同的人办理。",
            ),
            models.CheckConstraint(
                name="entry_rectify_other",
                condition=Q(rectify_checked_by=None) | ~Q(rectify_checked_by=F("rectified_by")),
                violation_error_message="填写整改情况的人不能核查整改。",
            ),
            # A deduction that counts was confirmed where it had to be, and told to the team.
            models.CheckConstraint(
                name="entry_confirmed_if_needed",
                condition=Q(kind="bonus")
                | Q(needs_second=False)
                | ~Q(state__in=["notified", "appealed", "effective", "changed", "revoked"])
                | Q(confirmed_at__isnull=False),
                violation_error_message="须复核的扣分，复核后才能通知。",
            ),
            models.CheckConstraint(
                name="entry_notified_fits",
                condition=Q(kind="bonus")
                | ~Q(state__in=["notified", "appealed", "effective", "changed", "revoked"])
                | (Q(notified_at__isnull=False) & Q(appeal_until__isnull=False)),
                violation_error_message="通知须写明时间和申诉截止时间。",
            ),
            models.CheckConstraint(
                name="entry_state_of_kind",
                condition=Q(
                    kind="deduction",
                    state__in=[
                        "draft",
                        "waiting",
                        "returned",
                        "notified",
                        "appealed",
                        "effective",
                        "changed",
                        "revoked",
                        "withdrawn",
                        "reversed",
                    ],
                )
                | Q(
                    kind="bonus",
                    state__in=[
                        "draft",
                        "claimed",
                        "opinion",
                        "verified",
                        "agreed",
                        "declined",
                        "withdrawn",
                        "reversed",
                    ],
                ),
                violation_error_message="状态与扣分、加分的办理步骤不符。",
            ),
            models.CheckConstraint(
                name="entry_agreed_fits",
                condition=~Q(state="agreed") | Q(confirmed_at__isnull=False),
                violation_error_message="加分须核实后同意。",
            ),
            models.CheckConstraint(
                name="entry_end_has_reason",
                condition=~Q(state__in=["withdrawn", "reversed"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                violation_error_message="请写明作废或撤销的原因。",
            ),
            models.CheckConstraint(
                name="entry_changed_fits",
                condition=~Q(state="changed") | Q(changed_points__isnull=False),
                violation_error_message="变更须写明变更后的分值。",
            ),
            models.CheckConstraint(name="entry_fact", condition=~Q(fact=""), violation_error_message="请填写事实。"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.village}{self.clause_number}"

    @property
    def effective_points(self) -> object:
        """Points (分) after an appeal or verification."""
        return self.points if self.changed_points is None else self.changed_points


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        """With the entry or the appeal that it belongs to, until it is taken down."""
        from appraisal.models.appeals import Appeal

        entries = Q(entry__in=ScoreEntry.objects.visible_to(user))
        return self.filter(entries | Q(appeal__in=Appeal.objects.visible_to(user)), withdrawn_at=None)


class Evidence(VersionedModel):
    """A photo or file that shows the fact. The duty to bring it is the recorder's, never the team's."""

    entry = models.ForeignKey(
        ScoreEntry, verbose_name="扣分加分", on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    appeal = models.ForeignKey(
        "appraisal.Appeal",
        verbose_name="申诉",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
    )
    name = models.CharField("名称", max_length=120)
    stored_as = models.CharField("文件", max_length=80, unique=True)
    is_photo = models.BooleanField("照片", default=False)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    created_at = models.DateTimeField("上传于", default=timezone.now)
    created_by = by_field("上传人", optional=True)
    withdrawn_at = models.DateTimeField("撤下于", null=True, blank=True)
    withdrawn_by = by_field("撤下人", optional=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "证据"
        verbose_name_plural = "证据"
        ordering = ["id"]
        constraints = [
            paired("evidence_withdrawn", "withdrawn"),
            models.CheckConstraint(
                name="evidence_of_one",
                condition=Q(entry__isnull=False, appeal=None) | Q(entry=None, appeal__isnull=False),
                violation_error_message="证据属于一条扣分加分，或一件申诉。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

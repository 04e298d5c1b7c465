"""年总结 and 年考核: a year from the leaders' own reports to the grades that the committee gave and announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.points import MarksField
from appraisal.ranking import place_words
from lianzhen.trail.columns import by_field, paired
from lianzhen.trail.versions import VersionedModel
from villages.models.self_governance import others
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User


class AnnualAssessmentQuerySet(models.QuerySet["AnnualAssessment"]):
    def visible_to(self, user: User) -> AnnualAssessmentQuerySet:
        return self if user.standing.holdings else self.none()


class AnnualAssessment(VersionedModel):
    """The assessment of all teams in one year (年考核).

    自评和核查 → 待党委评定 → 已评定 → 已公布. `scheme`: the version that judges the year's last month; `terms` its
    rules of the year (`year_terms.YearTerms`), copied when the assessment began, so that a year is judged by one rule.
    """

    class State(models.TextChoices):
        SUMMARY = "summary", "自评和核查"
        COMMITTEE = "committee", "待党委评定"
        DECIDED = "decided", "已评定"
        TOLD = "told", "已公布"

    #: Grades stand.
    GRADED = ("decided", "told")

    year = models.PositiveSmallIntegerField("年度", unique=True, error_messages={"unique": "这一年的考核已经开始。"})
    scheme = models.ForeignKey(
        "appraisal.Scheme", verbose_name="考核方案", on_delete=models.PROTECT, related_name="years"
    )
    terms = models.JSONField("年考核办法", default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUMMARY)
    opened_at = models.DateTimeField("开始于", default=timezone.now)
    opened_by = by_field("开始人", optional=True)
    handed_at = models.DateTimeField("提交评定于", null=True, blank=True)
    handed_by = by_field("提交评定人", optional=True)
    decided_on = models.DateField("党委评定日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    over_quota_reason = models.CharField("超出优秀比例的理由", max_length=300, blank=True)
    decided_at = models.DateTimeField("登记评定于", null=True, blank=True)
    decided_by = by_field("登记评定的人", optional=True)
    notice = models.ForeignKey(
        "appraisal.IssuedDocument",
        verbose_name="结果通报",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = AnnualAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "年考核"
        verbose_name_plural = "年考核"
        ordering = ["-year"]
        constraints = [
            paired("year_handed", "handed"),
            paired("year_decided", "decided"),
            others(
                "year_decided_other", "decided", "handed", message="提交评定的人不能登记评定，请由其他党委委员办理。"
            ),
            models.CheckConstraint(
                name="year_state_fits",
                condition=Q(state="summary", handed_at=None, decided_at=None)
                | Q(state="committee", handed_at__isnull=False, decided_at=None)
                | Q(state__in=["decided", "told"], handed_at__isnull=False, decided_at__isnull=False),
                violation_error_message="提交和评定须写明何时由谁办理。",
            ),
            models.CheckConstraint(
                name="year_decision_fits",
                condition=Q(decided_at=None, decided_on=None, basis="", over_quota_reason="")
                | Q(decided_at__isnull=False, decided_on__isnull=False) & ~Q(basis=""),
                violation_error_message="评定须写明日期和依据。",
            ),
            models.CheckConstraint(
                name="year_told_fits",
                condition=Q(state="told", notice__isnull=False) | ~Q(state="told") & Q(notice=None),
                violation_error_message="结果通报印发后才算已公布。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年考核"

    @property
    def is_graded(self) -> bool:
        return self.state in self.GRADED


class AnnualSummaryQuerySet(models.QuerySet["AnnualSummary"]):
    def visible_to(self, user: User) -> AnnualSummaryQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def taking_part(self) -> AnnualSummaryQuerySet:
        return self.exclude(state=AnnualSummary.State.OUT)


class AnnualSummary(VersionedModel):
    """年总结 of one team and year: 组长自评 → 片区意见 → 联村办核查 → 已核查; 不参加 for a team that ended.

    `facts` hold what the twelve months say (`year_prefill`), taken when the page was made and frozen when it is
    sent; `saved` the steps that the leader has been through. The texts begin from the facts and are the leader's.
    """

    #: Of a year's work; a village may end while it goes on.
    holds_place = None

    class State(models.TextChoices):
        DRAFT = "draft", "组长自评"
        DISTRICT = "district", "片区意见"
        OFFICE = "office", "联村办核查"
        CHECKED = "checked", "已核查"
        OUT = "out", "不参加"

    WAITING = ("district", "office", "checked")

    assessment = models.ForeignKey(
        AnnualAssessment, verbose_name="年考核", on_delete=models.PROTECT, related_name="summaries"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="annual_summaries"
    )
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="annual_summaries"
    )
    #: In the order of districts and villages.
    position = models.PositiveSmallIntegerField("序号")
    village_name = models.CharField("村名", max_length=30)
    district_name = models.CharField("片区", max_length=30, blank=True)
    leader_name = models.CharField("组长", max_length=30, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    on_behalf = models.BooleanField("联村办代录", default=False)
    facts = models.JSONField("全年数据", default=dict, blank=True)
    saved = models.JSONField("已保存的步骤", default=list, blank=True)
    work = models.TextField("主要工作", max_length=2000, blank=True)
    highlights = models.TextField("亮点", max_length=1000, blank=True)
    problems = models.TextField("问题", max_length=1000, blank=True)
    plans = models.TextField("下年打算", max_length=1000, blank=True)
    written_at = models.DateTimeField("填写于", null=True, blank=True)
    written_by = by_field("填写人", optional=True)
    submitted_at = models.DateTimeField("报送于", null=True, blank=True)
    submitted_by = by_field("报送人", optional=True)
    opinion = models.CharField("片区意见", max_length=500, blank=True)
    opinion_grade = models.CharField("片区建议等次", max_length=10, blank=True)
    opinion_at = models.DateTimeField("片区意见于", null=True, blank=True)
    opinion_by = by_field("出意见的人", optional=True)
    check_note = models.CharField("核查情况", max_length=500, blank=True)
    checked_at = models.DateTimeField("核查于", null=True, blank=True)
    checked_by = by_field("核查人", optional=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    returned_at = models.DateTimeField("退回于", null=True, blank=True)
    returned_by = by_field("退回人", optional=True)
    out_reason = models.CharField("不参加的原因", max_length=300, blank=True)

    objects = AnnualSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = "年总结"
        verbose_name_plural = "年总结"
        ordering = ["-assessment__year", "position"]
        constraints = [
            *(
                paired(f"annual_summary_{stem}", stem)
                for stem in ("written", "submitted", "opinion", "checked", "returned")
            ),
            models.UniqueConstraint(
                name="annual_summary_once",
                fields=["assessment", "team"],
                violation_error_message="这个工作组这一年的总结已经建立。",
            ),
            others(
                "annual_summary_opinion_other",
                "opinion",
                "written",
                "submitted",
                message="填写自评的人不能出片区意见，请由其他同志办理。",
            ),
            others(
                "annual_summary_check_other",
                "checked",
                "written",
                "submitted",
                "opinion",
                message="填写自评和出意见的人不能核查，请由其他同志办理。",
            ),
            models.CheckConstraint(
                name="annual_summary_state_fits",
                condition=Q(state="draft", opinion_at=None, checked_at=None)
                | Q(state="district", submitted_at__isnull=False, opinion_at=None, checked_at=None)
                | Q(state="office", submitted_at__isnull=False, opinion_at__isnull=False, checked_at=None)
                | Q(state="checked", submitted_at__isnull=False, opinion_at__isnull=False, checked_at__isnull=False)
                | Q(state="out"),
                violation_error_message="年总结的状态与办理经过不符。",
            ),
            models.CheckConstraint(
                name="annual_summary_out_fits",
                condition=Q(state="out") & ~Q(out_reason="") | ~Q(state="out") & Q(out_reason=""),
                violation_error_message="不参加年考核的，请写明原因。",
            ),
            models.CheckConstraint(
                name="annual_summary_sent_whole",
                condition=Q(state__in=["draft", "out"])
                | (~Q(work="") & ~Q(highlights="") & ~Q(problems="") & ~Q(plans="")),
                violation_error_message="主要工作、亮点、问题和下年打算都写好后才能报送。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_name}{self.assessment.year}年总结"

    @property
    def team_name(self) -> str:
        return f"{self.village_name}联村工作组"


class AnnualGradeQuerySet(models.QuerySet["AnnualGrade"]):
    def visible_to(self, user: User) -> AnnualGradeQuerySet:
        return self.filter(in_seen_villages(user, "village"))

    def standing(self) -> AnnualGradeQuerySet:
        """Of the teams that take part."""
        return self.exclude(summary__state=AnnualSummary.State.OUT)


class AnnualGrade(VersionedModel):
    """One team's result in a year: figures as frozen when the year was handed to the committee, the grade proposed
    by rule, the grade given. Frozen anew when a year that was sent back is handed in again. Points 分.

    A team that was scored in no month of the year has no score, no place and no proposal.
    """

    #: Of frozen figures and names; a village may end while it goes on.
    holds_place = None

    assessment = models.ForeignKey(
        AnnualAssessment, verbose_name="年考核", on_delete=models.PROTECT, related_name="grades"
    )
    summary = models.OneToOneField(
        AnnualSummary, verbose_name="年总结", on_delete=models.PROTECT, related_name="result"
    )
    team = models.ForeignKey(
        "villages.LiaisonTeam", verbose_name="联村工作组", on_delete=models.PROTECT, related_name="annual_grades"
    )
    village = models.ForeignKey(
        "villages.Village", verbose_name="村", on_delete=models.PROTECT, related_name="annual_grades"
    )
    position = models.PositiveSmallIntegerField("序号")
    #: [{"month": "2018-10", "total": "96.5", "village": "97.0", "place": 3}, …] of the months scored.
    months = models.JSONField("各月得分", default=list, blank=True)
    #: [{"quarter": "2018-Q4", "grade": "好"}, …] of the quarters decided.
    quarters = models.JSONField("各季等次", default=list, blank=True)
    score = MarksField("年度得分", null=True, blank=True)
    village_score = MarksField("村年度得分", null=True, blank=True)
    #: How team and village hang together, in words, as the year was judged.
    linkage = models.CharField("与村挂钩", max_length=300, blank=True)
    place = models.PositiveSmallIntegerField("名次", null=True, blank=True)
    tied = models.BooleanField("并列", default=False)
    proposed = models.CharField("建议等次", max_length=10, blank=True)
    proposed_why = models.CharField("建议理由", max_length=200, blank=True)
    grade = models.CharField("等次", max_length=10, blank=True)
    reason = models.CharField("与建议不同的理由", max_length=200, blank=True)
    graded_at = models.DateTimeField("评定于", null=True, blank=True)
    graded_by = by_field("评定登记人", optional=True)

    objects = AnnualGradeQuerySet.as_manager()

    class Meta:
        verbose_name = "年考核等次"
        verbose_name_plural = "年考核等次"
        ordering = ["-assessment__year", "position"]
        constraints = [
            models.UniqueConstraint(name="annual_grade_once", fields=["assessment", "team"]),
            paired("annual_grade_graded", "graded"),
            models.CheckConstraint(
                name="annual_grade_scored",
                condition=Q(score=None, place=None, village_score=None, proposed="")
                | Q(score__isnull=False, place__isnull=False, village_score__isnull=False) & ~Q(proposed=""),
                violation_error_message="有得分的工作组才有名次和建议等次。",
            ),
            models.CheckConstraint(
                name="annual_grade_why_other",
                condition=Q(grade=F("proposed")) | Q(grade="") | ~Q(reason=""),
                violation_error_message="等次与建议不同的，请写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.summary.team_name}{self.assessment.year}年考核等次"

    @property
    def place_text(self) -> str:
        if self.place is None:
            return "—"
        return place_words(self.place, tied=self.tied)

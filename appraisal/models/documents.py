"""What was announced: papers as issued, the town's own templates, and what stands on every paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from appraisal.models.duty import by_field
from appraisal.papers.content import Paper, from_json
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.trail.versions import VersionedModel
from villages.visibility import in_seen_villages

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Whoever works for the town or a village; who only keeps the accounts reads no papers.
SERVING = (Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR, Role.CADRE, Role.WINDOW)
#: Whoever served lately reads what is for everybody as before.
STAFF = (*TOWN_WIDE, *SERVING, Role.FORMER)


class IssuedDocumentQuerySet(models.QuerySet["IssuedDocument"]):
    def visible_to(self, user: User) -> IssuedDocumentQuerySet:
        """Papers for all staff; those with people's amounts for the town alone; those about one village where
        that village is seen."""
        if user.standing.has(*TOWN_WIDE):
            return self
        if not user.standing.has(*STAFF):
            return self.none()
        return self.filter(audience=IssuedDocument.Audience.STAFF).filter(
            Q(village=None) | in_seen_villages(user, "village")
        )

    def of_period(self, kind: str, period: str) -> IssuedDocumentQuerySet:
        """Newest first, without their texts."""
        return self.filter(kind=kind, period=period).defer("body", "words")


class IssuedDocument(models.Model):
    """One paper as issued: its text, its file and who signed. Written once; the database refuses any change.
    A mistake is put right by a further issue that names the former (`corrects`)."""

    #: Stays with a village that has ended, to be read there.
    holds_place = None

    class Kind(models.TextChoices):
        BULLETIN = "bulletin", "周通报"
        MONTHLY_NOTICE = "month_notice", "月公示"
        MONTHLY_BULLETIN = "month_bulletin", "月通报"
        QUARTERLY_REVIEW = "quarter_review", "季讲评"
        PAYOUT = "payout", "季兑现清单"
        ANNUAL_RESULT = "annual_result", "年考核结果"
        ANNUAL_FORM = "annual_form", "年度考核表"
        SELFGOV_RESULT = "selfgov_result", "自治村年考核"
        COUNTY_REPORT = "county_report", "汇报材料"

    class Audience(models.TextChoices):
        STAFF = "staff", "全体工作人员"
        OFFICE = "office", "镇党委和联村办"

    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    year = models.PositiveSmallIntegerField("年份")
    #: 期号, sequential within kind and year; empty where the kind is not numbered.
    number = models.PositiveSmallIntegerField("期号", null=True, blank=True)
    total_number = models.PositiveIntegerField("总期号", null=True, blank=True)
    #: 发文字号 from the general office of the party and government; typed, never counted here.
    official_number = models.CharField("发文字号", max_length=40, blank=True)
    #: "2018-W42", "2018-10", "2018-Q4", "2018", or "2018-01-01_2018-09-30".
    period = models.CharField("所属时间", max_length=24)
    title = models.CharField("标题", max_length=120)
    body = models.JSONField("内容")
    #: All words of the paper, for the search of the shelf.
    words = models.TextField("全文", blank=True)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    signed_at = models.DateTimeField("签发于")
    signed_by = by_field("签发人")
    issued_at = models.DateTimeField("印发于", default=timezone.now)
    issued_by = by_field("印发人")
    corrects = models.ForeignKey(
        "self", verbose_name="更正", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    village = models.ForeignKey(
        "villages.Village",
        verbose_name="村",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
    )
    audience = models.CharField("阅读范围", max_length=10, choices=Audience.choices, default=Audience.STAFF)

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "已印发文件"
        verbose_name_plural = "已印发文件"
        ordering = ["-issued_at", "-id"]
        indexes = [
            # The shelf: one kind or one year, newest first.
            models.Index(name="document_kind_period", fields=["kind", "period"]),
            models.Index(name="document_latest", fields=["-issued_at", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="document_number_once",
                fields=["kind", "year", "number"],
                violation_error_message="这一期号已用过，请刷新页面后再签发。",
            ),
            models.UniqueConstraint(
                name="document_total_once",
                fields=["kind", "total_number"],
                violation_error_message="这一总期号已用过，请刷新页面后再签发。",
            ),
            models.CheckConstraint(
                name="document_numbers_pair",
                condition=Q(number=None, total_number=None) | Q(number__gte=1, total_number__gte=F("number")),
                violation_error_message="期号和总期号须同时有，总期号不小于期号。",
            ),
            models.CheckConstraint(
                name="document_not_itself",
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
                violation_error_message="文件不能更正它自己。",
            ),
            models.CheckConstraint(
                name="document_has_checksum",
                condition=~Q(sha256="") & Q(size__gt=0),
                violation_error_message="印发的文件须有校验值。",
            ),
        ]

    def __str__(self) -> str:
        number = self.official_number or (f"{self.year}年第{self.number}期" if self.number else "")
        return f"{self.title}（{number}）" if number else self.title

    @property
    def numbered(self) -> str:
        """2018年第30期（总第30期）, or the 发文字号, or nothing."""
        if self.official_number:
            return self.official_number
        return issue_number(self.year, self.number, self.total_number) if self.number else ""

    @property
    def paper(self) -> Paper:
        """The text as issued."""
        return from_json(self.body)


class DocumentFile(models.Model):
    """The .docx as issued. In the database, beside its row: stored with it or not at all, in every backup, and as
    unchangeable. A table of its own, so that lists never read it."""

    document = models.OneToOneField(
        IssuedDocument, verbose_name="文件", on_delete=models.PROTECT, primary_key=True, related_name="file"
    )
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = "文件原件"
        verbose_name_plural = "文件原件"

    def __str__(self) -> str:
        return f"{self.document}原件"


class DocumentTemplateQuerySet(models.QuerySet["DocumentTemplate"]):
    def visible_to(self, user: User) -> DocumentTemplateQuerySet:
        return self if user.standing.has(*TOWN_WIDE) else self.none()


class DocumentTemplate(VersionedModel):
    """One version of a Word template. The newest chosen one of a style is in use; none means the shipped one."""

    class Style(models.TextChoices):
        BRIEFING = "briefing", "简报式"
        OFFICIAL = "official", "红头公文式"
        PLAIN = "plain", "无报头"

    style = models.CharField("式样", max_length=10, choices=Style.choices)
    name = models.CharField("文件名", max_length=120)
    note = models.CharField("说明", max_length=200, blank=True)
    content = models.BinaryField("模板")
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    uploaded_at = models.DateTimeField("上传于", default=timezone.now)
    uploaded_by = by_field("上传人")
    in_use = models.BooleanField("使用中", default=False)

    objects = DocumentTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "文件模板"
        verbose_name_plural = "文件模板"
        ordering = ["style", "-uploaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="template_one_in_use",
                fields=["style"],
                condition=Q(in_use=True),
                violation_error_message="同一式样只能使用一个模板。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_style_display()}模板（{self.name}）"


class PaperSettings(VersionedModel):
    """What stands on every paper: one row, whose id is 1."""

    id = models.PositiveSmallIntegerField("编号", primary_key=True, default=1, editable=False)
    bulletin_name = models.CharField("报名", max_length=12, default="联村工作通报")
    issuing_unit = models.CharField("编印单位", max_length=30, blank=True)
    official_name = models.CharField("发文机关标志", max_length=30, blank=True)
    report_to = models.CharField("报", max_length=200, blank=True)
    send_to = models.CharField("送", max_length=200, blank=True)
    distribute_to = models.CharField("发", max_length=200, blank=True)
    copies = models.PositiveSmallIntegerField(
        "共印份数", default=0, validators=[MaxValueValidator(9999, "共印份数不能大于9999。")]
    )
    notice_phone = models.CharField("公示联系电话", max_length=20, blank=True)
    #: Issues of the bulletin before the platform: in all, and in the year `before_year`.
    before_total = models.PositiveSmallIntegerField(
        "启用平台前已编印总期数", default=0, validators=[MaxValueValidator(9999, "总期数不能大于9999。")]
    )
    before_year = models.PositiveSmallIntegerField("启用平台的年份", null=True, blank=True)
    before_number = models.PositiveSmallIntegerField(
        "当年已编印期数", default=0, validators=[MaxValueValidator(999, "当年期数不能大于999。")]
    )

    class Meta:
        verbose_name = "编印设置"
        verbose_name_plural = "编印设置"
        constraints = [
            models.CheckConstraint(
                name="paper_settings_one_row", condition=Q(id=1), violation_error_message="编印设置只有一份。"
            ),
            models.CheckConstraint(
                name="paper_settings_before",
                condition=Q(before_number=0) | Q(before_year__isnull=False),
                violation_error_message="填写当年已编印期数时，请同时填写启用平台的年份。",
            ),
            models.CheckConstraint(
                name="paper_settings_total",
                condition=Q(before_total__gte=F("before_number")),
                violation_error_message="总期数不能小于当年已编印期数。",
            ),
        ]

    def __str__(self) -> str:
        return "编印设置"

    @classmethod
    def current(cls) -> PaperSettings:
        """The town's, or the shipped ones before anybody set them. One query."""
        return cls.objects.first() or cls()

    @property
    def to_lines(self) -> tuple[str, ...]:
        """报：… 送：… 发：… as far as they are set."""
        lines = (("报", self.report_to), ("送", self.send_to), ("发", self.distribute_to))
        return tuple(f"{word}：{names}" for word, names in lines if names)


def issue_number(year: int, number: int, total: int | None) -> str:
    """2018年第30期（总第30期）"""
    return f"{year}年第{number}期（总第{total}期）"

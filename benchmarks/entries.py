"""What is measured. A page is one line of `PAGES`, a workbook one line of `EXPORTS`, work that writes one of `WORKS`.

To be imported after `django.setup()`. A page that a new part of the platform adds belongs here the day it is
built; rows that it needs in numbers come from `bulk.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.test import Client
from django.urls import reverse
from works import QUEUE, bulletin_word, county_word, log_a_day, sync_fifty, year_form_word, year_notice_word
from works_scores import CLOSING, TRIAL, lock_a_month, try_a_year

from appraisal.models import AnnualAssessment, AnnualSummary, AppraisalMonth, Bulletin
from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.models import User
from lianzhen.periods import Month, Quarter
from villages.models import SocialOrganization, Village

BACKEND = "lianzhen.accounts.backends.AccountOrPhoneBackend"
#: Kilobytes after gzip (design §14): a page of a phone, and a page that shows a long list.
PHONE, LONG = 25, 30
#: Milliseconds that entering one day may take.
ONE_DAY = 50
#: Milliseconds that a .docx may take.
ONE_FILE = 3000


class Sample:
    """One of each kind, the same at every size: the first village and whoever belongs to it."""

    @cached_property
    def village(self) -> Village:
        return Village.objects.current().order_by("code").first()

    @cached_property
    def grid(self) -> Grid:
        return Grid.objects.current().filter(village=self.village).order_by("number").first()

    @cached_property
    def head(self) -> Any:
        return GridHeadTerm.objects.open().filter(grid__village=self.village).order_by("pk").first().person

    @cached_property
    def team(self) -> Any:
        return self.village.teams.order_by("pk").first()

    @cached_property
    def member(self) -> Any:
        """Who has served longest: a member on every day that is entered anew."""
        return self.team.postings.open().order_by("starts_on", "pk").select_related("person").first().person

    @cached_property
    def account(self) -> User:
        return User.objects.get(username="demo_leader")

    @cached_property
    def organization(self) -> SocialOrganization:
        return SocialOrganization.objects.current().filter(village=self.village).order_by("pk").first()

    @cached_property
    def running(self) -> str:
        """The key of the month that takes entries."""
        return Month.of(AppraisalMonth.objects.exclude(state__in=AppraisalMonth.SEALED).earliest("month").month).key

    @cached_property
    def sealed(self) -> str:
        """Of the last one that was locked, its subsidies not yet checked: they are worked out at each look."""
        return Month.of(AppraisalMonth.objects.filter(state=AppraisalMonth.State.FINAL).latest("month").month).key

    @cached_property
    def quarter(self) -> str:
        """The last one that was locked whole."""
        months = set(AppraisalMonth.objects.sealed().values_list("month", flat=True))
        return max(Quarter.of(day).key for day in months if {m.start for m in Quarter.of(day).months} <= months)

    @cached_property
    def year(self) -> str:
        """The last one that the committee decided."""
        return str(AnnualAssessment.objects.filter(state__in=AnnualAssessment.GRADED).latest("year").year)

    @cached_property
    def summary(self) -> Any:
        return AnnualSummary.objects.filter(assessment__year=int(self.year), village=self.village).latest("pk")

    @cached_property
    def told(self) -> str:
        """The week of the latest weekly bulletin."""
        return str(Bulletin.objects.filter(kind=Bulletin.Kind.WEEK).latest("starts_on").period.key)


@dataclass(frozen=True)
class Entry:
    """`ask(client, sample)` sends one request as the demo account of `role`.

    `kind`: page, export or work, each judged by its own targets (`report.misses`). `bounded`: asks for as much at
    any size of the town, so that it must not ask the database more often in a county. `budget`: kilobytes after
    gzip at the town's own size; None where the design names none. `most`: milliseconds that work may take.
    """

    name: str
    role: str
    ask: Callable[[Client, Sample], Any]
    kind: str = "page"
    bounded: bool = True
    budget: int | None = None
    most: int | None = None


def page(name: str, role: str, address: str, *of: str, query: str = "", budget: int = PHONE) -> Entry:
    """A page by the name of its address; `of` names what of the sample it is about."""
    return Entry(name, role, lambda client, sample: client.get(_address(address, sample, *of) + query), budget=budget)


def export(name: str, address: str, *of: str, role: str = "office") -> Entry:
    """The workbook of a list: as many statements as it has portions of a thousand rows."""
    return Entry(
        name, role, lambda client, sample: client.post(_address(address, sample, *of)), kind="export", bounded=False
    )


def _address(name: str, sample: Sample, *of: str) -> str:
    about = (getattr(sample, each) for each in of)
    return reverse(name, args=[one if isinstance(one, str) else one.pk for one in about])


PAGES = (
    page("首页（联村办）", "office", "home"),
    page("首页（组长）", "leader", "home"),
    page("首页（网格长）", "gridhead", "home"),
    page("驻村一览", "office", "duty_matrix"),
    page("我的驻村", "leader", "duty_me"),
    page("登记驻村", "leader", "duty_add"),
    page("驻村月统计", "office", "duty_statistics"),
    page("周报一览", "office", "weekly_list"),
    page("谁没跟上", "committee", "behind"),
    page("请假公出", "office", "leave_list"),
    page("得分（本月）", "office", "score_list", "running", budget=LONG),
    page("得分（已定稿）", "office", "score_list", "sealed", budget=LONG),
    page("这个分怎么来的", "leader", "score_page", "running", "team"),
    page("这个分怎么来的（已定稿）", "leader", "score_page", "sealed", "team"),
    page("月考核", "office", "month", "running"),
    page("得分预览", "office", "month_preview", "running", budget=LONG),
    page("扣分", "office", "deduction_list", budget=LONG),
    page("加分", "office", "bonus_list", budget=LONG),
    page("审核", "office_lead", "approval_list"),
    page("申诉", "office_lead", "appeal_list", budget=LONG),
    page("补助清单", "office", "subsidy_list", "sealed", budget=LONG),
    page("村（社区）", "office", "village_list"),
    page("一个村", "office", "village", "village"),
    page("联村工作组", "office", "team_list"),
    page("一个工作组", "leader", "team", "team"),
    page("片区联络组", "office", "district_list"),
    page("网格", "office", "grid_list", budget=LONG),
    page("一个网格", "office", "grid", "grid"),
    page("更换网格长", "office", "grid_replace", "grid"),
    page("网格四类人员", "office", "grid_coverage", budget=LONG),
    page("人员", "office", "person_list", budget=LONG),
    page("一个人", "office", "person", "head"),
    page("登记人员", "office", "person_add"),
    page("通报", "office", "bulletin_list"),
    page("周通报", "office", "bulletin", "told", budget=LONG),
    page("季讲评", "office", "quarter", "quarter"),
    page("季讲评材料", "office", "quarter_material", "quarter", "team"),
    page("年考核", "office", "year", "year", budget=LONG),
    page("年考核等次", "committee", "year_grades", "year", budget=LONG),
    page("年总结", "leader", "year_summary", "year", "summary"),
    page("年度考核表", "leader", "year_form", "year", "summary"),
    page("年考核对比", "committee", "year_compare", "year", budget=LONG),
    page("文件柜", "office", "document_list"),
    page("社会组织", "office", "organization_list", budget=LONG),
    page("一个社会组织", "office", "organization", "organization"),
    page("搜索", "office", "search", query="?q=李"),
    page("消息", "leader", "notices"),
    page("导入", "office", "import_list"),
    page("账号", "sysadmin", "account_list"),
    page("操作记录", "auditor", "audit_list", budget=LONG),
    page("工作日历", "office", "calendar"),
    page("管理面板", "office", "admin:index"),
)
EXPORTS = (
    export("导出驻村一览", "duty_matrix"),
    export("导出得分", "score_list", "running"),
    export("导出补助清单", "subsidy_list", "sealed"),
    export("导出村（社区）", "village_list"),
    export("导出网格", "grid_list"),
    export("导出社会组织", "organization_list"),
    export("导出人员", "person_list"),
)
#: Work that writes, e.g. fifty records sent at once by a phone that was offline: every request is new work.
WORKS = (
    Entry("登记一天驻村", "leader", log_a_day, kind="work", most=ONE_DAY),
    Entry("上传待传的50条", "leader", sync_fifty, kind="work", bounded=False, most=QUEUE * ONE_DAY),
    Entry("定稿", "office_lead", lock_a_month, kind="work", bounded=False, most=CLOSING),
    Entry("试算12个月", "office_lead", try_a_year, kind="work", most=TRIAL),
    Entry("周通报（Word）", "office", bulletin_word, kind="work", most=ONE_FILE),
    Entry("一年的汇报材料（Word）", "office", county_word, kind="work", most=ONE_FILE),
    Entry("年度考核表（Word）", "office", year_form_word, kind="work", most=ONE_FILE),
    Entry("年考核结果通报（Word）", "office", year_notice_word, kind="work", most=ONE_FILE),
)


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=f"demo_{role}"), backend=BACKEND)
    return client

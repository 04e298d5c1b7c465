"""更多, 帮助 and 无障碍说明."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.guard import guarded, public
from lianzhen.permissions import OFFICE, use_own_pages

FIELD = (Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR, Role.CADRE)


@dataclass(frozen=True)
class Topic:
    """One job explained on one screen; `roles` are those whose job it is (none: everybody's)."""

    slug: str
    title: str
    summary: str
    roles: tuple[Role, ...] = ()

    @property
    def template(self) -> str:
        return f"help/topics/{self.slug}.html"

    @property
    def url(self) -> str:
        return reverse("help_topic", args=[self.slug])


TOPICS = (
    Topic("signing-in", "登录和密码", "首次登录、改密码、密码忘了、等10分钟"),
    Topic("large-text", "大字版", "把字和按钮放大，登录前也能用"),
    Topic(
        "duty",
        "驻村登记",
        "登记、补登、调休，看本月记录，没有信号时用纸质表",
        (Role.LEADER, Role.MEMBER, Role.CADRE, *OFFICE, Role.DISTRICT),
    ),
    Topic("queue", "没有信号时登记", "待上传是什么，怎样上传，需处理怎么办", (Role.LEADER, Role.MEMBER, Role.CADRE)),
    Topic(
        "weekly",
        "周报",
        "填写、报送、撤回，查看各组和按类别汇总，村里提出的事",
        (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.CADRE),
    ),
    Topic(
        "months",
        "得分和月考核",
        "这个分怎么来的，检查、审核、公示、定稿、更正",
        (*TOWN_WIDE, Role.DISTRICT, Role.LEADER),
    ),
    Topic(
        "reading-scores",
        "看得分",
        "首页上的条形和等次，谁扣在哪里，一个分怎么来的，全年图表",
        (Role.COMMITTEE, Role.OFFICE_LEAD, Role.DISTRICT, Role.AUDITOR),
    ),
    Topic(
        "approving",
        "审批",
        "待我审批里有什么，怎样打开、决定和退回，哪些事要回避",
        (Role.COMMITTEE, Role.OFFICE_LEAD, Role.DISTRICT),
    ),
    Topic(
        "reviewing-months",
        "审核月考核",
        "核对预览，审核通过或退回，公示和定稿以后还能做什么",
        (Role.COMMITTEE, Role.OFFICE_LEAD),
    ),
    Topic(
        "adopting-schemes",
        "通过考核方案",
        "看清改了什么，试算，登记通过或退回",
        (Role.COMMITTEE, Role.OFFICE_LEAD),
    ),
    Topic(
        "bulletins",
        "周通报、月通报和公示",
        "生成、修改、签发、更正，印发公示表",
        (*TOWN_WIDE, *FIELD, Role.WINDOW),
    ),
    Topic(
        "quarter",
        "季讲评和兑现",
        "讲评材料、投影讲评、党委审定、签领表和补充清单",
        (*TOWN_WIDE, Role.DISTRICT),
    ),
    Topic("villages", "查村情", "搜索、筛选、看一个村的全部情况", (*TOWN_WIDE, *FIELD, Role.WINDOW)),
    Topic("printing", "打印", "清单和村档案打印成A4", (*TOWN_WIDE, *FIELD, Role.WINDOW, Role.SYSADMIN)),
    Topic(
        "papers",
        "查文件、改模板",
        "印发的文件归档在哪里，Word文件、汇报材料、文件模板",
        (*TOWN_WIDE, *FIELD, Role.WINDOW),
    ),
    Topic("grid-heads", "更换网格长", "换人、定日期、看历任", (*OFFICE, Role.CADRE, Role.LEADER, Role.MEMBER)),
    Topic("leave", "请假公出", "申请、批假、替班、销假，外出登记去向", (*TOWN_WIDE, *FIELD)),
    Topic("self-governance", "村为主自治", "申请、出意见、经费、年度考核、终止", (*TOWN_WIDE, *FIELD)),
    Topic("postings", "调整任职", "组长、组员、联络组、指导员的任免", OFFICE),
    Topic(
        "organizations",
        "维护社会组织",
        "理事会、爱卫会、关爱委的成员和换届",
        (*OFFICE, Role.CADRE, Role.LEADER, Role.MEMBER),
    ),
    Topic(
        "meetings",
        "周例会",
        "议程、到会、议定事项和会后落实",
        (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.INSTRUCTOR),
    ),
    Topic(
        "deductions",
        "扣分和加分",
        "登记、复核、通知、作废和撤销，建议扣分，申报加分",
        (*OFFICE, Role.DISTRICT, Role.LEADER),
    ),
    Topic(
        "appeals",
        "申诉",
        "对扣分有异议怎样提出，谁来答复，哪天前答复",
        (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.CADRE, Role.FORMER),
    ),
    Topic(
        "schemes",
        "考核方案",
        "看现行条款，起草、试算、提交和通过新的一版",
        (*TOWN_WIDE, *FIELD),
    ),
    Topic(
        "years",
        "年总结和年考核",
        "分步写年总结，出意见，核查，评定等次，结果通报和考核表",
        (*TOWN_WIDE, Role.DISTRICT, Role.LEADER, Role.MEMBER),
    ),
    Topic("accounts", "账号和角色", "开通、重置、停用，授予和收回角色", (Role.SYSADMIN,)),
)


@guarded(use_own_pages, methods=("GET",))
def more(request: HttpRequest) -> HttpResponse:
    """The rail as a page, for the phone; the frame has its groups already."""
    return render(request, "help/more.html")


@public("不会登录的人也要能看到怎样登录。", methods=("GET",))
def help_index(request: HttpRequest) -> HttpResponse:
    """One's own jobs first; everything for those who have not signed in."""
    user = request.user
    standing = user.standing if user.is_authenticated else None
    own = [t for t in TOPICS if standing is None or not t.roles or standing.has(*t.roles)]
    return render(request, "help/index.html", {"own": own, "others": [t for t in TOPICS if t not in own]})


@public("不会登录的人也要能看到怎样登录。", methods=("GET",))
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    found = next((t for t in TOPICS if t.slug == topic), None)
    if found is None:
        raise Http404
    context = {"topic": found, "crumbs": [("帮助", reverse("help"))]}
    return render(request, found.template, context)


@public("无障碍说明对所有人公开。", methods=("GET",))
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "help/accessibility.html")

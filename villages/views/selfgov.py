"""自治村: the register, a village's page with its history, starting an application, the conditions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen.accounts.models import User
from lianzhen.money_words import money_words
from lianzhen.pages.days import asked_day
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, link_to, plain_table, tag
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import full_date, money_figure, number, term
from villages.actions import selfgov_applications as actions
from villages.actions import selfgov_rules
from villages.extensions import last_assessments
from villages.filters_teams import SelfGovFilter
from villages.forms.selfgov import ConditionSetForm, StartForm
from villages.models import Posting, SelfGovApplication, SelfGovernance, SelfGovRules, Village, WorkBudget
from villages.models.terms import runs_on
from villages.permissions_selfgov import (
    OFFICE,
    apply_for,
    change_conditions,
    grant_budgets,
    heads_villages,
    see_selfgov,
)
from villages.views.selfgov_cells import APPLICATION_COLUMNS, CRUMB
from villages.views.work_budgets import STATE, stands
from villages.visibility import sees_all_villages

Kind, Origin = SelfGovApplication.Kind, SelfGovApplication.Origin
#: Who decides, as the article says it.
WHO_DECIDES = "片区联络组出意见，联村工作办核查，镇党委研究决定。"
AFTERWARDS = (
    "不派联村工作组，派1名联村工作指导员；现在的工作组止于生效日期的前一天。",
    "工作经费预算到村，由村里使用并登记用途。",
    "从生效的月份起不再按月考核、不再报送周报，由镇党委一年考核一次。",
)

find_village = visible(Village, narrow=lambda rows: rows.select_related("group"))


# --- Register ---------------------------------------------------------------------------------
def not_over(today: date) -> Q:
    """Begun or agreed to; a term that is to end runs until its last day."""
    return Q(ends_on=None) | Q(ends_on__gte=today)


def _terms(user: User, day: date | None) -> QuerySet:
    """Terms that are not over, or those of the day, with the instructor and the budget of the year."""
    today = timezone.localdate()
    wanted = runs_on(day) if day is not None else not_over(today)
    posting = Posting.objects.filter(wanted, village=OuterRef("village")).order_by("starts_on")
    budget = WorkBudget.objects.standing().filter(village=OuterRef("village"), year=(day or today).year)
    rows = SelfGovernance.objects.filter(wanted).visible_to(user).select_related("village__group")
    return rows.annotate(
        instructor=Subquery(posting.values("person__name")[:1]),
        granted=Subquery(budget.values("amount")[:1]),
        used=Subquery(budget.values("used")[:1]),
        budget_pk=Subquery(budget.values("pk")[:1]),
    )


def _granted(term: SelfGovernance) -> Any:
    if term.granted is None:
        return tag("warn", "未登记")
    return link_to("work_budget", term.budget_pk, money_figure(term.granted))


def _since(term: SelfGovernance) -> Any:
    """The first day, and a tag where it is to come or the last one is known."""
    first = f"{term.starts_on:%Y-%m-%d}"
    if term.ends_on is not None:
        return format_html("{} {}", first, tag("off", f"止于{full_date(term.ends_on)}"))
    return format_html("{} {}", first, tag("wait", "未到生效日期")) if term.starts_on > timezone.localdate() else first


COLUMNS = (
    Column(
        "village",
        "村",
        lambda t: t.village.name,
        show=lambda t: link_to("selfgov_village", t.village_id, t.village.name),
        sort=["village__pinyin"],
        head=True,
    ),
    Column(
        "group",
        "片区",
        lambda t: t.village.group.district_name if t.village.group else "",
        sort=["village__group__position"],
        secondary=True,
    ),
    Column("since", "自治起", lambda t: t.starts_on, show=lambda t: _since(t), sort=["starts_on"], kind="date"),
    Column("instructor", "指导员", lambda t: t.instructor or "暂无", sort=["instructor"]),
    Column("granted", "本年经费（元）", lambda t: t.granted, show=_granted, kind="money", total=True, sort=["granted"]),
    Column("used", "已用（元）", lambda t: t.used, kind="money", total=True, secondary=True, sort=["used"]),
    Column(
        "assessed",
        "上次年度考核",
        lambda t: t.assessed[0],
        show=lambda t: link(t.assessed[1], t.assessed[0]) if t.assessed[1] else "—",
    ),
)


def attach_assessments(terms: list[SelfGovernance]) -> None:
    found = last_assessments(t.village_id for t in terms)
    for one in terms:
        one.assessed = found.get(one.village_id, ("", ""))


@guarded(see_selfgov, methods=LIST_METHODS)
def selfgov_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    day = asked_day(request, timezone.localdate()) if request.GET.get("on") else None
    may_apply = user.standing.has(*OFFICE) or bool(heads_villages(user))
    page = ListPage(
        request,
        _terms(user, day),
        COLUMNS,
        title="自治村",
        order=["village__group__position", "village__code"],
        filterset=SelfGovFilter,
        count=lambda n: f"共{number(n)}个村",
        empty_text=f"{'还没有村' if sees_all_villages(user) else '您能查看的村都没有'}实行村为主自治。",
        empty_action=("申请村为主自治", reverse("selfgov_new")) if may_apply else None,
        prepare=attach_assessments,
        context={
            "table_css": "cards",
            "extra_actions": [
                ("自治条件", reverse("selfgov_rules")),
                ("自治申请", reverse("selfgov_application_list")),
                ("工作经费", reverse("work_budget_list")),
            ],
            "add_url": reverse("selfgov_new"),
            "add_text": "申请村为主自治",
            "may_add": may_apply,
        },
    )
    return page.respond()


# --- A village --------------------------------------------------------------------------------
BUDGET_COLUMNS = (
    Column("year", "年度", lambda b: b.year, show=lambda b: link_to("work_budget", b.pk, f"{b.year}年"), head=True),
    Column("amount", "下达（元）", stands("amount"), kind="money", total=True),
    Column("used", "已用（元）", stands("used"), kind="money", total=True),
    Column("balance", "余额（元）", stands("balance"), kind="money", total=True),
    Column("basis", "依据文号", lambda b: b.basis, secondary=True),
    STATE,
)


@guarded(see_selfgov, find=find_village, methods=("GET",))
def selfgov_village(request: HttpRequest, village: Village) -> HttpResponse:
    """Self-governance of one village: now, its budgets, its applications and everything since; also on paper."""
    terms = list(village.self_governance.order_by("-starts_on"))
    today = timezone.localdate()
    running = next((t for t in terms if t.ends_on is None or t.ends_on >= today), None)
    applications = list(village.selfgov_applications.select_related("village", "term"))
    budgets = list(village.work_budgets.all())
    postings = list(Posting.objects.filter(village=village).select_related("person").order_by("-starts_on"))
    total = sum((b.amount for b in budgets if not b.withdrawn_at), start=Decimal(0))
    context = {
        "village": village,
        "running": running,
        "facts": _facts(running, postings, today),
        "budgets": plain_table("工作经费", BUDGET_COLUMNS, budgets, empty_text="还没有下达工作经费。"),
        "in_words": money_words(total) if total else "",
        "applications": plain_table(
            "自治申请", APPLICATION_COLUMNS, applications, empty_text="没有申请。", totals=False
        ),
        "events": _events(terms, postings, today),
        "entries": _entries(terms, applications),
        "assessed": last_assessments([village.pk]).get(village.pk),
        "may_grant": running is not None and grant_budgets(request.user, village),
        "may_end": _may_end(request.user, village, running, applications),
        "may_apply": running is None and apply_for(request.user, village) and not any(a.is_open for a in applications),
        "crumbs": [CRUMB],
    }
    printing = request.GET.get("print") == "1"
    return render(request, f"villages/selfgov_village{'_print' if printing else ''}.html", context)


def _entries(terms: list[SelfGovernance], applications: list[SelfGovApplication]) -> QuerySet:
    """Who did what about them, newest first."""
    # A term that was taken back is no term of the village's; what was done about it still is.
    of_applications = [a.term_id for a in applications if a.term_id]
    about = Q(model="villages.selfgovernance", object_id__in=[*[t.pk for t in terms], *of_applications])
    about |= Q(model="villages.selfgovapplication", object_id__in=[a.pk for a in applications])
    return AuditEntry.objects.filter(about).order_by("-at", "-pk")[:30]


def _may_end(user: User, village: Village, running: Any, applications: list[SelfGovApplication]) -> bool:
    lasting = running is not None and running.ends_on is None and running.starts_on <= timezone.localdate()
    return lasting and not any(a.is_open for a in applications) and bool(apply_for(user, village))


def _facts(running: SelfGovernance | None, postings: list[Posting], today: date) -> list[tuple[str, Any]]:
    if running is None:
        return [("管理方式", "现在没有实行村为主自治")]
    since = full_date(running.starts_on)
    if running.starts_on > today:
        since += "，未到生效日期，现在仍由联村工作组联系"
    guide = next((p for p in postings if p.ends_on is None or p.ends_on >= today), None)
    told = [
        ("自治起", since),
        ("党委研究", f"{full_date(running.decided_on)}，{running.basis}"),
        ("指导员", f"{guide.person}（{full_date(guide.starts_on)}起）" if guide else "暂无"),
    ]
    if running.ends_on is not None:
        told.insert(1, ("自治止", f"{full_date(running.ends_on)}，{running.end_reason}"))
    return told


def _events(terms: list[SelfGovernance], postings: list[Posting], today: date) -> list[dict[str, Any]]:
    """Terms and instructors, newest first."""
    lines = [
        {
            "when": term(t.starts_on, t.ends_on, today),
            "label": "村为主自治",
            "text": f"{full_date(t.decided_on)}党委研究，{t.basis}",
            "reason": t.end_reason,
            "day": t.starts_on,
        }
        for t in terms
    ]
    lines += [
        {
            "when": term(p.starts_on, p.ends_on, today),
            "label": f"联村工作指导员{p.person}",
            "reason": p.end_reason,
            "day": p.starts_on,
        }
        for p in postings
    ]
    return sorted(lines, key=lambda line: line["day"], reverse=True)


# --- Starting ---------------------------------------------------------------------------------
def _may_begin(user: User) -> QuerySet:
    """Villages for which the user may start an application: with neither a running term nor an open one."""
    rows = Village.objects.current().visible_to(user)
    if not user.standing.has(*OFFICE):
        rows = rows.filter(pk__in=heads_villages(user))
    alone = SelfGovernance.objects.open().filter(village=OuterRef("pk"))
    asked = SelfGovApplication.objects.open().filter(village=OuterRef("pk"))
    return rows.exclude(Exists(alone)).exclude(Exists(asked)).order_by("group__position", "code")


@guarded(see_selfgov)
def selfgov_new(request: HttpRequest) -> HttpResponse:
    """Conditions, who decides, what follows; whoever may apply begins here."""
    user, now = request.user, timezone.now()
    villages = _may_begin(user)
    on_behalf = user.standing.has(*OFFICE)
    mine = SelfGovApplication.objects.open().filter(village__in=heads_villages(user)).select_related("village")
    context = {
        "heading": "申请村为主自治",
        "conditions": SelfGovRules.objects.in_force(timezone.localdate(now)).lines,
        "who_decides": WHO_DECIDES,
        "afterwards": AFTERWARDS,
        "may_start": villages.exists(),
        "on_behalf": on_behalf,
        "mine": list(mine),
        "cancel_url": reverse("selfgov_list"),
        "submit": "代录申请" if on_behalf else "开始申请",
        "crumbs": [CRUMB],
    }
    return form_page(
        request,
        StartForm(request.POST or None, villages=villages),
        save=lambda values: actions.start(
            village=values["village"],
            kind=Kind.BEGIN,
            origin=Origin.ON_BEHALF if on_behalf else Origin.VILLAGE,
            by=user,
            now=now,
        ),
        done=lambda made: (
            reverse("selfgov_step_facts", args=[made.pk]),
            "申请已建立，每一步都会保存。",
        ),
        context=context,
        template="villages/selfgov_new.html",
    )


@guarded(apply_for, find=find_village)
def selfgov_end(request: HttpRequest, village: Village) -> HttpResponse:
    """Ask for the end of self-governance: the village by itself, or the office for the town."""
    user, now = request.user, timezone.now()
    from_town = user.standing.has(*OFFICE)
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.start(
            village=village, kind=Kind.STOP, origin=Origin.TOWN if from_town else Origin.VILLAGE, by=user, now=now
        ),
        done=lambda made: (reverse("selfgov_step_facts", args=[made.pk]), "已建立，请写明原因后提交。"),
        context={
            "heading": f"终止{village}村为主自治",
            "submit": "提出终止" if from_town else "申请终止",
            "cancel_url": reverse("selfgov_village", args=[village.pk]),
            "crumbs": [CRUMB, (village.name, reverse("selfgov_village", args=[village.pk]))],
            "intro": f"写明原因后提交，{WHO_DECIDES}决定终止的：",
            "effects": [
                "自治和指导员的任期止于生效日期的前一天，记录都保留。",
                "生效日期起成立新的联村工作组，由联村工作办任命组长和组员，设置固定办公日。",
                "从生效的月份起按月考核，联村工作组报送周报。",
            ],
        },
    )


# --- Conditions -------------------------------------------------------------------------------
@guarded(see_selfgov, methods=("GET",))
def selfgov_rules_page(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    versions = list(SelfGovRules.objects.visible_to(request.user))
    current = next((v for v in versions if v.starts_on <= today), None)
    context = {
        "current": current or SelfGovRules.objects.in_force(today),
        "coming": [v for v in versions if v.starts_on > today],
        "former": [v for v in versions if current and v.starts_on < current.starts_on],
        "may_change": change_conditions(request.user),
        "crumbs": [CRUMB],
    }
    return render(request, "villages/selfgov_rules.html", context)


@guarded(change_conditions)
def selfgov_rules_add(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    current = SelfGovRules.objects.in_force(today)
    kept = ("conditions", "majority", "opens_month", "opens_day")
    shown = {"starts_on": today} | {name: getattr(current, name) for name in kept}
    return form_page(
        request,
        ConditionSetForm(request.POST or None, initial=shown),
        save=lambda values: selfgov_rules.set_conditions(by=request.user, today=today, **values),
        done=lambda made: (reverse("selfgov_rules"), f"{made}已设定。"),
        context={
            "heading": "设定新一版自治条件",
            "submit": "保存新一版",
            "cancel_url": reverse("selfgov_rules"),
            "crumbs": [CRUMB, ("自治条件", reverse("selfgov_rules"))],
        },
    )

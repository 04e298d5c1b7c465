"""工作制度: the versions, and the one in force."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import work_rules as actions
from appraisal.forms.work_rules import WorkRulesForm
from appraisal.models import WorkRules
from appraisal.permissions import change_work_rules, see_work_rules
from appraisal.working_rules import EXAMPLE
from lianzhen.accounts.models import User
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.periods import Week
from lianzhen.wording import full_date

CRUMBS = [("工作制度", "/settings/work-rules/")]


def find_work_rules(user: User, kwargs: dict[str, Any]) -> WorkRules:
    rules = WorkRules.objects.visible_to(user).filter(pk=kwargs.pop("pk")).first()
    if rules is None:
        raise Http404
    return rules


@guarded(see_work_rules, methods=("GET",))
def work_rules(request: HttpRequest) -> HttpResponse:
    """Every version with its figures in words; the one in force first."""
    monday = Week.of(timezone.localdate()).start
    versions = list(WorkRules.objects.all())
    current = next((v for v in versions if v.starts_on <= monday), None)
    context = {
        "current": facts_of(current) if current else facts_of(WorkRules(starts_on=monday)),
        "current_title": current_title(current),
        "is_example": current is None or current.is_example,
        "shipped": current is None,
        "coming": [(v, facts_of(v)) for v in versions if v.starts_on > monday],
        "former": [(v, facts_of(v)) for v in versions if current and v.starts_on < current.starts_on],
        "record": current,
        "may_change": change_work_rules(request.user),
    }
    return render(request, "appraisal/work_rules.html", context)


def current_title(current: WorkRules | None) -> str:
    return f"现行制度（{full_date(current.starts_on)}起）" if current else "现行制度"


def facts_of(version: WorkRules) -> list[tuple[str, str]]:
    """The figures of one version, as an office would write them."""
    return [
        (
            "每周定点办公",
            f"不少于{version.need_days}天，{'按人计算' if version.counted_per_person else '按工作组计算'}",
        ),
        ("补登", f"{version.makeup_days}天内写明原因即可，超过的由片区联络组同意"),
        ("抽查说明", f"{version.explain_workdays}个工作日内"),
        ("周报截止", f"每{version.get_report_weekday_display()}{version.report_time:%H:%M}"),
        ("周例会", f"每{version.get_meeting_weekday_display()}"),
        ("准假", leave_chain(version)),
        ("口头请假", f"{version.leave_paper_days}天内补办"),
        (
            "依据",
            f"{version.basis}（{full_date(version.adopted_on)}通过）" if version.basis else "示例，尚未经镇党委通过",
        ),
    ]


def leave_chain(version: WorkRules) -> str:
    steps = []
    if version.leave_leader_days:
        steps.append(f"{version.leave_leader_days}天以内组长批")
    if version.leave_group_days > version.leave_leader_days:
        steps.append(f"{version.leave_group_days}天以内片区联络组批")
    return "，".join([*steps, "其余由联村办主任批"])


@guarded(change_work_rules)
def work_rules_add(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    last = WorkRules.objects.first()
    shown = last or WorkRules()
    initial = {name: getattr(shown, name) for name in WorkRulesForm.base_fields if hasattr(shown, name)}
    initial |= {"starts_on": Week.of(today).next().start, "basis": "", "adopted_on": None}
    initial["counted_per_person"] = "1" if shown.counted_per_person else ""
    return form_page(
        request,
        WorkRulesForm(request.POST or None, initial=initial),
        save=lambda values: actions.set_work_rules(by=request.user, today=today, **values),
        done=lambda made: (reverse("work_rules"), f"{made}已设定，已经开始的周不受影响。"),
        context=_under(heading="设定新一版工作制度", submit="保存新一版", effects=effects()),
    )


def effects() -> list[str]:
    return [
        "新一版从生效日期（星期一）起使用；在那以前的周、请假和周报仍按当时的制度。",
        f"没有依据的一版按示例处理。平台自带的示例：每周{EXAMPLE.need_days}天，周报周五17:00截止。",
    ]


@guarded(change_work_rules, find=find_work_rules)
def work_rules_edit(request: HttpRequest, rules: WorkRules) -> HttpResponse:
    return form_page(
        request,
        WorkRulesForm(request.POST or None, record=rules),
        save=lambda values: actions.set_work_rules(rules=rules, by=request.user, today=timezone.localdate(), **values),
        done=lambda made: (reverse("work_rules"), f"{made}已修改。"),
        context=_under(heading="修改尚未生效的工作制度", submit="保存修改", effects=effects()[:1]),
    )


def _under(**context: Any) -> dict[str, Any]:
    return {"cancel_url": reverse("work_rules"), "crumbs": CRUMBS, **context}

"""自治申请: the list, one application with its opinions, and the steps of the town."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.pages.forms import PageForm, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to
from lianzhen.pages.uploads import file_answer
from lianzhen.wording import money, number
from villages.actions import selfgov_applications as actions
from villages.actions.selfgov_revoked import effects_of_revoking, refuse_late, revoke
from villages.actions.work_budgets import left_over, settling
from villages.extensions import open_matters
from villages.forms.selfgov import AgreeForm, CheckForm, DeclineForm, OpinionForm, ReturnForm, RevokeForm
from villages.models import SelfGovApplication
from villages.permissions_selfgov import (
    check_application,
    decide_application,
    next_turn,
    opine_application,
    return_application,
    revoke_decision,
    see_selfgov,
    withdraw_application,
)
from villages.selfgov_facts import next_first, scoring_words
from villages.views.selfgov_cells import APPLICATION_COLUMNS, CRUMB, first_open, opinions, state_of, told, under

State = SelfGovApplication.State
VILLAGE = Column(
    "village",
    "村",
    lambda a: a.village.name,
    show=lambda a: link_to("selfgov_village", a.village_id, a.village.name),
    sort=["village__pinyin"],
    secondary=True,
)
#: Which step the button of each state leads to.
BUTTONS = {
    "opinion": ("selfgov_opinion", "出片区意见"),
    "check": ("selfgov_check", "填写核查情况"),
    "decide": ("selfgov_agree", "登记党委决定"),
}


def application_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related(
        "village__group",
        "term",
        "instructor",
        "started_by",
        "submitted_by",
        "opinion_by",
        "checked_by",
        "decided_by",
        "returned_by",
        "revoked_by",
    )


find_application = visible(SelfGovApplication, narrow=application_rows)


@guarded(see_selfgov, methods=LIST_METHODS)
def selfgov_application_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        application_rows(SelfGovApplication.objects.visible_to(request.user)),
        (APPLICATION_COLUMNS[0], VILLAGE, *APPLICATION_COLUMNS[1:]),
        title="自治申请",
        order=["-started_at"],
        count=lambda n: f"共{number(n)}件",
        empty_text="没有申请。自我管理基础较好的村，可以申请村为主自治。",
        empty_action=("看申请条件", reverse("selfgov_new")),
        context={"crumbs": [CRUMB], "table_css": "cards"},
    )
    return page.respond()


@guarded(see_selfgov, find=find_application, methods=("GET",))
def selfgov_application(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    user = request.user
    waits, verdict = next_turn(user, application)
    step = waits if verdict else ""
    facts = [tuple(line.split("：", 1)) for line in application.facts]
    # The reason why not, for those who would have the step: the office and the committee.
    holds = user.standing.has("office", "office_lead", "committee", "district")
    context = {
        "application": application,
        "state": state_of(application),
        "facts": facts,
        "told": told(application),
        "opinions": opinions(application),
        "scoring": scoring_words(application.kind, application.starts_on) if application.state == State.AGREED else "",
        "may_revoke": application.state == State.AGREED
        and application.starts_on > timezone.localdate()
        and bool(revoke_decision(user, application)),
        "write_url": first_open(application) if step == "write" else "",
        "button": _button(application, step),
        "may_return": step in BUTTONS,
        "may_withdraw": application.is_open and bool(withdraw_application(user, application)),
        "why_not": verdict.reason if holds and application.state in SelfGovApplication.WAITING else "",
        "matters": open_matters(application.village, timezone.localdate())
        if application.state in SelfGovApplication.WAITING
        else [],
        "may_read_file": application.has_file,
        "crumbs": [CRUMB, (application.village.name, reverse("selfgov_village", args=[application.village_id]))],
    }
    return render(request, "villages/selfgov_application.html", context)


def _button(application: SelfGovApplication, step: str) -> tuple[str, str] | None:
    if step not in BUTTONS:
        return None
    name, words = BUTTONS[step]
    return reverse(name, args=[application.pk]), words


@guarded(see_selfgov, find=find_application, methods=("GET",))
def selfgov_file(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    if not application.has_file:
        raise Http404
    return file_answer(application.stored_as, application.file_name)


# --- Steps of the town ------------------------------------------------------------------------
def _step(
    request: HttpRequest,
    application: SelfGovApplication,
    states: tuple[str, ...],
    form: Callable[[], Any],
    save: Callable[[dict[str, Any]], Any],
    sentence: str,
    context: dict[str, Any],
) -> HttpResponse:
    """One form of the town; where the step has been taken meanwhile, the application's page says so."""
    url = reverse("selfgov_application", args=[application.pk])
    if request.method == "GET" and application.state not in states:
        return taken_meanwhile(request, actions.closed_sentence(application, *states), url)
    context |= {"application": application, "told": told(application), "opinions": opinions(application)}
    return form_page(
        request,
        form(),
        save=save,
        done=lambda saved: (url, sentence),
        context=context,
        template="villages/selfgov_decide.html",
    )


@guarded(opine_application, find=find_application)
def selfgov_opinion(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _step(
        request,
        application,
        (State.DISTRICT,),
        lambda: OpinionForm(request.POST or None, record=application),
        lambda values: actions.give_opinion(application=application, by=request.user, now=timezone.now(), **values),
        "已出片区意见，联村工作办会收到通知。",
        under(application, "出片区意见", "提交片区意见"),
    )


@guarded(check_application, find=find_application)
def selfgov_check(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _step(
        request,
        application,
        (State.OFFICE,),
        lambda: CheckForm(request.POST or None, record=application),
        lambda values: actions.check(application=application, by=request.user, now=timezone.now(), **values),
        "已填写核查情况，党委委员会收到通知。",
        under(application, "填写核查情况", "提交核查情况", matters=_matters(application)),
    )


@guarded(decide_application, find=find_application)
def selfgov_agree(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    today = timezone.localdate()
    starts_on = next_first(today)
    effects = [f"生效日期填{starts_on.year}年{starts_on.month}月1日的，{scoring_words(application.kind, starts_on)}"]
    if application.is_stop:
        effects.append("自治和指导员的任期止于生效日期的前一天，同时成立新的联村工作组，由联村工作办任命组长和组员。")
        effects += [
            f"{budget}余额{money(budget.balance)}，终止后不再支出，由联村工作办{settling(budget)}。"
            for budget in left_over(application.village, today)
        ]
    else:
        effects.append("联村工作组和组内任职止于生效日期的前一天，指导员从生效日期起任职。")
    return _step(
        request,
        application,
        (State.COMMITTEE,),
        lambda: AgreeForm(request.POST or None, record=application, today=today),
        lambda values: actions.agree(application=application, by=request.user, now=timezone.now(), **values),
        "已登记党委研究的决定。",
        under(
            application,
            "登记党委研究：同意",
            "登记同意",
            effects=effects,
            matters=_matters(application),
            other_url=reverse("selfgov_decline", args=[application.pk]),
            other_text="研究结果是不同意",
        ),
    )


@guarded(decide_application, find=find_application)
def selfgov_decline(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _step(
        request,
        application,
        (State.COMMITTEE,),
        lambda: DeclineForm(request.POST or None, record=application, today=timezone.localdate()),
        lambda values: actions.decline(application=application, by=request.user, now=timezone.now(), **values),
        "已登记党委研究的决定。",
        under(
            application,
            "登记党委研究：不同意",
            "登记不同意",
            effects=["村里会收到通知和原因，以后可以重新申请。"],
            other_url=reverse("selfgov_agree", args=[application.pk]),
            other_text="研究结果是同意",
        ),
    )


@guarded(revoke_decision, find=find_application)
def selfgov_revoke(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    """撤销决定, with everything that returns by its name."""
    today = timezone.localdate()
    if request.method == "GET" and (closed := _not_revocable(application)):
        return taken_meanwhile(request, closed, reverse("selfgov_application", args=[application.pk]))
    # Sent too late it is refused by the action; what would have returned is then not asked any more.
    effects = effects_of_revoking(application, today) if application.state == State.AGREED else []
    return _step(
        request,
        application,
        (State.AGREED,),
        lambda: RevokeForm(request.POST or None, record=application, today=today),
        lambda values: revoke(application=application, by=request.user, now=timezone.now(), **values),
        "已登记撤销，决定不再生效。",
        under(application, "撤销党委的决定", "撤销决定", danger=True, folded=True, effects=effects),
    )


def _not_revocable(application: SelfGovApplication) -> str:
    try:
        refuse_late(application, timezone.localdate())
    except ValidationError as late:
        return " ".join(late.messages)
    return ""


@guarded(return_application, find=find_application)
def selfgov_return(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _step(
        request,
        application,
        SelfGovApplication.WAITING,
        lambda: ReturnForm(request.POST or None, record=application),
        lambda values: actions.send_back(application=application, by=request.user, now=timezone.now(), **values),
        "已退回补充，村里会收到通知。",
        under(
            application,
            "退回补充",
            "退回补充",
            effects=["村里补充后重新提交，片区意见和核查情况重新填写。"],
        ),
    )


@guarded(withdraw_application, find=find_application)
def selfgov_withdraw(request: HttpRequest, application: SelfGovApplication) -> HttpResponse:
    return _step(
        request,
        application,
        SelfGovApplication.OPEN,
        lambda: PageForm(request.POST if request.method == "POST" else None),
        lambda values: actions.withdraw(application=application, by=request.user, now=timezone.now()),
        "已撤回申请。",
        under(application, "撤回申请", "撤回申请", danger=True, effects=["填写的内容保留可查。", "以后可以重新申请。"]),
    )


def _matters(application: SelfGovApplication) -> list[Any]:
    return open_matters(application.village, timezone.localdate())

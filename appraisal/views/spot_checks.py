"""抽查: list, writing one down, its page, explaining, deciding, taking back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal import facts
from appraisal.actions import spot_checks as actions
from appraisal.actions.spot_checks import looked
from appraisal.duty_page import CHECK_TONES
from appraisal.duty_places import chosen, teams_to_check
from appraisal.filters_duty_records import SpotCheckFilter
from appraisal.forms.duty import CheckForm, DecisionForm, ExplanationForm, PickTeamForm, ReasonForm
from appraisal.models import DutyAttendance, DutyLog, Outing, SpotCheck
from appraisal.permissions import decide_check, explain_check, record_checks, see_duty, withdraw_check
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import clock, full_date, long_date, number
from villages.serving import entries_about

State = SpotCheck.State
CRUMBS = [("抽查", "/duty/checks/")]
OPEN = (State.ASKED, State.EXPLAINED)


def check_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("team__village__group", "created_by", "explained_by", "decided_by")


find_check = visible(SpotCheck, narrow=check_rows)

COLUMNS = (
    Column(
        "day",
        "日期",
        lambda c: c.day,
        show=lambda c: link(reverse("spot_check", args=[c.pk]), f"{c.day:%Y-%m-%d}"),
        sort=["day", "at"],
        kind="date",
        head=True,
    ),
    Column("at", "时间", lambda c: clock(c.at), sort=["at"], secondary=True),
    Column("village", "村", lambda c: c.team.village.name, sort=["team__village__pinyin"]),
    Column(
        "district",
        "片区",
        lambda c: c.team.village.group.district_name if c.team.village.group else "",
        sort=["team__village__group__position"],
        secondary=True,
    ),
    Column("source", "发现方式", lambda c: c.get_source_display(), sort=["source"], secondary=True),
    Column("found", "情况", lambda c: c.get_found_display(), sort=["found"], secondary=True),
    Column("until", "说明截止", lambda c: c.explain_by, sort=["explain_by"], kind="date", secondary=True),
    Column("by", "登记人", lambda c: str(c.created_by or ""), sort=["created_by__pinyin"], secondary=True),
    Column(
        "state",
        "状态",
        lambda c: c.get_state_display(),
        show=lambda c: tag(CHECK_TONES[State(c.state)], c.get_state_display()),
        sort=["state"],
    ),
)


@guarded(see_duty, methods=LIST_METHODS)
def spot_check_list(request: HttpRequest) -> HttpResponse:
    records = bool(record_checks(request.user))
    page = ListPage(
        request,
        check_rows(SpotCheck.objects.visible_to(request.user)),
        COLUMNS,
        title="抽查",
        order=["-day", "-at"],
        filterset=SpotCheckFilter,
        count=lambda n: f"共{number(n)}次",
        empty_text="还没有抽查。联村工作办和片区联络组到村部看过后，在这里登记。",
        empty_action=("登记抽查", reverse("spot_check_add")) if records else None,
        context={"add_url": reverse("spot_check_add"), "add_text": "登记抽查", "may_add": records},
    )
    return page.respond()


@guarded(record_checks)
def spot_check_add(request: HttpRequest) -> HttpResponse:
    """A team first, then what was found there."""
    user, now = request.user, timezone.localtime()
    today = now.date()
    teams = teams_to_check(user, today)
    team = chosen(teams, request.GET.get("team"))
    if team is None:
        return _pick(request, PickTeamForm(teams=teams))
    form = CheckForm(
        request.POST or None,
        here=facts.serving([team], today)[team.pk],
        initial={"at": now.time().replace(second=0, microsecond=0)},
    )
    return form_page(
        request,
        form,
        save=lambda values: actions.record_check(team=team, by=user, today=today, now=now.time(), **values),
        done=lambda check: (reverse("spot_check", args=[check.pk]), _recorded(check)),
        context={
            "heading": f"登记抽查：{team.village}",
            "submit": "保存抽查",
            "intro": f"{team}。未见到人时，工作组会收到通知，按期说明；由登记人以外的同志认定。",
            "cancel_url": reverse("spot_check_list"),
            "crumbs": CRUMBS,
        },
    )


def _pick(request: HttpRequest, form: PickTeamForm) -> HttpResponse:
    context = {"heading": "登记抽查", "pick": form, "day": "", "none": "", "next": "填写抽查情况", "crumbs": CRUMBS}
    return render(request, "appraisal/duty_pick.html", context, status=422 if request.method == "POST" else 200)


def _recorded(check: SpotCheck) -> str:
    if check.state == State.SETTLED:
        return "已登记抽查：在岗。"
    return f"已登记抽查。{check.team}会收到通知，在{full_date(check.explain_by)}前说明。"


# --- The page -----------------------------------------------------------------------------------
@guarded(see_duty, find=find_check, methods=("GET",))
def spot_check(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    user, today = request.user, request.user.standing.on
    decides = decide_check(user, check)
    ripe = check.state == State.EXPLAINED or (check.state == State.ASKED and today > check.explain_by)
    context = {
        "check": check,
        "title": f"{check.team.village}{long_date(check.day)}抽查",
        "state": (CHECK_TONES[State(check.state)], check.get_state_display()),
        "seen": "、".join(str(person) for person in check.people.all()),
        "entered": _entered(check),
        "outings": _outings(check),
        "overdue": check.state == State.ASKED and today > check.explain_by,
        "may_explain": bool(explain_check(user, check)) and check.state in OPEN,
        "may_decide": bool(decides) and ripe,
        # Told to those who decide elsewhere: they looked themselves, or serve in the team.
        "why_not": decides.reason if record_checks(user) and check.state in OPEN else "",
        "may_withdraw": bool(withdraw_check(user, check)) and check.state in (*OPEN, State.SETTLED),
        "history": entries_about([check]),
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/spot_check.html", context)


def _entered(check: SpotCheck) -> DutyLog | None:
    """The team's own entry for the day, with who stands in it (`names`)."""
    log = DutyLog.objects.filter(team=check.team_id, day=check.day).exclude(state=DutyLog.State.WITHDRAWN).first()
    if log is not None:
        rows = log.attendances.exclude(state=DutyAttendance.State.WITHDRAWN).select_related("person")
        log.names = "、".join(str(row.person) for row in rows)
    return log


def _outings(check: SpotCheck) -> list[Outing]:
    """Who had signed out of the village office at that moment (去向公示): it settles many a check."""
    moment = timezone.make_aware(datetime.combine(check.day, check.at))
    away = Q(left_at__lte=moment) & (Q(back_at=None) | Q(back_at__gte=moment))
    return list(Outing.objects.filter(away, village=check.team.village_id).select_related("person"))


# --- Steps --------------------------------------------------------------------------------------
def _about(check: SpotCheck, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = reverse("spot_check", args=[check.pk])
    crumbs = [*CRUMBS, (f"{check.team.village}{long_date(check.day)}", url)]
    when = f"{long_date(check.day)}{clock(check.at)}"
    found = f"{when}{looked(check)}{check.team.village}：{check.get_found_display()}。{check.note}"
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs, "intro": found, **more}


@guarded(explain_check, find=find_check)
def spot_check_explain(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    form = ExplanationForm(request.POST or None, initial={"explanation": check.explanation})
    today = timezone.localdate()
    return form_page(
        request,
        form,
        save=lambda values: actions.explain_check(check=check, by=request.user, today=today, **values),
        done=lambda c: (reverse("spot_check", args=[c.pk]), "已提交说明，待认定。"),
        context=_about(check, "说明抽查情况", "提交说明"),
    )


@guarded(decide_check, find=find_check)
def spot_check_decide(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    form = DecisionForm(
        request.POST or None, yes="说明成立，不计缺岗", no="认定缺岗", value="accepts", note_label="认定理由"
    )
    effects = [
        f"工作组说明：{check.explanation or '到期没有说明'}",
        "认定缺岗后形成建议扣分，是否扣分另由联村工作办办理。",
    ]
    today = timezone.localdate()
    return form_page(
        request,
        form,
        save=lambda values: actions.decide_check(check=check, by=request.user, today=today, **values),
        done=lambda c: (reverse("spot_check", args=[c.pk]), f"{c.get_state_display()}，{c.team}会收到通知。"),
        context=_about(check, "认定抽查情况", "提交认定结果", effects=effects),
    )


@guarded(withdraw_check, find=find_check)
def spot_check_withdraw(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    today = timezone.localdate()
    return form_page(
        request,
        ReasonForm(request.POST or None),
        save=lambda values: actions.withdraw_check(check=check, by=request.user, today=today, **values),
        done=lambda c: (reverse("spot_check", args=[c.pk]), "已撤销抽查。"),
        context=_about(check, "撤销抽查", "撤销抽查", danger=True),
    )

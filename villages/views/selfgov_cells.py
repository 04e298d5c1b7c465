"""What several pages of 村为主自治 show alike: an application's state, its line, its facts in words."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen.pages.tables import Column, link_to, tag
from lianzhen.wording import full_date
from villages.actions.selfgov_applications import missing
from villages.models import SelfGovApplication

State = SelfGovApplication.State
CRUMB = ("自治村", "/selfgov/")
TONES = {
    State.DRAFT: "wait",
    State.RETURNED: "warn",
    State.DISTRICT: "wait",
    State.OFFICE: "wait",
    State.COMMITTEE: "wait",
    State.AGREED: "good",
    State.DECLINED: "off",
    State.WITHDRAWN: "off",
    State.REVOKED: "off",
}


def state_of(application: SelfGovApplication) -> tuple[str, str]:
    """(tone, words): 同意（自2018年11月1日起）; 已终止 where its term is over, its last day before that."""
    words = application.get_state_display()
    if application.state == State.AGREED:
        term = application.term
        until = term.ends_on if term is not None and not application.is_stop else None
        if until is not None and until < timezone.localdate():
            return "off", f"已终止（至{full_date(until)}）"
        words = f"{words}（自{full_date(application.starts_on)}起{f'，止于{full_date(until)}' if until else ''}）"
    return TONES[State(application.state)], words


APPLICATION_COLUMNS = (
    Column(
        "kind",
        "事项",
        lambda a: a.get_kind_display(),
        show=lambda a: link_to("selfgov_application", a.pk, a.get_kind_display()),
        sort=["kind"],
        head=True,
    ),
    Column("origin", "来源", lambda a: a.get_origin_display(), sort=["origin"], secondary=True),
    Column("state", "状态", lambda a: state_of(a)[1], show=lambda a: tag(*state_of(a)), sort=["state"]),
    Column(
        "submitted",
        "提交日期",
        lambda a: timezone.localdate(a.submitted_at) if a.submitted_at else None,
        sort=["submitted_at"],
        kind="date",
        secondary=True,
    ),
    Column("decided", "党委研究", lambda a: a.decided_on, sort=["decided_on"], kind="date", secondary=True),
)


def told(application: SelfGovApplication) -> list[tuple[str, Any]]:
    """What the village says, in the order of its steps, ready for a list of facts."""
    if application.is_stop:
        rows: list[tuple[str, Any]] = [("终止原因", application.reason)]
    else:
        rows = [
            (f"条件{n}", format_html("{}<br>说明：{}", text, linebreaksbr(said or "—", autoescape=True)))
            for n, (text, said) in enumerate(application.explained, 1)
        ]
    rows.append(("会议决议", meeting_words(application)))
    if not application.is_stop:
        rows.append(("建议的指导员", application.instructor))
    return rows


def meeting_words(application: SelfGovApplication) -> str:
    if application.met_on is None:
        return ""
    votes = f"赞成{application.votes_for}票，反对{application.votes_against}票，弃权{application.votes_abstain}票"
    file = f"，附“{application.file_name}”" if application.has_file else ""
    return f"{full_date(application.met_on)}开会，{votes}{file}"


def opinions(application: SelfGovApplication) -> list[tuple[str, str]]:
    """(heading, words) for each step that was taken."""
    rows = []
    if application.opinion_at:
        verdict = "赞成" if application.opinion_for else "不赞成"
        rows.append(("片区意见", f"{verdict}：{application.opinion}（{_who(application, 'opinion')}）"))
    if application.checked_at:
        verdict = "符合条件" if application.check_for else "不符合条件"
        rows.append(("联村办核查", f"{verdict}：{application.check_note}（{_who(application, 'checked')}）"))
    if application.decided_at:
        verdict = "不同意" if application.state == State.DECLINED else "同意"
        words = f"{full_date(application.decided_on)}研究，{verdict}"
        if application.starts_on:
            words += f"，自{full_date(application.starts_on)}起"
        note = f"：{application.decision_note}" if application.decision_note else ""
        words += f"{note}。依据：{application.basis}（{_who(application, 'decided')}登记）"
        rows.append(("党委研究", words))
    if application.revoked_at:
        words = f"{full_date(application.revoked_on)}研究，撤销决定，不再生效：{application.revoke_reason}"
        rows.append(("撤销决定", f"{words}。依据：{application.revoke_basis}（{_who(application, 'revoked')}登记）"))
    return rows


def _who(application: SelfGovApplication, stem: str) -> str:
    day = timezone.localdate(getattr(application, f"{stem}_at"))
    return f"{getattr(application, f'{stem}_by')}，{full_date(day)}"


def step_url(application: SelfGovApplication, step: str) -> str:
    return reverse(f"selfgov_step_{step}", args=[application.pk])


def first_open(application: SelfGovApplication) -> str:
    """Where to go on: the first step that lacks something, else the check."""
    lacking = missing(application)
    return step_url(application, lacking[0][0] if lacking else "review")


def under(application: SelfGovApplication, /, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    """Context of a form page that belongs to an application."""
    url = reverse("selfgov_application", args=[application.pk])
    return {
        "heading": heading,
        "submit": submit,
        "cancel_url": url,
        "crumbs": [CRUMB, (str(application), url)],
        **more,
    }

"""Social organisations: list, page, members, chair, terms of office, dissolving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianzhen.pages.days import asked_day
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, plain_table, tag
from lianzhen.wording import full_date, number
from villages.actions import organizations as actions
from villages.filters_teams import OrganizationFilter
from villages.forms.organizations import (
    ChairForm,
    DissolveForm,
    EndMembershipForm,
    MemberForm,
    MembersForm,
    OrganizationForm,
    TermForm,
    candidates,
)
from villages.forms.residents import residents
from villages.membership import due_state, with_members
from villages.models import OrganizationMember, Person, SocialOrganization
from villages.models.terms import absence
from villages.permissions import add_people, keep_part, reveal_phone, see_village_life
from villages.serving import entries_about
from villages.views.cells import person_cell

CHAIR = OrganizationMember.Position.CHAIR
#: The chair stands first.
RANK = {position: place for place, position in enumerate(OrganizationMember.Position.values)}


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group", "kind")


find_organization = visible(SocialOrganization, narrow=_rows)
find_membership = visible(
    OrganizationMember, narrow=lambda rows: rows.select_related("person", "organization__village")
)


# --- List -------------------------------------------------------------------------------------
def _chair_cell(organization: SocialOrganization) -> Any:
    member = next(iter(organization.chairs), None)
    if member is None:
        return "—" if organization.ended_on else tag("warn", "暂无")
    return person_cell(member.person, True)


def _due_cell(organization: SocialOrganization) -> Any:
    ends = organization.term_ends_on
    if ends is None:
        return "—"
    state = due_state(organization, timezone.localdate())
    shown = f"{ends:%Y-%m-%d}"
    return format_html("{} {}", shown, tag(*state)) if state else shown


VILLAGE = Column(
    "village",
    "村",
    lambda o: o.village.name,
    show=lambda o: link_to("village", o.village_id, o.village),
    sort=["village__pinyin"],
    secondary=True,
)
COLUMNS = (
    Column(
        "name",
        "名称",
        lambda o: o.name,
        show=lambda o: link_to("organization", o.pk, o.name),
        sort=["name"],
        head=True,
    ),
    Column("kind", "种类", lambda o: o.kind.short_name, sort=["kind__position", "village__code"], secondary=True),
    Column("chair", "会长（主任）", lambda o: o.chair_name, show=_chair_cell, sort=["chair_pinyin"]),
    Column(
        "members",
        "成员数",
        lambda o: o.member_count,
        sort=["member_count"],
        kind="number",
        total=True,
        secondary=True,
    ),
    Column("founded", "成立日期", lambda o: o.founded_on, sort=["founded_on"], kind="date", secondary=True),
    Column(
        "due",
        "换届日期",
        lambda o: o.term_ends_on,
        show=_due_cell,
        sort=["due_year", "due_month", "due_day"],
        kind="date",
    ),
    Column(
        "state",
        "状态",
        lambda o: "已撤销" if o.ended_on else "现有",
        show=lambda o: tag("off", "已撤销") if o.ended_on else "现有",
        secondary=True,
    ),
)


def _columns(day: date) -> tuple[Column, ...]:
    """As of the day: what was dissolved later still existed, what was founded later did not."""

    def state(organization: SocialOrganization) -> str:
        if organization.ended_on and organization.ended_on <= day:
            return "已撤销"
        return "尚未成立" if absence(organization, day) else "现有"

    def shown(organization: SocialOrganization) -> Any:
        return state(organization) if state(organization) == "现有" else tag("off", state(organization))

    return (VILLAGE, *COLUMNS[:-1], replace(COLUMNS[-1], value=state, show=shown))


@guarded(see_village_life, methods=LIST_METHODS)
def organization_list(request: HttpRequest) -> HttpResponse:
    day = asked_day(request, timezone.localdate())
    rows = _rows(SocialOrganization.objects.visible_to(request.user))
    may_add = add_people(request.user)
    page = ListPage(
        request,
        with_members(rows, day),
        _columns(day),
        title="社会组织",
        order=["village__code", "kind__position", "name"],
        filterset=OrganizationFilter,
        count=lambda n: f"共{number(n)}个社会组织",
        groups=lambda o: o.village.name,
        empty_text="还没有登记社会组织。登记后在这里看到会长、成员和换届日期。",
        empty_action=("登记社会组织", reverse("organization_add")) if may_add else None,
        context={
            "add_url": reverse("organization_add"),
            "add_text": "登记社会组织",
            "may_add": may_add,
            "extra_actions": [("种类", reverse("organization_kinds"))],
        },
    )
    return page.respond()


# --- Page -------------------------------------------------------------------------------------
FORMER_COLUMNS = (
    Column("person", "姓名", lambda m: m.person.name, show=lambda m: person_cell(m.person, True), head=True),
    Column("position", "职务", lambda m: m.get_position_display()),
    Column("since", "起", lambda m: m.starts_on, kind="date"),
    Column("until", "止", lambda m: m.ends_on, kind="date"),
    Column("why", "离任原因", lambda m: m.end_reason, secondary=True),
)


@guarded(see_village_life, find=find_organization, methods=("GET",))
def organization_page(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    today = timezone.localdate()
    people = ("person__village", "person__villager_group", "person__department")
    memberships = list(organization.members.select_related(*people))
    ended = [m for m in memberships if m.ends_on is not None and m.ends_on < today]
    members = sorted((m for m in memberships if m not in ended), key=lambda m: (RANK[m.position], m.starts_on))
    seen = Person.objects.visible_to(request.user).filter(pk__in=[m.person_id for m in members])
    seen_ids = set(seen.values_list("pk", flat=True))
    for member in members:
        member.opens = member.person_id in seen_ids  # a member of another village may be none of theirs
    former = sorted(ended, key=lambda m: m.ends_on, reverse=True)
    context = {
        "organization": organization,
        "crumbs": [("社会组织", reverse("organization_list"))],
        "members": members,
        "chair": next((m for m in members if m.position == CHAIR and m.covers(today)), None),
        "former": plain_table("曾任成员", FORMER_COLUMNS, former),
        "due": due_state(organization, today),
        "entries": entries_about([organization, *memberships]),
        "keeps": keep_part(request.user, organization) and organization.ended_on is None,
        "may_reveal": bool(members) and reveal_phone(request.user, members[0].person),
    }
    return render(request, "villages/organization.html", context)


# --- Registering, correcting, dissolving -----------------------------------------------------------
@guarded(add_people)
def organization_add(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        OrganizationForm(request.POST or None, user=request.user, initial=request.GET.dict()),
        save=lambda values: actions.add_organization(by=request.user, **values),
        done=lambda made: (_page(made), f"已登记{made}。请接着登记会长和成员。"),
        context={
            "heading": "登记社会组织",
            "submit": "登记社会组织",
            "cancel_url": reverse("organization_list"),
            "crumbs": [("社会组织", reverse("organization_list"))],
        },
    )


@guarded(keep_part, find=find_organization)
def organization_edit(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    return form_page(
        request,
        OrganizationForm(request.POST or None, user=request.user, record=organization),
        save=lambda values: actions.change_organization(organization=organization, by=request.user, **values),
        done=lambda saved: (_page(saved), "已保存。"),
        context=_under(organization, heading=f"修改{organization}", submit="保存修改"),
    )


@guarded(keep_part, find=find_organization)
def organization_dissolve(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    running = organization.members.open().count()
    form = DissolveForm(request.POST or None, record=organization, initial={"ended_on": timezone.localdate()})
    return form_page(
        request,
        form,
        save=lambda values: actions.dissolve_organization(organization=organization, by=request.user, **values),
        done=lambda saved: (_page(saved), f"{saved}已撤销，历史记录保留。"),
        context=_under(
            organization,
            heading=f"撤销{organization}",
            submit="撤销社会组织",
            danger=True,
            effects=[f"{number(running)}名成员的任期同时结束。", "成员和任期的历史都保留，可以查阅。"],
        ),
    )


# --- Members ----------------------------------------------------------------------------------
@guarded(keep_part, find=find_organization)
def member_add(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    outside = request.GET.get("outside") == "1"
    people = candidates(organization, request.user, outside=outside)
    who = f"{organization.village}以外的人员" if outside else f"{organization.village}的在册人员"
    return form_page(
        request,
        MemberForm(request.POST or None, people=people, initial={"person": request.GET.get("person")}),
        save=lambda values: _add_one(organization, request, **values),
        done=lambda members: (_page(organization), f"已增加{members[0].get_position_display()}{members[0].person}。"),
        template="villages/organization_member_form.html",
        context=_under(
            organization,
            heading=f"增加{organization}成员",
            submit="增加成员",
            intro=f"从{who}中选择。已是成员的，改任职务从起始日期起，原职务止于前一天。",
            **_other_people(request, organization, outside),
        ),
    )


def _add_one(organization: SocialOrganization, request: HttpRequest, *, person: Person, **values: Any) -> Any:
    return actions.add_members(organization=organization, people=[person], by=request.user, **values)


@guarded(keep_part, find=find_organization)
def members_add(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    members = set(organization.members.open().values_list("person_id", flat=True))
    form = MembersForm(request.POST or None, people=residents(organization.village), members=members)
    return form_page(
        request,
        form,
        save=lambda values: actions.add_members(organization=organization, by=request.user, **values),
        done=lambda added: (_page(organization), f"已增加{number(len(added))}名成员。"),
        context=_under(
            organization,
            heading=f"增加多名成员（{organization}）",
            submit="增加勾选的成员",
            intro=f"勾选{organization.village}的在册人员；已是成员的不再列出。",
        ),
    )


@guarded(keep_part, find=find_membership)
def membership_end(request: HttpRequest, membership: OrganizationMember) -> HttpResponse:
    organization, person = membership.organization, membership.person
    effects = [f"{person}自{full_date(membership.starts_on)}起的任职记录保留。"]
    if membership.position == CHAIR:
        effects.append("离任后暂无会长（主任）。已定新人选的，请用“更换会长”办理。")
    return form_page(
        request,
        EndMembershipForm(request.POST or None, record=membership),
        save=lambda values: actions.end_membership(membership=membership, by=request.user, **values),
        done=lambda saved: (_page(organization), f"{person}已于{full_date(saved.ends_on)}离任。"),
        context=_under(
            organization,
            heading=f"办理{person}离任（{membership.get_position_display()}）",
            submit="办理离任",
            effects=effects,
        ),
    )


# --- Chair and term of office -----------------------------------------------------------------------
@guarded(keep_part, find=find_organization)
def chair_replace(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    former = organization.members.open().filter(position=CHAIR).select_related("person").first()
    outside = request.GET.get("outside") == "1"
    people = candidates(organization, request.user, outside=outside)
    verb = "更换" if former else "选任"
    effects = [f"{former.person}的任期止于新会长（主任）起始日期的前一天，记录保留。"] if former else []
    return form_page(
        request,
        ChairForm(request.POST or None, record=organization, people=people, former=former),
        save=lambda values: actions.replace_chair(
            organization=organization, by=request.user, **{"reason": "", **values}
        ),
        done=lambda chair: (
            _page(organization),
            f"会长（主任）自{full_date(chair.starts_on)}起由{chair.person}担任。",
        ),
        template="villages/organization_member_form.html",
        context=_under(
            organization,
            heading=f"{verb}{organization}会长（主任）",
            submit=f"{verb}会长（主任）",
            effects=effects,
            **_other_people(request, organization, outside),
        ),
    )


@guarded(keep_part, find=find_organization)
def term_start(request: HttpRequest, organization: SocialOrganization) -> HttpResponse:
    members = organization.members.open().select_related("person")
    people = residents(organization.village) | Person.objects.filter(
        memberships__organization=organization, memberships__ends_on=None
    )
    form = TermForm(
        request.POST or None,
        record=organization,
        members=members.order_by("position", "starts_on", "pk"),
        people=people.distinct(),
    )
    return form_page(
        request,
        form,
        save=lambda values: actions.start_term(organization=organization, by=request.user, **values),
        done=lambda saved: (
            _page(saved),
            f"新一届任期自{full_date(saved.term_starts_on)}起，{number(saved.term_years)}年。",
        ),
        template="villages/organization_member_form.html",
        context=_under(
            organization,
            heading=f"{organization}换届",
            submit="办理换届",
            effects=[
                "留任的成员继续任职；没有勾选的成员，任期止于新一届起始日期的前一天。",
                "原会长（主任）不再连任而留任的，转为成员。历史记录都保留。",
            ],
        ),
    )


# --- Where a membership belongs ---------------------------------------------------------------------
def _page(organization: SocialOrganization) -> str:
    return reverse("organization", args=[organization.pk])


def _other_people(request: HttpRequest, organization: SocialOrganization, outside: bool) -> dict[str, str]:
    """The way to people of other villages, and back."""
    if outside:
        return {"other_url": request.path, "other_text": f"从{organization.village}的人员中选择"}
    return {"other_url": f"{request.path}?outside=1", "other_text": "选择外村人员"}


def _under(organization: SocialOrganization, **context: Any) -> dict[str, Any]:
    here = _page(organization)
    crumbs = [("社会组织", reverse("organization_list")), (organization.name, here)]
    return {"cancel_url": here, "crumbs": crumbs, **context}

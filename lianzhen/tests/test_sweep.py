"""Every address × every role × {own village, other village}: who sees it, who may use it.

The expectation is typed by hand below, apart from the code that it judges: `SEES` says whose rows each
role sees, `MAY` who passes each permission. A view without a guard, an address without an object, a
permission without a line in the table: each fails the sweep.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from lianzhen.accounts.roles import Role as R
from lianzhen.pages.guard import Guard
from lianzhen.tests.bulletin_rows import bulletin_rows
from lianzhen.tests.cast import START, Cast, leave_yesterday, make_user
from lianzhen.tests.document_rows import document_rows
from lianzhen.tests.duty_rows import duty_rows
from lianzhen.tests.entry_rows import entry_rows
from lianzhen.tests.meeting_rows import meeting_rows
from lianzhen.tests.month_rows import month_rows
from lianzhen.tests.quarter_rows import KEY as QUARTER
from lianzhen.tests.quarter_rows import quarter_rows
from lianzhen.tests.scheme_rows import scheme_rows
from lianzhen.tests.selfgov_rows import selfgov_rows
from lianzhen.tests.year_rows import YEAR, year_rows

OUTSIDER = "outsider"
EVERYBODY = frozenset(R) | {OUTSIDER}
TOWN = frozenset({R.OFFICE, R.OFFICE_LEAD, R.COMMITTEE, R.AUDITOR})
OFFICE = frozenset({R.OFFICE, R.OFFICE_LEAD})
VILLAGE = frozenset({R.LEADER, R.MEMBER, R.CADRE})
KEEPERS = OFFICE | VILLAGE
READERS = TOWN | VILLAGE | {R.DISTRICT, R.INSTRUCTOR}
#: Whoever works for the town or a village, or did so lately.
STAFF = READERS | {R.WINDOW, R.FORMER}
ACCOUNTS = frozenset({R.SYSADMIN, R.AUDITOR, R.OFFICE_LEAD, R.COMMITTEE})
MEETING = TOWN | {R.DISTRICT, R.LEADER, R.MEMBER, R.INSTRUCTOR}

#: Who passes a permission once the object is visible (or where there is none).
MAY = {
    "open_home": EVERYBODY,
    "use_search": EVERYBODY,
    "use_own_pages": EVERYBODY,
    "keep_queue": EVERYBODY,
    "see_villages": READERS | {R.WINDOW},
    "see_people": READERS | {R.WINDOW},
    "see_districts": READERS,
    "see_village_life": READERS,
    "see_grids": READERS | {R.WINDOW, R.GRIDHEAD},
    "see_coverage": READERS,
    "add_people": KEEPERS,
    "keep_person": KEEPERS,
    "reveal_phone": EVERYBODY - {R.AUDITOR, R.SYSADMIN},
    "keep_village": KEEPERS,
    "keep_part": KEEPERS,
    "keep_grid": KEEPERS,
    "keep_head_term": KEEPERS,
    "change_village": OFFICE,
    "arrange_teams": OFFICE,
    "arrange_grids": OFFICE,
    "appoint_cadres": OFFICE,
    "decide_self_governance": frozenset({R.OFFICE_LEAD}),
    "see_selfgov": READERS,
    # The cast's cadre is the clerk: the secretary or the director applies, or the office on their behalf.
    "apply_for": OFFICE,
    "write_application": OFFICE,
    "withdraw_application": frozenset(),
    "opine_application": frozenset({R.DISTRICT}),
    "return_application": frozenset({R.DISTRICT}),
    "check_application": OFFICE,
    "decide_application": frozenset({R.COMMITTEE}),
    "revoke_decision": frozenset({R.COMMITTEE}),
    "change_conditions": frozenset({R.OFFICE_LEAD}),
    "grant_budgets": OFFICE,
    "withdraw_budgets": OFFICE,
    "report_uses": OFFICE | {R.CADRE},
    "withdraw_uses": OFFICE | {R.CADRE},
    "see_selfgov_years": READERS,
    "start_selfgov_years": OFFICE | {R.CADRE},
    "write_selfgov_year": OFFICE | {R.CADRE},
    # Neither village has an instructor with an account.
    "opine_selfgov_year": OFFICE,
    "check_selfgov_year": OFFICE,
    "return_selfgov_year": OFFICE,
    "grade_selfgov_year": frozenset({R.COMMITTEE}),
    "issue_selfgov_year": frozenset({R.OFFICE_LEAD}),
    "change_kinds": OFFICE,
    "see_accounts": ACCOUNTS,
    "keep_accounts": frozenset({R.SYSADMIN}),
    "keep_other_account": frozenset({R.SYSADMIN}),
    "end_role": frozenset({R.SYSADMIN}),
    "see_town": TOWN | {R.SYSADMIN},
    "change_town": frozenset({R.SYSADMIN, R.OFFICE_LEAD}),
    "see_calendar": TOWN | {R.SYSADMIN},
    "change_calendar": OFFICE | {R.SYSADMIN},
    "see_trail": ACCOUNTS,
    "see_feedback": TOWN,
    "answer_feedback": OFFICE,
    "use_imports": OFFICE | {R.SYSADMIN},
    "see_work_rules": frozenset(R),
    "change_work_rules": frozenset({R.OFFICE_LEAD}),
    "see_schemes": frozenset(R),
    "keep_schemes": frozenset({R.OFFICE_LEAD}),
    "decide_schemes": frozenset({R.COMMITTEE}),
    "try_schemes": TOWN,
    "see_leaves": READERS | {R.FORMER},
    "see_leave_months": READERS,
    "ask_leave": VILLAGE | {R.DISTRICT, R.INSTRUCTOR},
    "ask_leave_for": OFFICE,
    # The member's own leave, which the leader decides, or whoever stands above him.
    "decide_leave": frozenset({R.LEADER, R.DISTRICT, R.OFFICE_LEAD, R.COMMITTEE}),
    "handle_leave": OFFICE | {R.MEMBER},
    "see_board": READERS | {R.WINDOW},
    "see_duty": TOWN | VILLAGE | {R.DISTRICT},
    "see_duty_days": TOWN | VILLAGE | {R.DISTRICT, R.FORMER},
    "see_own_duty": VILLAGE,
    "key_duty_from_paper": OFFICE,
    "log_duty_days": KEEPERS,
    "add_to_duty": KEEPERS,
    # Who made the entry, today; whom the leader entered; who sent the photo, or decides.
    "undo_duty": frozenset({R.LEADER}),
    "dispute_duty": frozenset({R.MEMBER}),
    "take_photo_down": OFFICE | {R.DISTRICT, R.LEADER},
    "decide_duty": OFFICE | {R.DISTRICT},
    "ask_shifts": OFFICE | {R.LEADER, R.MEMBER},
    "withdraw_shift": OFFICE | {R.LEADER, R.MEMBER},
    "decide_shift": OFFICE | {R.DISTRICT},
    # A check of the office's clerk, who does not decide about it.
    "record_checks": OFFICE | {R.DISTRICT},
    "explain_check": VILLAGE,
    "decide_check": frozenset({R.OFFICE_LEAD, R.DISTRICT}),
    "withdraw_check": OFFICE,
    "note_outing": VILLAGE | {R.INSTRUCTOR},
    "see_reports": TOWN | VILLAGE | {R.DISTRICT},
    "see_sent_reports": TOWN | VILLAGE | {R.DISTRICT, R.FORMER},
    "see_all_reports": TOWN | {R.DISTRICT},
    "write_report": OFFICE | {R.LEADER, R.MEMBER},
    "comment_report": OFFICE | {R.DISTRICT},
    "see_needs": READERS,
    "handle_needs": OFFICE,
    "answer_need": OFFICE,
    "see_meetings": MEETING,
    "see_decision": EVERYBODY,
    "keep_meetings": OFFICE,
    "reopen_meetings": frozenset({R.OFFICE_LEAD}),
    # A decision that the own team is to see to.
    "report_decision": OFFICE | {R.LEADER, R.MEMBER},
    "see_behind": TOWN | {R.DISTRICT},
    "remind_teams": OFFICE | {R.DISTRICT},
    "see_suggestions": TOWN | {R.DISTRICT, R.LEADER, R.MEMBER, R.FORMER},
    "decide_suggestions": OFFICE,
    "decide_suggestion": OFFICE,
    "see_entries": READERS | {R.FORMER},
    "see_approvals": OFFICE | {R.COMMITTEE, R.DISTRICT},
    "record_deductions": OFFICE,
    # The deduction has been told; nobody writes it anew.
    "change_entry": frozenset(),
    # The office's clerk recorded it, and so does not confirm it, nor look into the appeal.
    "confirm_entry": frozenset({R.OFFICE_LEAD, R.DISTRICT}),
    "withdraw_entry": OFFICE,
    "reverse_entry": frozenset({R.OFFICE_LEAD}),
    "read_entry": VILLAGE,
    # Also about the days on which one served and serves no more.
    "file_appeal": VILLAGE | {R.FORMER},
    "report_rectification": VILLAGE,
    "check_rectification": OFFICE,
    "claim_bonuses": frozenset({R.LEADER}),
    # The leader's claim, with his photo.
    "withdraw_claim": frozenset({R.LEADER}),
    "give_opinion": frozenset({R.DISTRICT}),
    "verify_bonus": OFFICE,
    "agree_bonus": frozenset({R.OFFICE_LEAD}),
    "withdraw_appeal": frozenset({R.LEADER}),
    "check_appeal": frozenset({R.OFFICE_LEAD}),
    "decide_appeal": frozenset({R.OFFICE_LEAD}),
    "see_evidence": READERS | {R.FORMER},
    "take_evidence_down": frozenset({R.LEADER}),
    "see_scores": READERS | {R.FORMER},
    "see_publicity": STAFF,
    "see_months": TOWN,
    "close_months": OFFICE,
    "review_months": frozenset({R.OFFICE_LEAD, R.COMMITTEE}),
    "send_back_months": OFFICE | {R.COMMITTEE},
    "lock_months": frozenset({R.OFFICE_LEAD}),
    # Asked for by the clerk.
    "decide_corrections": frozenset({R.OFFICE_LEAD, R.COMMITTEE}),
    "see_quarters": TOWN | {R.DISTRICT},
    "keep_quarters": OFFICE,
    "review_teams": OFFICE | {R.COMMITTEE},
    "decide_quarters": frozenset({R.COMMITTEE}),
    "approve_quarters": frozenset({R.COMMITTEE}),
    "see_payouts": TOWN,
    "issue_quarter_papers": frozenset({R.OFFICE_LEAD}),
    "see_years": TOWN | {R.DISTRICT, R.LEADER, R.MEMBER},
    "see_year_row": TOWN | {R.DISTRICT, R.LEADER, R.MEMBER},
    "keep_years": OFFICE,
    "write_summary": OFFICE | {R.LEADER},
    # Both districts have somebody with an account (`selfgov_rows`): the office need not step in.
    "opine_summary": frozenset({R.DISTRICT}),
    "check_summary": OFFICE,
    "return_summary": OFFICE,
    "grade_years": frozenset({R.COMMITTEE}),
    "decide_years": frozenset({R.COMMITTEE}),
    "grade_row": frozenset({R.COMMITTEE}),
    "draft_year_notice": TOWN,
    "issue_year_papers": frozenset({R.OFFICE_LEAD}),
    "see_bulletins": STAFF,
    "keep_bulletins": OFFICE,
    "sign_bulletins": frozenset({R.OFFICE_LEAD}),
    "see_documents": STAFF,
    "see_paper_settings": TOWN,
    "keep_paper_settings": OFFICE,
    "draft_papers": OFFICE,
    "sign_papers": frozenset({R.OFFICE_LEAD}),
}

#: Who sees the own village's row and the other village's, by what the address begins with.
OWN = TOWN | VILLAGE | {R.DISTRICT, R.WINDOW}
FAR = TOWN | {R.WINDOW}
#: Of the work in a village, which the window has no part in; and of days on which somebody served who has left.
WORK = TOWN | VILLAGE | {R.DISTRICT}
PAST = WORK | {R.FORMER}
SEES = {
    "villages": (OWN, FAR),
    "selfgov": (FAR | {R.INSTRUCTOR}, FAR | {R.INSTRUCTOR}),
    "selfgov/villages": (OWN, FAR),
    "selfgov/applications": (OWN, FAR),
    "selfgov/budgets": (OWN, FAR),
    "selfgov/uses": (OWN, FAR),
    "selfgov/years": (OWN, FAR),
    "teams": (OWN, FAR),
    "postings": (OWN, FAR),
    "specialities": (OWN, FAR),
    "villager-groups": (OWN, FAR),
    "party-branches": (OWN, FAR),
    "party-groups": (OWN, FAR),
    "charters": (OWN, FAR),
    "cadres": (OWN, FAR),
    "orgs": (OWN, FAR),
    "orgs/members": (OWN, FAR),
    "grids": (OWN | {R.GRIDHEAD}, FAR),
    "grids/terms": (OWN | {R.GRIDHEAD}, FAR),
    # The instructor's village lies in the other district.
    "districts": (OWN | {R.GRIDHEAD}, FAR | {R.INSTRUCTOR}),
    "people": (TOWN | VILLAGE | {R.DISTRICT}, TOWN),
    "orgs/kinds": (EVERYBODY, EVERYBODY),
    "settings/accounts": (ACCOUNTS, ACCOUNTS),
    "settings/grants": (ACCOUNTS, ACCOUNTS),
    "settings/departments": (EVERYBODY, EVERYBODY),
    # An entry about an account, and one about a village: the latter is not the administrator's to read.
    "settings/audit": (ACCOUNTS, ACCOUNTS - {R.SYSADMIN}),
    "notices": (frozenset({R.OFFICE}), frozenset({R.LEADER})),
    "imports": (OFFICE, OFFICE),
    "imports/accounts": (frozenset({R.SYSADMIN}), frozenset({R.SYSADMIN})),
    "feedback": (TOWN | {R.LEADER}, TOWN | {R.MEMBER}),
    "settings/work-rules": (frozenset(R), frozenset(R)),
    # The version in force, and the draft of the next one.
    "settings/scheme": (frozenset(R), TOWN),
    "settings/scheme/categories": (frozenset(R), TOWN),
    "settings/clauses": (frozenset(R), TOWN),
    # A leave is about a person: the window does not look it up.
    "leave": (OWN - {R.WINDOW}, TOWN),
    "duty/outings": (OWN, FAR),
    "duty": (PAST, TOWN),
    "duty/people": (PAST, TOWN),
    "duty/photos": (PAST, TOWN),
    "duty/shifts": (OWN, FAR),
    "duty/teams": (OWN, FAR),
    "duty/checks": (OWN, FAR),
    # By the team whose report it is.
    "weekly/<slug:week>": (OWN, FAR),
    "weekly/read": (PAST, TOWN),
    "scores/<slug:month>/teams": (PAST, TOWN),
    "quarters/<slug:quarter>/material": (OWN, FAR),
    "years/<int:year>/summaries": (OWN, FAR),
    "years/<int:year>/grades": (OWN, FAR),
    "corrections": (PAST, TOWN),
    # A draft, and one that was issued.
    "bulletins": (OFFICE | {R.AUDITOR}, STAFF),
    "bulletins/blocks": (OFFICE | {R.AUDITOR}, STAFF),
    # Papers about one village each.
    "documents": (OWN, FAR),
    "settings/papers/templates": (TOWN, TOWN),
    "needs": (OWN, FAR),
    "meetings": (MEETING, MEETING),
    "decisions": (MEETING, MEETING),
    "suggestions": (PAST - {R.CADRE}, TOWN),
    "deductions": (PAST, TOWN),
    "bonuses": (PAST, TOWN),
    "appeals": (PAST, TOWN),
    "evidence": (PAST, TOWN),
}

#: Addresses that only a row of a certain state has.
SPECIAL = {
    "villages/<int:pk>/self-governance/end/": "selfgov",
    "imports/<int:pk>/slips/": "imports/accounts",
    "weekly/<slug:week>/<int:pk>/": "weekly/read",
}

ANSWERED = {200, 204, 302, 303, 409, 422}
#: In the week and the month of the rows below, and of the addresses that are made for them.
NOW = "2026-11-26 10:00+08:00"
#: Of a page, whatever it shows (design §14).
MOST_QUERIES = 15
#: A link of a page to another page of the platform.
LINK = re.compile(r'<a\b[^>]*\bhref="(/(?!static/|media/|logout/)[^"#]*)')


@pytest.fixture(autouse=True)
def in_the_week_of_its_rows():
    """Whenever the sweep is run."""
    with time_machine.travel(NOW, tick=True):
        yield


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> list[tuple[str, URLPattern]]:
    """Every pattern with its whole route, the admin panel's aside (it has a sweep of its own)."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("admin/"):
                found += patterns(entry, route)
        else:
            found.append((route, entry))
    return found


def guard_of(pattern: URLPattern) -> Guard | None:
    return getattr(pattern.callback, "guard", None)


def kind_of(route: str) -> str:
    """What an address begins with, before its object: `grids/terms/<int:pk>/edit/` → `grids/terms`."""
    return SPECIAL.get(route) or route.split("/<int:pk>")[0]


def objects(cast: Cast) -> dict[str, tuple[Any, Any]]:
    """A row of the own village and one of the other for every kind of address."""
    from appraisal.models import TownNeed, WorkRules
    from lianzhen.accounts.models import RoleGrant
    from lianzhen.notices.models import Feedback, Notice
    from lianzhen.trail import acting
    from lianzhen.trail.models import AuditEntry
    from villages.models import CadreTerm, OrganizationMember, PartyBranch, PartyGroup, Posting, Speciality
    from villages.models import VillageCharter as Charter

    with acting(by=None, action="test.sweep", label="测试数据"):
        rows: dict[str, list[Any]] = {"villages": [cast.own, cast.other], "teams": [cast.team, cast.other_team]}
        rows["selfgov"] = [cast.selfgov, cast.selfgov]
        rows["people"] = [cast.resident, cast.other_resident]
        rows["grids"] = [cast.grid, cast.other_grid]
        rows["orgs"] = [cast.organization, cast.other_organization]
        rows["districts"] = [cast.group, cast.other_group]
        rows["villager-groups"] = [cast.villager_group, cast.other_villager_group]
        rows["party-branches"] = [cast.branch, made(PartyBranch(village=cast.other, name="示例二村党支部"))]
        other_group = PartyGroup(branch=rows["party-branches"][1], name="第一党员小组")
        rows["party-groups"] = [cast.party_group, made(other_group)]
        for village in (cast.own, cast.other):
            rows.setdefault("specialities", []).append(made(Speciality(village=village, name="湘莲")))
            charter = Charter(village=village, number=1, title="村规民约", text="一", adopted_on=START)
            rows.setdefault("charters", []).append(made(charter))
        far = made(CadreTerm(person=cast.other_resident, village=cast.other, position="women", starts_on=START))
        rows["cadres"] = [CadreTerm.objects.get(village=cast.own), far]
        own_posting = Posting.objects.get(team=cast.team, is_leader=False)
        far_posting = Posting(team=cast.other_team, person=cast.people[R.MEMBER], starts_on=START)
        rows["postings"] = [own_posting, made(far_posting, keep_holdings=False)]
        far_member = OrganizationMember(
            organization=cast.other_organization, person=cast.other_resident, starts_on=START
        )
        rows["orgs/members"] = [OrganizationMember.objects.get(organization=cast.organization), made(far_member)]
        rows["grids/terms"] = [cast.head, far_head(cast)]
        rows["orgs/kinds"] = [cast.kinds[0]] * 2
        account = make_user("丙账号", "t_third")
        rows["settings/accounts"] = [account] * 2
        rows["settings/grants"] = [made(RoleGrant(user=account, role=R.OFFICE, starts_on=START, reason="测试"))] * 2
        rows["settings/departments"] = [cast.department] * 2
        rows["leave"] = [a_leave(cast, cast.own, cast.team), a_leave(cast, cast.other, cast.other_team)]
        rows |= duty_rows(cast)
        rows |= meeting_rows(cast)
        rows |= entry_rows(cast)
        rows |= scheme_rows(cast)
        rows |= month_rows(cast)
        rows |= quarter_rows(cast)
        rows |= year_rows(cast)
        rows |= selfgov_rows(cast)
        rows |= document_rows(cast)
        rows |= bulletin_rows(cast)
        rows["weekly/<slug:week>"] = rows["weekly/read"] = [cast.team, cast.other_team]
        rows["scores/<slug:month>/teams"] = [cast.team, cast.other_team]
        asked_for = {"text": "水渠垮塌，请镇里支持。", "raised_on": START}
        rows["needs"] = [made(TownNeed(village=village, **asked_for)) for village in (cast.own, cast.other)]
        rows["duty/outings"] = [an_outing(cast, cast.own), an_outing(cast, cast.other)]
        made(WorkRules(starts_on=START))
        rows["settings/work-rules"] = [made(WorkRules(starts_on=date(2027, 1, 4)))] * 2
        owners = (cast.users[R.LEADER], cast.users[R.MEMBER])
        rows["feedback"] = [made(Feedback(text="意见", sent_by=user)) for user in owners]
    entries = AuditEntry.objects
    rows["settings/audit"] = [entries.about(account).first(), entries.about(cast.own).first()]
    rows["imports"] = [checked_batch(cast), checked_batch(cast)]
    rows["imports/accounts"] = [accounts_batch(cast)] * 2
    rows["notices"] = [Notice.objects.create(user=cast.users[r], text="消息") for r in (R.OFFICE, R.LEADER)]
    leave_yesterday(cast)
    return {kind: (own, other) for kind, (own, other) in rows.items()}


def made(row: Any, *, keep_holdings: bool = True) -> Any:
    """Save a row; one that would give a role of the cast a second village ends at once."""
    if not keep_holdings:
        row.ends_on = row.starts_on
    row.save()
    return row


def a_leave(cast: Cast, village: Any, team: Any) -> Any:
    """Asked for by the member of the own team; in the other village by somebody else."""
    from appraisal.models import Leave

    own = village == cast.own
    person = cast.people[R.MEMBER] if own else cast.other_resident
    by = cast.users[R.MEMBER] if own else cast.outsider
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 1), "last_day": date(2027, 3, 1), "workdays": 1}
    where = {"village": village, "team": team, "group": village.group}
    return made(Leave(person=person, kind="personal", reason="家事", step="leader", created_by=by, **days, **where))


def an_outing(cast: Cast, village: Any) -> Any:
    from appraisal.models import Outing

    person = cast.people[R.MEMBER] if village == cast.own else cast.other_resident
    back = timezone.now() + timedelta(hours=1)
    by = cast.users[R.CADRE]
    return made(Outing(person=person, village=village, where="field", back_expected=back, left_by=by))


def checked_batch(cast: Cast) -> Any:
    from lianzhen.importing import actions
    from lianzhen.importing.kinds import kind_of

    raw = "姓名,村\n陶示例,示例一村\n".encode()
    return actions.upload(kind=kind_of("people"), raw=raw, file_name="人员.csv", by=cast.users[R.OFFICE])


def accounts_batch(cast: Cast) -> Any:
    from lianzhen.importing import actions, running
    from lianzhen.importing.kinds import kind_of

    raw = "姓名,开通依据\n丁示例,申请单\n".encode()
    keeper = cast.users[R.SYSADMIN]
    batch = actions.upload(kind=kind_of("accounts"), raw=raw, file_name="账号.csv", by=keeper)
    return running.start_import(batch=batch, by=keeper)


def far_head(cast: Cast) -> Any:
    from grids.models import GridHeadTerm

    return made(GridHeadTerm(grid=cast.other_grid, person=cast.other_resident, starts_on=START))


def address(route: str, row: Any) -> str:
    filled = re.sub(r"<int:pk>", str(row.pk if row is not None else ""), route)
    filled = (
        filled.replace("<slug:kind>", "calendar").replace("<slug:tab>", "grids").replace("<slug:topic>", "printing")
    )
    filled = filled.replace("<slug:week>", "2026-W48").replace("<slug:month>", "2026-11")
    filled = filled.replace("<slug:quarter>", QUARTER).replace("<int:count>", "1")
    filled = filled.replace("<int:year>", str(YEAR)).replace("<slug:step>", "work")
    assert "<" not in filled, f"the sweep does not know how to fill {route}"
    return f"/{filled}"


def expected(guard: Guard, kind: str, side: int, role: Any) -> int | None:
    """404, 403 or None for an answer."""
    if guard.finds and role not in SEES[kind][side]:
        return 404
    return None if role in MAY[guard.permission] else 403


def read_through(answer: Any) -> None:
    """Read a file to its end, which also closes it."""
    if answer.streaming:
        for _ in answer.streaming_content:
            pass


@dataclass
class Answer:
    """What came back: of a page also where it leads and how many questions it asked the database."""

    status: int
    links: set[str] = field(default_factory=set)
    queries: int = 0


class Questions:
    """Counts what a page asks the database: without the marks of a transaction, and without the session that is
    written once a while, which `ask` undoes each time."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.number += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", 'UPDATE "django_session"'))
        return execute(sql, *rest)


def ask(client: Client, method: str, url: str) -> Answer:
    """Send one request and undo whatever it did."""
    cookies, questions = client.cookies.copy(), Questions()
    with transaction.atomic():
        with connection.execute_wrapper(questions):
            answer = getattr(client, method)(url)
            read_through(answer)
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return Answer(answer.status_code)
    links = {link.partition("?")[0] for link in LINK.findall(answer.content.decode())}
    return Answer(200, links, questions.number)


def turns_away(client: Client, role: Any, url: str) -> bool:
    """Whether a page that the role has no use for by the table refuses it here too: one's own page opens."""
    guard = getattr(resolve(url).func, "guard", None)
    if guard is None or guard.permission == "public" or role in MAY[guard.permission]:
        return False
    return ask(client, "get", url).status in (403, 404)


@pytest.mark.parametrize("role", [*R, OUTSIDER], ids=str)
def test_every_address_for_a_role(role, cast, client):
    rows = objects(cast)
    user = cast.users.get(role, cast.outsider)
    client.force_login(user, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    swept: Counter[str] = Counter()
    wrong, dead, many = [], {}, {}
    led_to, counted = set(), 0
    for route, pattern in patterns():
        guard = guard_of(pattern)
        for side in (0, 1) if guard.finds else (0,):
            url = address(route, rows[kind_of(route)][side] if "<int:pk>" in route else None)
            for method in ("get", "post"):
                answer = ask(client, method, url)
                status = answer.status
                # The second visit counts: the first fills what the process keeps in memory.
                if answer.queries > MOST_QUERIES and (again := ask(client, method, url).queries) > MOST_QUERIES:
                    many[f"{method} {url}"] = again
                # A page for everybody, kept by the phone, is the same for all.
                if guard.permission != "public":
                    dead |= {link: url for link in answer.links - led_to if turns_away(client, role, link)}
                    led_to |= answer.links
                    counted += answer.queries
                if method.upper() not in guard.methods:
                    right = status == 405
                elif guard.permission == "public":
                    right = status in ANSWERED
                else:
                    refusal = expected(guard, kind_of(route), side, role)
                    right = status == refusal if refusal else status in ANSWERED
                swept["refused" if status in (403, 404) else "answered"] += 1
                if not right:
                    wrong.append(f"{role} {method} {url} ({guard.permission}): {status}")
    assert wrong == []
    # No link of a page turns its reader away.
    assert dead == {}
    assert many == {}
    assert len(led_to) > 5
    assert counted > 20
    assert swept.total() > 300
    assert swept["answered"] > 30
    # Both sides of the promise were met: a role that may do everything, or nothing, proves nothing.
    assert swept["refused"] > 20


def test_nobody_gets_in_without_signing_in(cast, client):
    rows = objects(cast)
    closed = 0
    for route, pattern in patterns():
        if guard_of(pattern).permission != "public":
            url = address(route, rows[kind_of(route)][0] if "<int:pk>" in route else None)
            answer = client.get(url)
            assert answer.status_code == 302, url
            assert answer["Location"].startswith("/login/"), url
            closed += 1
    assert closed > 80


def test_every_address_has_a_guard():
    swept = patterns()
    assert len(swept) > 90
    assert [route for route, pattern in swept if guard_of(pattern) is None] == []


def test_every_permission_and_every_kind_stands_in_the_tables():
    guards = {guard_of(pattern).permission for _, pattern in patterns()}
    kinds = {kind_of(route) for route, pattern in patterns() if "<int:pk>" in route}
    assert guards - {"public"} == set(MAY)
    assert kinds == set(SEES)


def test_every_public_address_says_why():
    public = {route: guard_of(p).public_because for route, p in patterns() if guard_of(p).permission == "public"}
    assert all(public.values())
    pages = {"login/", "logout/", "account/display/", "help/", "help/<slug:topic>/", "accessibility/", "offline/"}
    assert set(public) == pages | {"sw.js", "sync/token/", "sync/items/"}


#: Addresses of one kind that are looked at: weeks and months lead on and on.
OF_A_KIND = 4


def test_no_page_leads_whoever_has_left_a_team_to_one_that_turns_him_away(cast, client):
    """Of all roles the one that sees rows of a kind without seeing what they belong to."""
    objects(cast)
    client.force_login(cast.users[R.FORMER], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    asked: Counter[str] = Counter()
    waiting, seen, refused = [("", "/")], {"/"}, []
    while waiting:
        above, url = waiting.pop()
        with transaction.atomic():
            answer = client.get(url.replace("&amp;", "&"), follow=True)
            read_through(answer)
            transaction.set_rollback(True)
        if answer.status_code not in ANSWERED:
            refused.append(f"{above} → {url}: {answer.status_code}")
        if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for link in sorted(set(LINK.findall(answer.content.decode())) - seen):
            name = resolve(link.partition("?")[0]).view_name
            asked[name] += 1
            seen.add(link)
            if asked[name] <= OF_A_KIND:
                waiting.append((url, link))
    assert refused == []
    assert {"deduction", "bonus", "appeal", "score_page", "duty", "suggestion", "weekly_report", "correction"} <= {
        *asked
    }

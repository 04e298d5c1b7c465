"""Who may do what with 村为主自治. Read it aloud to the head of the township.

申请 ≠ 片区意见 ≠ 联村办核查 ≠ 党委研究; nobody judges the village that he serves in. Rows first, as in `permissions`.
"""

from __future__ import annotations

from django.db.models import Model

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from villages.models import BudgetUse, CadreTerm, SelfGovApplication, Village, WorkBudget
from villages.selfgov_facts import HEADS
from villages.selfgov_turns import opinion_givers
from villages.visibility import VILLAGE_ROLES

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
RECUSED = "涉及本人所在的村，请由其他同志处理。"
#: Who works for the town in a village, and does not judge it.
SERVING = (Role.LEADER, Role.MEMBER, Role.INSTRUCTOR)


# --- Reading ----------------------------------------------------------------------------------
def see_selfgov(user: User, record: Model | None = None) -> Verdict:
    """The town, the liaison groups, and whoever works in the village."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES)


# --- Applying ---------------------------------------------------------------------------------
def heads_villages(user: User) -> set[int]:
    """Villages whose secretary or director the user is. One query, none for whoever is no cadre."""
    if not user.standing.has(Role.CADRE):
        return set()
    terms = CadreTerm.objects.on(user.standing.on).filter(person__user_id=user.pk, position__in=HEADS)
    return set(terms.values_list("village_id", flat=True))


def apply_for(user: User, village: Village) -> Verdict:
    """The village's secretary or director; the office on behalf of the village (代录)."""
    if user.standing.has(*OFFICE) or village.pk in heads_villages(user):
        return ALLOWED
    return refused("由村支部书记或村主任申请，也可以由联村工作办代录。")


def write_application(user: User, application: SelfGovApplication) -> Verdict:
    """What the town itself proposes is written by the office."""
    if application.origin == SelfGovApplication.Origin.TOWN:
        return only(user, *OFFICE)
    return apply_for(user, application.village)


def withdraw_application(user: User, application: SelfGovApplication) -> Verdict:
    """Whoever may write it; not the office for a village that applied by itself."""
    if application.origin == SelfGovApplication.Origin.VILLAGE and application.village_id not in heads_villages(user):
        return refused("申请由村支部书记或村主任撤回。")
    return write_application(user, application)


# --- Opinions ---------------------------------------------------------------------------------
def opine_application(user: User, application: SelfGovApplication) -> Verdict:
    """The liaison group of the district; the office where nobody of the group may."""
    if not user.standing.has(Role.DISTRICT, *OFFICE):
        return only(user, Role.DISTRICT)
    if _serves(user, application):
        return refused(RECUSED)
    if user.pk in application.writers:
        return refused("填写和提交申请的人不能出片区意见，请由其他同志办理。")
    if application.village.group_id in user.standing.groups(Role.DISTRICT):
        return ALLOWED
    if user.standing.has(*OFFICE) and user.pk in opinion_givers(application, user.standing.on):
        return ALLOWED
    return refused("由所在片区的联络组出意见。")


def check_application(user: User, application: SelfGovApplication) -> Verdict:
    """The office; neither who applied nor who gave the opinion."""
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if _serves(user, application):
        return refused(RECUSED)
    if user.pk == application.opinion_by_id or user.pk in application.writers:
        return refused("申请人和出片区意见的人不能核查，请由其他同志办理。")
    return ALLOWED


def decide_application(user: User, application: SelfGovApplication) -> Verdict:
    """A member of the committee, who had no part in it before."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    if _serves(user, application):
        return refused(RECUSED)
    if user.pk in (application.opinion_by_id, application.checked_by_id) or user.pk in application.writers:
        return refused("申请人、出意见的人和核查人不能登记党委决定，请由其他同志办理。")
    return ALLOWED


def revoke_decision(user: User, application: SelfGovApplication) -> Verdict:
    """Whoever may record what the committee decides, until its first day."""
    return decide_application(user, application)


def return_application(user: User, application: SelfGovApplication) -> Verdict:
    """Whoever has the next step."""
    judge = {
        SelfGovApplication.State.OFFICE: check_application,
        SelfGovApplication.State.COMMITTEE: decide_application,
    }.get(SelfGovApplication.State(application.state), opine_application)
    return judge(user, application)


def next_turn(user: User, application: SelfGovApplication) -> tuple[str, Verdict]:
    """The step that waits (opinion, check, decide, write; "" for none), and whether it is this user's."""
    State = SelfGovApplication.State
    steps = {
        State.DRAFT: ("write", write_application),
        State.RETURNED: ("write", write_application),
        State.DISTRICT: ("opinion", opine_application),
        State.OFFICE: ("check", check_application),
        State.COMMITTEE: ("decide", decide_application),
    }
    name, judge = steps.get(State(application.state), ("", None))
    return name, judge(user, application) if judge is not None else refused("")


def _serves(user: User, application: SelfGovApplication) -> bool:
    return application.village_id in user.standing.villages(*SERVING)


# --- Conditions -------------------------------------------------------------------------------
def change_conditions(user: User) -> Verdict:
    return only(user, Role.OFFICE_LEAD)


# --- Work budget ------------------------------------------------------------------------------
def grant_budgets(user: User, record: Village | WorkBudget | None = None) -> Verdict:
    return only(user, *OFFICE)


def withdraw_budgets(user: User, budget: WorkBudget) -> Verdict:
    """收回 what nothing was used of."""
    return only(user, *OFFICE)


def report_uses(user: User, budget: WorkBudget) -> Verdict:
    """The village's own cadres; the office on their behalf (代录)."""
    if user.standing.has(*OFFICE) or budget.village_id in user.standing.villages(Role.CADRE):
        return ALLOWED
    return refused("经费使用由本村干部登记，也可以由联村工作办代录。")


def withdraw_uses(user: User, use: BudgetUse) -> Verdict:
    return report_uses(user, use.budget)

"""Who may do what with deductions, bonuses and appeals. Read it aloud to the head of the township.

登记 ≠ 复核 ≠ 答复; nobody decides about the team he serves in. Rows first, as in `permissions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from appraisal.as_body import sentence, signs
from appraisal.models import Appeal, Evidence, ScoreEntry
from appraisal.permissions import OFFICE, RECUSED, TEAM
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from villages.models import Posting

State = ScoreEntry.State


def serves_in(user: User, team_id: int | None) -> bool:
    return team_id is not None and team_id in user.standing.teams(*TEAM)


def _guides(user: User, entry: ScoreEntry) -> bool:
    """Belongs to the liaison group of the entry's village."""
    return entry.village.group_id is not None and entry.village.group_id in user.standing.groups(Role.DISTRICT)


# --- Reading ----------------------------------------------------------------------------------
def see_entries(user: User, record: Model | None = None) -> Verdict:
    """The town, the liaison group of the district, and whoever works in the village."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE)


def see_approvals(user: User) -> Verdict:
    """Whoever may be asked to confirm, to give an opinion, to verify or to decide."""
    return only(user, *OFFICE, Role.COMMITTEE, Role.DISTRICT)


# --- 扣分 -------------------------------------------------------------------------------------
def record_deductions(user: User) -> Verdict:
    return only(user, *OFFICE)


def change_entry(user: User, entry: ScoreEntry) -> Verdict:
    """What nobody has been told of yet, by whoever wrote it."""
    if entry.state not in (State.DRAFT, State.RETURNED):
        return refused("已通知的扣分不再修改，只能作废或撤销后重新登记。")
    if entry.recorded_by_id != user.pk:
        return refused("草稿和退回的扣分由登记人修改。")
    return record_deductions(user)


def confirm_entry(user: User, entry: ScoreEntry) -> Verdict:
    """The head of the office, or the liaison group of the district; never the recorder."""
    if not (user.standing.has(Role.OFFICE_LEAD) or _guides(user, entry)):
        return refused("由联村工作办主任或所在片区的联络组复核。")
    if entry.recorded_by_id == user.pk:
        return refused("登记人不能复核自己登记的扣分，请由其他同志复核。")
    return refused(RECUSED) if serves_in(user, entry.team_id) else ALLOWED


def withdraw_entry(user: User, entry: ScoreEntry) -> Verdict:
    """作废 before it took hold: the recorder, or the head of the office."""
    if serves_in(user, entry.team_id):
        return refused(RECUSED)
    if entry.recorded_by_id == user.pk or user.standing.has(Role.OFFICE_LEAD):
        return ALLOWED
    return refused("由登记人或联村工作办主任作废。")


def reverse_entry(user: User, entry: ScoreEntry) -> Verdict:
    """撤销 of what counts already."""
    if not user.standing.has(Role.OFFICE_LEAD):
        return only(user, Role.OFFICE_LEAD)
    return refused(RECUSED) if serves_in(user, entry.team_id) else ALLOWED


def read_entry(user: User, entry: ScoreEntry) -> Verdict:
    """已阅: whoever may also appeal."""
    return file_appeal(user, entry)


def report_rectification(user: User, entry: ScoreEntry) -> Verdict:
    """整改情况 is written by the team or the village."""
    return ALLOWED if _is_own(user, entry) else refused("整改情况由这个工作组的同志或本村干部填写。")


def check_rectification(user: User, entry: ScoreEntry) -> Verdict:
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if entry.rectified_by_id == user.pk:
        return refused("填写整改情况的人不能核查整改。")
    return refused(RECUSED) if serves_in(user, entry.team_id) else ALLOWED


# --- 加分 -------------------------------------------------------------------------------------
def claim_bonuses(user: User) -> Verdict:
    return only(user, Role.LEADER)


def withdraw_claim(user: User, entry: ScoreEntry) -> Verdict:
    return ALLOWED if entry.recorded_by_id == user.pk else refused("申报由申报人撤回。")


def give_opinion(user: User, entry: ScoreEntry) -> Verdict:
    """The liaison group of the district."""
    if not _guides(user, entry):
        return refused("由所在片区的联络组出意见。")
    return refused(RECUSED) if serves_in(user, entry.team_id) else ALLOWED


def verify_bonus(user: User, entry: ScoreEntry) -> Verdict:
    """The office looks at the material; somebody else than claimed."""
    return _office_about(user, entry, OFFICE)


def agree_bonus(user: User, entry: ScoreEntry) -> Verdict:
    """The head of the office; neither who claimed nor who verified."""
    if entry.verified_by_id == user.pk:
        return refused("核实人不能再同意这项加分，请由其他同志处理。")
    return _office_about(user, entry, (Role.OFFICE_LEAD,))


def _office_about(user: User, entry: ScoreEntry, roles: tuple[Role, ...]) -> Verdict:
    if not user.standing.has(*roles):
        return only(user, *roles)
    if entry.recorded_by_id == user.pk:
        return refused("申报人不能办理自己申报的加分。")
    return refused(RECUSED) if serves_in(user, entry.team_id) else ALLOWED


# --- 申诉 -------------------------------------------------------------------------------------
def _is_own(user: User, entry: ScoreEntry) -> bool:
    return serves_in(user, entry.team_id) or entry.village_id in user.standing.villages(Role.CADRE)


def file_appeal(user: User, entry: ScoreEntry) -> Verdict:
    """Leader and members of the team, secretary and cadres of the village."""
    return ALLOWED if _is_own(user, entry) else refused("由这个工作组的同志或本村干部提出申诉。")


def withdraw_appeal(user: User, appeal: Appeal) -> Verdict:
    """Whoever filed it."""
    return ALLOWED if appeal.filed_by_id == user.pk else refused("申诉由提出的人撤回。")


def check_appeal(user: User, appeal: Appeal) -> Verdict:
    """核查: the office, but not who recorded or filed."""
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if user.pk in (appeal.recorder_id, appeal.filed_by_id):
        return refused("登记人和申诉人不能核查这件申诉，请由其他同志核查。")
    return refused(RECUSED) if serves_in(user, appeal.entry.team_id) else ALLOWED


@dataclass(frozen=True)
class Leads:
    """Accounts of the heads of the office and of the committee today, and (team, account) where one of them serves
    in a team."""

    accounts: frozenset[int]
    committee: frozenset[int]
    serving: frozenset[tuple[int, int]]

    @classmethod
    def on(cls, today: date) -> Leads:
        """Two queries."""
        rows = RoleGrant.objects.on(today).filter(role__in=(Role.OFFICE_LEAD, Role.COMMITTEE), user__ended_at=None)
        held = set(rows.values_list("role", "user_id"))
        accounts, committee = (
            frozenset(pk for role, pk in held if role == one) for one in (Role.OFFICE_LEAD, Role.COMMITTEE)
        )
        posts = Posting.objects.on(today).filter(team__isnull=False, person__user__in=accounts | committee)
        return cls(accounts, committee, frozenset(posts.values_list("team_id", "person__user_id")))

    def may(self, appeal: Appeal) -> bool:
        """Whether one of the heads may decide it."""
        return self._some_of(self.accounts, appeal)

    def somebody(self, appeal: Appeal) -> bool:
        """Whether a head or one of the committee may."""
        return self._some_of(self.accounts | self.committee, appeal)

    def _some_of(self, accounts: frozenset[int], appeal: Appeal) -> bool:
        barred = barred_from(appeal)
        return any(pk not in barred and (appeal.entry.team_id, pk) not in self.serving for pk in accounts)


def barred_from(appeal: Appeal) -> set[int | None]:
    return {appeal.recorder_id, appeal.confirmer_id, appeal.filed_by_id}


def signs_appeal(user: User, appeal: Appeal) -> Verdict:
    """Whether recusal and an earlier part in it let the user answer, whatever he is."""
    barred = barred_from(appeal)
    if user.pk in barred:
        return refused("登记人、复核人和申诉人不能答复这件申诉。")
    return signs(user, Role.OFFICE_LEAD, Role.COMMITTEE, team=appeal.entry.team_id, barred=barred)


def decide_appeal(user: User, appeal: Appeal) -> Verdict:
    """The head of the office; the committee where he may not; of those in the team itself one who registers what the
    body decided, where nobody else is left."""
    return decide_appeal_beside(user, appeal, None)


def decide_appeal_beside(user: User, appeal: Appeal, leads: Leads | None) -> Verdict:
    """As `decide_appeal`, with the heads of the office at hand where many appeals are asked about."""
    if not user.standing.has(Role.OFFICE_LEAD, Role.COMMITTEE):
        return only(user, Role.OFFICE_LEAD, Role.COMMITTEE)
    if user.pk in barred_from(appeal):
        return refused("登记人、复核人和申诉人不能答复这件申诉。")
    own = serves_in(user, appeal.entry.team_id)
    if user.standing.has(Role.OFFICE_LEAD) and not own:
        return ALLOWED
    leads = leads or Leads.on(user.standing.on)
    if own:
        roles = (Role.OFFICE_LEAD, Role.COMMITTEE)
        return refused(RECUSED) if leads.somebody(appeal) else Verdict(True, sentence(roles, appeal.entry.team_id))
    return refused("这件申诉由联村工作办主任答复。") if leads.may(appeal) else ALLOWED


# --- 证据 -------------------------------------------------------------------------------------
def see_evidence(user: User, evidence: Evidence) -> Verdict:
    return see_entries(user)


def take_evidence_down(user: User, evidence: Evidence) -> Verdict:
    """Whoever brought it, while nothing has been decided on it yet."""
    if evidence.created_by_id != user.pk:
        return refused("证据由上传的人撤下。")
    entry = evidence.entry
    if entry is not None and entry.state in (State.DRAFT, State.RETURNED, State.CLAIMED):
        return ALLOWED
    return refused("已经通知或提交的，证据不再撤下。")

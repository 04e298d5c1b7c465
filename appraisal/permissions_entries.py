"""Who may do what with deductions, bonuses and appeals. Read it aloud to the head of the township.

登记 ≠ 复核 ≠ 答复; nobody decides about the team he serves in. What no head of the office may is the committee's.
Rows first, as in `permissions`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q

from appraisal.as_body import as_body, signs
from appraisal.models import Appeal, Evidence, ScoreEntry
from appraisal.models.entries import is_of_served_days
from appraisal.permissions import LEFT, OFFICE, RECUSED, TEAM
from appraisal.recusal import Part, of_fact, part_in
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from villages.models import Posting
from villages.models.teams import remembered_since
from villages.visibility import in_served_days

State = ScoreEntry.State
CLAIMED_IT = "申报人不能办理自己申报的加分。"


def serves_in(user: User, team_id: int | None) -> bool:
    return team_id is not None and team_id in user.standing.teams(*TEAM)


def has_part_in(user: User, entry: ScoreEntry) -> bool:
    """Serves in the team, or served in it on the day that the entry is about: nobody decides about himself."""
    return bool(part_in(user.standing, entry.team_id, of_fact(entry)))


def of_own_team(user: User, path: str = "") -> Q:
    """As `has_part_in`, for the entries at `path` (e.g. `"entry__"`)."""
    serves = Q(**{f"{path}team__isnull": False, f"{path}team__in": user.standing.teams(*TEAM)})
    return serves | in_served_days(user, f"{path}team", f"{path}occurred_on")


def _guides(user: User, entry: ScoreEntry) -> bool:
    """Belongs to the liaison group of the entry's village."""
    return entry.village.group_id is not None and entry.village.group_id in user.standing.groups(Role.DISTRICT)


@dataclass(frozen=True)
class Leads:
    """Accounts of the heads of the office and of the committee today, where one of them or of a liaison group serves
    in a team or served in one, and who belongs to the groups: (group, account)."""

    accounts: frozenset[int]
    committee: frozenset[int]
    guiding: frozenset[tuple[int, int]]
    posts: tuple[Posting, ...]
    today: date

    @classmethod
    def on(cls, today: date) -> Leads:
        """Two queries."""
        rows = RoleGrant.objects.on(today).filter(role__in=(Role.OFFICE_LEAD, Role.COMMITTEE), user__ended_at=None)
        held = set(rows.values_list("role", "user_id"))
        accounts, committee = (
            frozenset(pk for role, pk in held if role == one) for one in (Role.OFFICE_LEAD, Role.COMMITTEE)
        )
        known = Posting.objects.filter(person__user__isnull=False, person__user__ended_at=None)
        groups = known.on(today).exclude(group=None)
        posts = known.filter(Q(ends_on=None) | Q(ends_on__gte=remembered_since(today))).select_related("person")
        posts = posts.filter(Q(person__user__in=accounts | committee) | Q(person__in=groups.values("person")))
        found = tuple(posts.filter(village=None))
        guiding = frozenset((one.group_id, one.person.user_id) for one in found if one.group_id and one.covers(today))
        return cls(accounts, committee, guiding, tuple(one for one in found if one.team_id), today)

    def may(self, appeal: Appeal) -> bool:
        """Whether one of the heads may decide it."""
        return bool(self.who_may(appeal))

    def who_may(self, appeal: Appeal) -> set[int]:
        """The heads who may."""
        return self._of(self.accounts, appeal.entry, barred_from(appeal))

    def head(self, entry: ScoreEntry, *barred: int | None) -> bool:
        """Whether one of the heads may act about the entry."""
        return bool(self._of(self.accounts, entry, set(barred)))

    def guide(self, entry: ScoreEntry, *barred: int | None) -> bool:
        """Whether one of the liaison group of its village may; `entry.village` is at hand."""
        own = {pk for group, pk in self.guiding if group == entry.village.group_id}
        return bool(self._of(own, entry, set(barred)))

    def somebody(self, appeal: Appeal, *, then: bool = True) -> bool:
        """Whether a head or one of the committee may; without `then` also of those who served in the team on the day
        of the fact and have left."""
        return bool(self._of(self.accounts | self.committee, appeal.entry, barred_from(appeal), then=then))

    def _of(self, accounts: Set[int], entry: ScoreEntry, barred: Set[int | None], *, then: bool = True) -> set[int]:
        return {pk for pk in accounts if pk not in barred and not self._has_part(pk, entry, then=then)}

    def _has_part(self, account: int, entry: ScoreEntry, *, then: bool) -> bool:
        """As `has_part_in`."""
        posts = (one for one in self.posts if (one.person.user_id, one.team_id) == (account, entry.team_id))
        return any(one.covers(self.today) or (then and one.covers(entry.occurred_on)) for one in posts)


# --- Reading ----------------------------------------------------------------------------------
def see_entries(user: User, record: Model | None = None) -> Verdict:
    """The town, the liaison group of the district, whoever works in the village, and whoever worked there on the
    day."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE, Role.FORMER)


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


def confirm_entry(user: User, entry: ScoreEntry, leads: Leads | None = None) -> Verdict:
    """The head of the office, or the liaison group of the district; the committee where neither may; never the
    recorder. `leads` where many are asked about."""
    usual = user.standing.has(Role.OFFICE_LEAD) or _guides(user, entry)
    elsewhere = refused("由联村工作办主任或所在片区的联络组复核。")
    if not (usual or user.standing.has(Role.COMMITTEE)):
        return elsewhere
    if entry.recorded_by_id == user.pk:
        return refused("登记人不能复核自己登记的扣分，请由其他同志复核。")
    if has_part_in(user, entry):
        return refused(RECUSED)
    if usual:
        return ALLOWED
    if entry.state != State.WAITING:
        return elsewhere
    leads, by = leads or Leads.on(user.standing.on), entry.recorded_by_id
    return elsewhere if leads.head(entry, by) or leads.guide(entry, by) else ALLOWED


def withdraw_entry(user: User, entry: ScoreEntry) -> Verdict:
    """作废 before it took hold: the recorder, or the head of the office."""
    if has_part_in(user, entry):
        return refused(RECUSED)
    if entry.recorded_by_id == user.pk or user.standing.has(Role.OFFICE_LEAD):
        return ALLOWED
    return refused("由登记人或联村工作办主任作废。")


def reverse_entry(user: User, entry: ScoreEntry) -> Verdict:
    """撤销 of what counts already: the head of the office; the committee where no head may."""
    return _head_about(user, entry, entry.state in ScoreEntry.COUNTING)


def _head_about(user: User, entry: ScoreEntry, due: bool, *barred: int | None, leads: Leads | None = None) -> Verdict:
    """What is the head of the office's, and once it is due the committee's where no head may: each has a part in it or
    is one of `barred`."""
    if not user.standing.has(Role.OFFICE_LEAD, Role.COMMITTEE):
        return only(user, Role.OFFICE_LEAD)
    if has_part_in(user, entry):
        return refused(RECUSED)
    if user.standing.has(Role.OFFICE_LEAD):
        return ALLOWED
    if due and not (leads or Leads.on(user.standing.on)).head(entry, *barred):
        return ALLOWED
    return only(user, Role.OFFICE_LEAD)


def read_entry(user: User, entry: ScoreEntry) -> Verdict:
    """已阅: the team and the village. Whoever has left appeals, or lets it be."""
    return ALLOWED if _is_own(user, entry) else refused("由这个工作组的同志或本村干部标为已阅。")


def report_rectification(user: User, entry: ScoreEntry) -> Verdict:
    """整改情况 is written by the team or the village."""
    return ALLOWED if _is_own(user, entry) else refused("整改情况由这个工作组的同志或本村干部填写。")


def check_rectification(user: User, entry: ScoreEntry) -> Verdict:
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if entry.rectified_by_id == user.pk:
        return refused("填写整改情况的人不能核查整改。")
    return refused(RECUSED) if has_part_in(user, entry) else ALLOWED


# --- 加分 -------------------------------------------------------------------------------------
def claim_bonuses(user: User) -> Verdict:
    return only(user, Role.LEADER)


def withdraw_claim(user: User, entry: ScoreEntry) -> Verdict:
    if is_of_served_days(user, entry):
        return refused(LEFT)
    return ALLOWED if entry.recorded_by_id == user.pk else refused("申报由申报人撤回。")


def give_opinion(user: User, entry: ScoreEntry) -> Verdict:
    """The liaison group of the district."""
    if not _guides(user, entry):
        return refused("由所在片区的联络组出意见。")
    return refused(RECUSED) if has_part_in(user, entry) else ALLOWED


def verify_bonus(user: User, entry: ScoreEntry) -> Verdict:
    """The office looks at the material; somebody else than claimed."""
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if entry.recorded_by_id == user.pk:
        return refused(CLAIMED_IT)
    return refused(RECUSED) if has_part_in(user, entry) else ALLOWED


def agree_bonus(user: User, entry: ScoreEntry, leads: Leads | None = None) -> Verdict:
    """The head of the office, the committee where no head may; neither who claimed nor who verified. `leads` where
    many are asked about."""
    if entry.verified_by_id == user.pk:
        return refused("核实人不能再同意这项加分，请由其他同志处理。")
    if entry.recorded_by_id == user.pk and user.standing.has(Role.OFFICE_LEAD, Role.COMMITTEE):
        return refused(CLAIMED_IT)
    hands = (entry.recorded_by_id, entry.verified_by_id)
    return _head_about(user, entry, entry.state == State.VERIFIED, *hands, leads=leads)


# --- 申诉 -------------------------------------------------------------------------------------
def _is_own(user: User, entry: ScoreEntry) -> bool:
    return serves_in(user, entry.team_id) or entry.village_id in user.standing.villages(Role.CADRE)


def file_appeal(user: User, entry: ScoreEntry) -> Verdict:
    """Leader and members of the team, also those who have left it since; secretary and cadres of the village."""
    if _is_own(user, entry) or is_of_served_days(user, entry):
        return ALLOWED
    return refused("由这个工作组的同志或本村干部提出申诉。")


def withdraw_appeal(user: User, appeal: Appeal) -> Verdict:
    """Whoever filed it."""
    return ALLOWED if appeal.filed_by_id == user.pk else refused("申诉由提出的人撤回。")


def check_appeal(user: User, appeal: Appeal) -> Verdict:
    """核查: the office, but not who recorded or filed."""
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    if user.pk in (appeal.recorder_id, appeal.filed_by_id):
        return refused("登记人和申诉人不能核查这件申诉，请由其他同志核查。")
    return refused(RECUSED) if has_part_in(user, appeal.entry) else ALLOWED


def barred_from(appeal: Appeal) -> set[int | None]:
    return {appeal.recorder_id, appeal.confirmer_id, appeal.filed_by_id}


def signs_appeal(user: User, appeal: Appeal) -> Verdict:
    """Whether recusal and an earlier part in it let the user answer, whatever he is."""
    barred = barred_from(appeal)
    if user.pk in barred:
        return refused("登记人、复核人和申诉人不能答复这件申诉。")
    entry = appeal.entry
    roles = (Role.OFFICE_LEAD, Role.COMMITTEE)
    return signs(user, *roles, team=entry.team_id, days=of_fact(entry), barred=barred)


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
    entry = appeal.entry
    part = part_in(user.standing, entry.team_id, of_fact(entry))
    if user.standing.has(Role.OFFICE_LEAD) and not part:
        return ALLOWED
    leads = leads or Leads.on(user.standing.on)
    if part:
        others = leads.somebody(appeal, then=part is Part.THEN)
        return refused(RECUSED) if others else as_body((Role.OFFICE_LEAD, Role.COMMITTEE), entry.team_id, part)
    return refused("这件申诉由联村工作办主任答复。") if leads.may(appeal) else ALLOWED


# --- 证据 -------------------------------------------------------------------------------------
def see_evidence(user: User, evidence: Evidence) -> Verdict:
    return see_entries(user)


def take_evidence_down(user: User, evidence: Evidence) -> Verdict:
    """Whoever brought it, while nothing has been decided on it yet."""
    if evidence.created_by_id != user.pk:
        return refused("证据由上传的人撤下。")
    entry = evidence.entry
    if entry is not None and is_of_served_days(user, entry):
        return refused(LEFT)
    if entry is not None and entry.state in (State.DRAFT, State.RETURNED, State.CLAIMED):
        return ALLOWED
    return refused("已经通知或提交的，证据不再撤下。")

"""Who may do what with the working week. Read it aloud to the head of the township.

Rows first: every object here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from django.db.models import Model
from django.utils import timezone

from appraisal.leave_rules import WORDS, Step, reaches
from appraisal.models import (
    Decision,
    DutyAttendance,
    DutyLog,
    DutyPhoto,
    DutyShift,
    Leave,
    Outing,
    SpotCheck,
    Suggestion,
    TownNeed,
)
from appraisal.models.meetings import MEETING_READERS
from appraisal.recusal import Days, part_in
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused
from villages.models import LiaisonTeam

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who serves in a team.
TEAM = (Role.LEADER, Role.MEMBER)
RECUSED = "涉及本人所在工作组，请由其他同志处理。"
#: To whoever looks back at his days in a team: he reads and appeals.
LEFT = "您在这个组的任职已经结束，只能查看和申诉。有误请联系联村工作办。"


# --- 工作制度 ---------------------------------------------------------------------------------
def see_work_rules(user: User) -> Verdict:
    """Rules bind everybody who works for the town or a village."""
    return ALLOWED if user.standing.holdings else refused("这个账号目前没有职务和角色。")


def change_work_rules(user: User, record: Model | None = None) -> Verdict:
    """The head of the office writes down what the party committee adopted."""
    return only(user, Role.OFFICE_LEAD)


# --- 驻村一览 ---------------------------------------------------------------------------------
def see_duty(user: User, record: Model | None = None) -> Verdict:
    """The town sees all teams, a liaison group its district's, a team and the village's cadres their own."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.CADRE)


def see_duty_days(user: User, record: DutyLog | DutyPhoto | None = None) -> Verdict:
    """Single days as they were entered: also for whoever served on them and has left."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.CADRE, Role.FORMER)


def see_own_duty(user: User) -> Verdict:
    """Whoever sits in a village office on duty days."""
    return only(user, *TEAM, Role.CADRE)


def key_duty_from_paper(user: User) -> Verdict:
    """代录: the office keys what was signed on paper."""
    return only(user, *OFFICE)


# --- 驻村登记 ---------------------------------------------------------------------------------
def log_duty_days(user: User) -> Verdict:
    """Who sits in a village office on duty days, for himself and his colleagues; the office from paper."""
    return only(user, *OFFICE, *TEAM, Role.CADRE)


def log_for_team(user: User, team: LiaisonTeam) -> Verdict:
    """One's own team; a cadre for the team of his village; the office for every team."""
    standing = user.standing
    if standing.has(*OFFICE) or team.pk in standing.teams(*TEAM) or team.village_id in standing.villages(Role.CADRE):
        return ALLOWED
    return refused(f"{team}的驻村由本组组长、组员和本村干部登记，也可请联村工作办代录。")


def add_to_duty(user: User, log: DutyLog) -> Verdict:
    """What was done, photos: the same people."""
    return log_for_team(user, log.team)


def undo_duty(user: User, log: DutyLog) -> Verdict:
    """Whoever entered, on the day he did it."""
    rows = log.attendances.filter(created_by=user).exclude(state=DutyAttendance.State.WITHDRAWN)
    if any(timezone.localtime(at).date() == user.standing.on for at in rows.values_list("created_at", flat=True)):
        return ALLOWED
    return refused("只能撤销本人当天登记的驻村。登记有误时请联系片区联络组或联村工作办。")


def dispute_duty(user: User, log: DutyLog) -> Verdict:
    """不是我: whoever was entered by somebody else."""
    if user.standing.served_on(log.team_id, log.day):
        return refused(LEFT)
    named = log.attendances.filter(person__user=user, state=DutyAttendance.State.PRESENT).exclude(created_by=user)
    return ALLOWED if named.exists() else refused("只能对别人为您作的登记提出异议。")


def decide_duty(user: User, record: LiaisonTeam | DutyLog | DutyAttendance | DutyShift | SpotCheck) -> Verdict:
    """Late entries, disputes, shifts: the liaison group of the district, or the office; not about one's own team."""
    team = record if isinstance(record, LiaisonTeam) else (record.log if hasattr(record, "log") else record).team
    district = team.village.group_id is not None and team.village.group_id in user.standing.groups(Role.DISTRICT)
    if not (district or user.standing.has(*OFFICE)):
        return refused("由所在片区的联络组或联村工作办办理。")
    return refused(RECUSED) if team.pk in user.standing.teams(*TEAM) else ALLOWED


def take_photo_down(user: User, photo: DutyPhoto) -> Verdict:
    """Whoever sent it, and who decides."""
    if user.standing.served_on(photo.log.team_id, photo.log.day):
        return refused(LEFT)
    return ALLOWED if photo.created_by_id == user.pk else decide_duty(user, photo)


def ask_shifts(user: User) -> Verdict:
    return only(user, *OFFICE, *TEAM)


def shift_for_team(user: User, team: LiaisonTeam) -> Verdict:
    """调休 is asked for by the team; the office in its place."""
    if user.standing.has(*OFFICE) or team.pk in user.standing.teams(*TEAM):
        return ALLOWED
    return refused(f"{team}的调休由本组组长和组员申请。")


def withdraw_shift(user: User, shift: DutyShift) -> Verdict:
    return shift_for_team(user, shift.team)


def decide_shift(user: User, shift: DutyShift) -> Verdict:
    """As all of duty; never what one asked for oneself."""
    if shift.created_by_id == user.pk:
        return refused("不能办理自己提出的调休，请由其他同志办理。")
    return decide_duty(user, shift)


# --- 抽查 -------------------------------------------------------------------------------------
def record_checks(user: User) -> Verdict:
    return only(user, *OFFICE, Role.DISTRICT)


def explain_check(user: User, check: SpotCheck) -> Verdict:
    """The team, and the village's cadres, who sit there with it."""
    standing = user.standing
    if check.team_id in standing.teams(*TEAM) or check.team.village_id in standing.villages(Role.CADRE):
        return ALLOWED
    return refused("由这个工作组的同志或本村干部说明。")


def decide_check(user: User, check: SpotCheck) -> Verdict:
    """Somebody else than who looked."""
    if check.created_by_id == user.pk:
        return refused("抽查由登记人以外的同志认定。")
    return decide_duty(user, check)


def withdraw_check(user: User, check: SpotCheck) -> Verdict:
    if check.created_by_id == user.pk or user.standing.has(Role.OFFICE_LEAD):
        return ALLOWED
    return refused("由登记人或联村工作办主任撤销。")


# --- 请假公出 ---------------------------------------------------------------------------------
def see_leaves(user: User, leave: Leave | None = None) -> Verdict:
    """Rows decide whose: one's villages', one's liaison group's, one's own, those one stands in for."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE, Role.FORMER)


def see_leave_months(user: User) -> Verdict:
    """Who is away when: not for whoever has left and finds nothing but his own."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE)


def ask_leave(user: User) -> Verdict:
    """Whoever serves in a village or a liaison group, for himself."""
    return only(user, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE)


def ask_leave_for(user: User) -> Verdict:
    """The office in anybody's place."""
    return only(user, *OFFICE)


def handle_leave(user: User, leave: Leave) -> Verdict:
    """Withdrawing, coming back, another substitute: the person himself, or the office in his place."""
    if user.standing.has(*OFFICE) or leave.person.user_id == user.pk:
        return ALLOWED
    return refused("撤回、销假和更换替班人由本人办理，也可请联村工作办代办。")


def decide_leave(user: User, leave: Leave) -> Verdict:
    """The step that the chain names, or one above it. Nobody decides his own, nor what he asked for in
    somebody's place, nor (above the leader) a matter of the team he serves in himself."""
    if leave.person.user_id == user.pk:
        return refused("不能批自己的请假，请由其他同志处理。")
    if leave.created_by_id == user.pk:
        return refused("这条请假由您代为申请，请由其他同志批。")
    leads = leave.team_id is not None and leave.team_id in user.standing.teams(Role.LEADER)
    if leads and reaches(Step.LEADER, leave.step):
        return ALLOWED
    if not any(reaches(step, leave.step) for step in _steps_of(user, leave)):
        return refused(f"这条请假由{WORDS[Step(leave.step)]}批。")
    if leave.team_id is not None and leave.team_id in user.standing.teams(*TEAM):
        return refused("涉及本人所在工作组，请由其他同志处理。")
    return ALLOWED


def _steps_of(user: User, leave: Leave) -> list[Step]:
    """Above the leader."""
    standing = user.standing
    held = {
        Step.GROUP: leave.group_id is not None and leave.group_id in standing.groups(Role.DISTRICT),
        Step.OFFICE: standing.has(Role.OFFICE_LEAD),
        Step.COMMITTEE: standing.has(Role.COMMITTEE),
    }
    return [step for step, holds in held.items() if holds]


def read_leave_reason(user: User, leave: Leave) -> Verdict:
    """Why somebody is on leave is for himself, who asked in his place, who decides and who checks; colleagues
    and substitutes see the days. What official travel is about is no secret."""
    if leave.is_official or user.standing.has(*TOWN_WIDE) or user.pk in (leave.person.user_id, leave.created_by_id):
        return ALLOWED
    if leave.group_id in user.standing.groups(Role.DISTRICT) or leave.team_id in user.standing.teams(Role.LEADER):
        return ALLOWED
    return refused("请假事由由本人、批假人和联村工作办查看。")


# --- 去向公示 ---------------------------------------------------------------------------------
def see_board(user: User) -> Verdict:
    """Who is in the village office: for whoever works with the village, and the window that sends people there."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE, Role.WINDOW)


#: Who notes down where somebody went.
NOTES_OUTINGS = (*TEAM, Role.INSTRUCTOR, Role.CADRE)


def note_outing(user: User, outing: Outing | None = None) -> Verdict:
    """Going out and coming back: whoever works in the village, for himself and for his colleagues."""
    if outing is None:
        return only(user, *NOTES_OUTINGS)
    if outing.village_id in user.standing.villages(*NOTES_OUTINGS):
        return ALLOWED
    return refused("去向由在这个村工作的同志登记。")


# --- 周报 -------------------------------------------------------------------------------------
def see_reports(user: User, team: LiaisonTeam | None = None) -> Verdict:
    """The town all, a liaison group its district's, the team and the village's cadres their own."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.CADRE)


def see_sent_reports(user: User, team: LiaisonTeam | None = None) -> Verdict:
    """One report after the other: also for whoever served in the week and has left."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.CADRE, Role.FORMER)


def see_all_reports(user: User) -> Verdict:
    """The week over many teams: who reads for the town or a district."""
    return only(user, *TOWN_WIDE, Role.DISTRICT)


def write_report(user: User, team: LiaisonTeam) -> Verdict:
    """Leader and members of the team; the office in their place."""
    if user.standing.has(*OFFICE) or team.pk in user.standing.teams(*TEAM):
        return ALLOWED
    return refused(f"{team}的周报由本组组长和组员填写，也可请联村工作办代录。")


def read_draft(user: User, team: LiaisonTeam) -> Verdict:
    """What is not sent yet is for those who write it."""
    return write_report(user, team)


def comment_report(user: User, team: LiaisonTeam) -> Verdict:
    """The liaison group of the district and the office read and comment; not about one's own team."""
    district = team.village.group_id is not None and team.village.group_id in user.standing.groups(Role.DISTRICT)
    if not (user.standing.has(*OFFICE) or district):
        return refused("周报由所在片区的联络组和联村工作办阅处。")
    return refused(RECUSED) if team.pk in user.standing.teams(*TEAM) else ALLOWED


def remind_teams(user: User) -> Verdict:
    return only(user, *OFFICE, Role.DISTRICT)


# --- 需镇里解决的事 ---------------------------------------------------------------------------
def see_needs(user: User, need: TownNeed | None = None) -> Verdict:
    """The town all, others those of their villages; and whoever is charged with one."""
    if need is not None and need.owner is not None and need.owner.user_id == user.pk:
        return ALLOWED
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.INSTRUCTOR, Role.CADRE)


def handle_needs(user: User, need: TownNeed | None = None) -> Verdict:
    """Writing down, assigning, declining: the office."""
    return only(user, *OFFICE)


def answer_need(user: User, need: TownNeed) -> Verdict:
    """Whoever is charged with it, and the office."""
    if user.standing.has(*OFFICE) or (need.owner is not None and need.owner.user_id == user.pk):
        return ALLOWED
    return refused("由承办人或联村工作办填写答复。")


# --- 周例会、议定事项 --------------------------------------------------------------------------
def see_meetings(user: User, record: Model | None = None) -> Verdict:
    """Who sits in the meeting or is bound by what it decides, and who checks on it."""
    return only(user, *MEETING_READERS)


def see_decision(user: User, decision: Decision) -> Verdict:
    """Found through what the user sees: the meeting's readers, and whoever is to see to it."""
    return ALLOWED


def keep_meetings(user: User, record: Model | None = None) -> Verdict:
    """Calling, ticking who came, minutes, decisions: the office's work."""
    return only(user, *OFFICE)


def reopen_meetings(user: User, record: Model | None = None) -> Verdict:
    """A record that was closed is opened again by the head of the office alone, with a reason."""
    return only(user, Role.OFFICE_LEAD)


def report_decision(user: User, decision: Decision) -> Verdict:
    """Whoever sees to it says what came of it; the office may write it down for anybody."""
    if user.standing.has(*OFFICE) or Decision.objects.owed_by(user).filter(pk=decision.pk).exists():
        return ALLOWED
    return refused(f"落实情况由{decision.owners}或联村工作办填写。")


# --- 谁没跟上、提醒 ----------------------------------------------------------------------------
def see_behind(user: User) -> Verdict:
    """The town sees all teams, a liaison group its district's."""
    return only(user, *TOWN_WIDE, Role.DISTRICT)


# --- 建议扣分 ---------------------------------------------------------------------------------
def see_suggestions(user: User, record: Model | None = None) -> Verdict:
    """A team, and whoever served in it then, reads what was noticed about it; the town and the liaison group read
    theirs."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM, Role.FORMER)


def decide_suggestions(user: User) -> Verdict:
    return only(user, *OFFICE)


def decide_suggestion(user: User, suggestion: Suggestion) -> Verdict:
    """Nobody decides what concerns the team he serves in, or served in on the day."""
    if part_in(user.standing, suggestion.team_id, Days(suggestion.occurred_on, suggestion.occurred_on)):
        return refused(RECUSED)
    return decide_suggestions(user)


# --- 待上传 -------------------------------------------------------------------------------------
def keep_queue(user: User) -> Verdict:
    """Everybody: whoever once entered something on a phone must be able to get it off it, whatever he is now."""
    return ALLOWED

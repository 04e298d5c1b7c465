"""The working week, its judgement and what is announced."""

from appraisal.models.appeals import Appeal
from appraisal.models.bulletins import Bulletin, BulletinBlock
from appraisal.models.documents import DocumentFile, DocumentTemplate, IssuedDocument, PaperSettings
from appraisal.models.duty import DutyAttendance, DutyLog, DutyNote, DutyPhoto, DutyShift, SpotCheck
from appraisal.models.entries import Evidence, ScoreEntry
from appraisal.models.leave import Leave, Outing
from appraisal.models.meetings import Decision, MeetingAttendance, WeeklyMeeting
from appraisal.models.months import AppraisalMonth, Correction, MonthlyScore, SubsidyRow
from appraisal.models.quarters import Payout, PayoutRow, QuarterlyReview, TeamReview
from appraisal.models.schemes import Category, Clause, Scheme
from appraisal.models.selfgov_years import SelfGovYear
from appraisal.models.suggestions import Reminder, Suggestion
from appraisal.models.sync import SyncItem
from appraisal.models.weekly_reports import ReportComment, ReportLine, TownNeed, WeeklyReport
from appraisal.models.work_rules import WorkRules
from appraisal.models.years import AnnualAssessment, AnnualGrade, AnnualSummary

#: Behind the door of the trail. `SyncItem` is not: it is the phone's envelope, what it holds is tracked.
TRACKED = (
    WorkRules,
    DutyLog,
    DutyAttendance,
    DutyNote,
    DutyPhoto,
    DutyShift,
    SpotCheck,
    Leave,
    Outing,
    WeeklyReport,
    ReportLine,
    ReportComment,
    TownNeed,
    WeeklyMeeting,
    MeetingAttendance,
    Decision,
    Suggestion,
    Reminder,
    Scheme,
    Category,
    Clause,
    ScoreEntry,
    Evidence,
    Appeal,
    AppraisalMonth,
    SubsidyRow,
    Correction,
    QuarterlyReview,
    TeamReview,
    Payout,
    IssuedDocument,
    DocumentTemplate,
    PaperSettings,
    Bulletin,
    BulletinBlock,
    SelfGovYear,
    AnnualAssessment,
    AnnualSummary,
    AnnualGrade,
)

__all__ = [
    "TRACKED",
    "AnnualAssessment",
    "AnnualGrade",
    "AnnualSummary",
    "Appeal",
    "AppraisalMonth",
    "Bulletin",
    "BulletinBlock",
    "Category",
    "Clause",
    "Correction",
    "Decision",
    "DocumentFile",
    "DocumentTemplate",
    "DutyAttendance",
    "DutyLog",
    "DutyNote",
    "DutyPhoto",
    "DutyShift",
    "Evidence",
    "IssuedDocument",
    "Leave",
    "MeetingAttendance",
    "MonthlyScore",
    "Outing",
    "PaperSettings",
    "Payout",
    "PayoutRow",
    "QuarterlyReview",
    "Reminder",
    "ReportComment",
    "ReportLine",
    "Scheme",
    "ScoreEntry",
    "SelfGovYear",
    "SpotCheck",
    "SubsidyRow",
    "Suggestion",
    "SyncItem",
    "TeamReview",
    "TownNeed",
    "WeeklyMeeting",
    "WeeklyReport",
    "WorkRules",
]

# Hundreds of rows a year and village: each is told on its own page, and would drown the village's history.
for _model in TRACKED:
    _model.own_history = True

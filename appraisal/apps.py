from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "appraisal"
    verbose_name = "联村工作"

    def ready(self) -> None:
        from appraisal import quarter_guards, recusal_guards, seal_guards, year_guards
        from appraisal.actions.annual_summaries import TEXTS
        from appraisal.holding import HOLDERS
        from appraisal.importing import register_kinds
        from appraisal.models import (
            TRACKED,
            AnnualAssessment,
            AnnualGrade,
            AnnualSummary,
            Bulletin,
            BulletinBlock,
            Category,
            Clause,
            DocumentFile,
            DocumentTemplate,
            DutyPhoto,
            Evidence,
            IssuedDocument,
            Leave,
            QuarterlyReview,
            Scheme,
            ScoreEntry,
            SelfGovYear,
            Suggestion,
            TeamReview,
            WeeklyMeeting,
            WeeklyReport,
        )
        from appraisal.selfgov_matters import assessments_of, matters_of
        from appraisal.views import duty_views, village_scores, weekly_overview
        from lianzhen.trail import guards, track
        from villages.extensions import register_assessments, register_matters, register_row_page

        for model in TRACKED:
            track(model)
        seal_guards.lay()
        recusal_guards.lay()
        quarter_guards.lay()
        year_guards.lay()
        # What was issued lies on paper elsewhere.
        guards.append_only(IssuedDocument)
        guards.append_only(DocumentFile)
        duty_views.register()
        register_kinds()
        village_scores.register()
        weekly_overview.register()
        register_matters(matters_of)
        register_assessments(assessments_of)
        for model, page, related in HOLDERS:
            register_row_page(model, page, related)
        # The agenda repeats what other records say; each of those has its own entries.
        track(WeeklyMeeting, leave_out=["agenda"])
        # Facts come as sentences; the action notes them in words (`actions.suggestions`).
        track(Suggestion, leave_out=["key", "facts"])
        # Rules, bands and formulas come as sentences; their actions note them in words (`actions.schemes`).
        track(Clause, leave_out=["initials", "rule", "parameters", "suggested_by"])
        track(Scheme, leave_out=["bands", "subsidy", "quarter", "year"])
        track(QuarterlyReview, leave_out=["terms"])
        # The months froze their own figures.
        track(TeamReview, leave_out=["months"])
        track(AnnualAssessment, leave_out=["terms"])
        # What the records of the year say; the leader's words have entries of their own (`actions.annual_summaries`).
        track(AnnualSummary, leave_out=["facts", "saved", *TEXTS, "written_at", "written_by"])
        track(AnnualGrade, leave_out=["months", "quarters"])
        track(Category, leave_out=["key"])
        # The uses have entries of their own.
        track(SelfGovYear, leave_out=["spending", "written_at", "written_by"])
        track(WeeklyReport, leave_out=["page"])
        # The name of a file tells a reader nothing.
        track(DutyPhoto, leave_out=["stored_as"])
        track(Evidence, leave_out=["stored_as"])
        # The paper says it better; the file speaks through its checksum.
        track(IssuedDocument, leave_out=["body", "words"])
        track(DocumentTemplate, leave_out=["content"])
        # What changed is shown on the draft; automatic content repeats what other records say.
        track(Bulletin, leave_out=["changes", "refreshed_at", "refreshed_by"])
        track(BulletinBlock, leave_out=["key", "auto", "base", "cells"])
        # The calculation says it in words.
        track(ScoreEntry, leave_out=["values"])
        # Who came back on the first day was not away; last_day is then the day before.
        holding = "{row}.state IN ('asked', 'approved', 'returned') AND {row}.last_day >= {row}.starts_on"
        guards.no_overlap(Leave, name="leave_terms", keys=["person_id"], only_if=holding, ends="last_day")

"""Pages of the working week."""

from django.urls import path

from appraisal.views import (
    board,
    decisions,
    duty_paper,
    duty_sheet,
    duty_statistics,
    duty_views,
    leave,
    leave_steps,
    meetings,
    work_rules,
)

urlpatterns = [
    # 工作制度
    path("settings/work-rules/", work_rules.work_rules, name="work_rules"),
    path("settings/work-rules/new/", work_rules.work_rules_add, name="work_rules_add"),
    path("settings/work-rules/<int:pk>/edit/", work_rules.work_rules_edit, name="work_rules_edit"),
    # 请假公出
    path("leave/", leave.leave_list, name="leave_list"),
    path("leave/new/", leave.leave_add, name="leave_add"),
    path("leave/new/for/", leave.leave_add_for, name="leave_add_for"),
    path("leave/<int:pk>/", leave.leave_page, name="leave"),
    path("leave/<int:pk>/decide/", leave_steps.leave_decide, name="leave_decide"),
    path("leave/<int:pk>/withdraw/", leave_steps.leave_withdraw, name="leave_withdraw"),
    path("leave/<int:pk>/return/", leave_steps.leave_return, name="leave_return"),
    path("leave/<int:pk>/substitute/", leave_steps.leave_substitute, name="leave_substitute"),
    # 去向公示
    path("duty/board/", board.board, name="outing_board"),
    path("duty/board/out/", board.outing_add, name="outing_add"),
    path("duty/outings/<int:pk>/back/", board.outing_back, name="outing_back"),
    # 驻村一览
    path("duty/", duty_views.duty_matrix, name="duty_matrix"),
    path("duty/me/", duty_views.duty_me, name="duty_me"),
    path("duty/day/", duty_views.duty_day, name="duty_day"),
    path("duty/statistics/", duty_statistics.duty_statistics, name="duty_statistics"),
    path("duty/blank/", duty_paper.duty_blank, name="duty_blank"),
    path("duty/grid/", duty_sheet.duty_grid, name="duty_grid"),
    path("teams/<int:pk>/duty/", duty_views.team_duty, name="team_duty"),
    # 周例会、议定事项
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/new/", meetings.meeting_add, name="meeting_add"),
    path("meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("meetings/<int:pk>/agenda/", meetings.meeting_agenda, name="meeting_agenda"),
    path("meetings/<int:pk>/attendance/", meetings.meeting_attendance, name="meeting_attendance"),
    path("meetings/<int:pk>/attendance/new/", meetings.meeting_call, name="meeting_call"),
    path("meetings/<int:pk>/attendance/refresh/", meetings.meeting_refresh, name="meeting_refresh"),
    path("meetings/<int:pk>/minutes/", meetings.meeting_minutes, name="meeting_minutes"),
    path("meetings/<int:pk>/close/", meetings.meeting_close, name="meeting_close"),
    path("meetings/<int:pk>/reopen/", meetings.meeting_reopen, name="meeting_reopen"),
    path("meetings/<int:pk>/decisions/new/", meetings.decision_add, name="decision_add"),
    path("meetings/<slug:week>/", meetings.meeting, name="meeting"),
    path("decisions/", decisions.decision_list, name="decision_list"),
    path("decisions/<int:pk>/", decisions.decision, name="decision"),
    path("decisions/<int:pk>/edit/", decisions.decision_edit, name="decision_edit"),
    path("decisions/<int:pk>/result/", decisions.decision_result, name="decision_result"),
    path("decisions/<int:pk>/drop/", decisions.decision_drop, name="decision_drop"),
    path("decisions/<int:pk>/resume/", decisions.decision_resume, name="decision_resume"),
]

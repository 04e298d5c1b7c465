"""Pages of the working week."""

from django.urls import path

from appraisal.views import board, duty_paper, duty_sheet, duty_statistics, duty_views, leave, leave_steps, work_rules

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
]

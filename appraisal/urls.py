"""Pages of the working week."""

from django.urls import path

from appraisal.views import work_rules

urlpatterns = [
    # 工作制度
    path("settings/work-rules/", work_rules.work_rules, name="work_rules"),
    path("settings/work-rules/new/", work_rules.work_rules_add, name="work_rules_add"),
    path("settings/work-rules/<int:pk>/edit/", work_rules.work_rules_edit, name="work_rules_edit"),
]

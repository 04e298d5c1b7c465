"""Suggestions and notices in the admin panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from lianzhen.notices import actions
from lianzhen.notices.models import Feedback, Notice
from lianzhen.trail.admin import ActionForm, StateFilter, TownModelAdmin


class AnsweredFilter(StateFilter):
    words = ("未答复", "已答复")

    def holds(self) -> Q:
        return Q(answered_at=None)


class UnreadFilter(StateFilter):
    words = ("未读", "已读")

    def holds(self) -> Q:
        return Q(read_at=None)


def answer_once(user: Any, feedback: Feedback) -> Verdict:
    return refused("这条意见已经答复。") if feedback.answered_at else ALLOWED


class AnswerForm(ActionForm):
    answer = forms.CharField(
        label="答复",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请填写答复"},
    )


@admin.register(Feedback)
class FeedbackAdmin(TownModelAdmin):
    seen_by = TOWN_WIDE
    changed_by = (Role.OFFICE, Role.OFFICE_LEAD)
    may_change = answer_once
    change_text = "答复意见建议"
    form = AnswerForm
    facts = ("answer",)
    shown = ("text", "page", "sent_by", "sent_at", "answer", "answered_by", "answered_at")
    staff_list = "feedback_list"
    staff_text = "在意见建议页面办理"
    list_display = ("__str__", "sent_by", "sent_at", "answered_by", "answered_at")
    list_filter = (AnsweredFilter,)
    list_select_related = ("sent_by", "answered_by")
    date_hierarchy = "sent_at"
    search_fields = ("text", "answer", "sent_by__name", "^sent_by__pinyin", "^sent_by__initials")
    search_help_text = "可输入内容或提交人"
    ordering = ("-sent_at", "-id")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Feedback:
        return actions.answer_feedback(feedback=record, by=request.user, **values)


@admin.register(Notice)
class NoticeAdmin(TownModelAdmin):
    """One's own only: what somebody else was told, and whether it was read, is nobody's business."""

    seen_by = (*TOWN_WIDE, Role.SYSADMIN)
    shown = ("text", "created_at", "read_at")
    staff_list = "notices"
    staff_text = "查看消息页面"
    list_display = ("text", "created_at", "read_at")
    list_filter = (UnreadFilter,)
    date_hierarchy = "created_at"
    search_fields = ("text",)
    search_help_text = "可输入内容"
    ordering = ("-created_at", "-id")

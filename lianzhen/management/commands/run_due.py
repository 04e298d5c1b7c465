"""`manage.py run_due`: what is due by the calendar, every night. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from appraisal.actions.entry_ends import take_effect
from appraisal.actions.meetings import prepare_agenda
from appraisal.actions.suggestions import refresh_suggestions
from appraisal.models import WeeklyMeeting


class Command(BaseCommand):
    help = (
        "核对最近几周，更新建议扣分；更新还没有召开的例会的议程；申诉期满的扣分生效。可重复运行，由定时任务每天执行。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        found = refresh_suggestions(today=today, now=now)
        self.stdout.write(f"建议扣分：新增{found.new}条，更新{found.changed}条，不再建议{found.lapsed}条。")
        coming = WeeklyMeeting.objects.filter(state=WeeklyMeeting.State.PLANNED, held_on__gte=today)
        for meeting in coming:
            prepare_agenda(meeting=meeting, now=now)
        effective = take_effect(now=now)
        self.stdout.write(f"扣分：申诉期满，{effective}条生效。")
        self.stdout.write(f"周例会：更新{len(coming)}次例会的议程。")

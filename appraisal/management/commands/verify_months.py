"""Whether every sealed month still is what it was: recomputed from entries and scheme, to the hundredth."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from appraisal.models import AppraisalMonth
from appraisal.sealing import differences


class Command(BaseCommand):
    help = "按记录和当时的考核方案重算所有已定稿的月份，与定稿的数字核对。有不符时退出码为1。"

    def handle(self, *args: Any, **options: Any) -> None:
        months = list(AppraisalMonth.objects.sealed().select_related("scheme").order_by("month"))
        wrong = 0
        for row in months:
            for sentence in differences(row):
                wrong += 1
                self.stderr.write(f"{row.period.title}：{sentence}")
        if wrong:
            self.stderr.write(f"共核对{len(months)}个已定稿的月份，有{wrong}处不符，请联系维护人员，不要再作改动。")
            raise SystemExit(1)
        self.stdout.write(f"共核对{len(months)}个已定稿的月份，重算结果与定稿一致。")

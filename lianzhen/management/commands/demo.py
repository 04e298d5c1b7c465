"""`manage.py demo`: the real villages with invented people and records."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from grids.models import Grid
from lianzhen.demo.build import build_town
from lianzhen.demo.plan import WEEKS, Scale
from lianzhen.town.models import Town
from villages.models import Person, Village


class Command(BaseCommand):
    help = "在空的数据库里装入演示数据：真实的村名和代码，虚构的人员和记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2018, help="同一个种子得到同样的数据。")
        parser.add_argument("--villages", type=int, default=39)
        parser.add_argument("--years", type=int, default=3, help="历史深度（年）。")
        parser.add_argument("--weeks", type=int, default=WEEKS, help="工作记录有多少周；22周以上有一个完整的季度。")
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="以哪一天为今天，例如 2026-11-23。")

    def handle(self, *args: Any, **options: Any) -> None:
        if Town.objects.exists():
            raise CommandError("数据库里已经有数据。演示数据只装入空的数据库。")
        if min(options["villages"], options["years"], options["weeks"]) < 1:
            raise CommandError("村数、年数和周数应大于0。")
        started = time.monotonic()
        today = options["today"] or timezone.localdate()
        scale = Scale(options["villages"], options["years"], today, options["seed"], options["weeks"])
        build_town(scale)
        counts = f"{Village.objects.count()}个村（社区），{Grid.objects.count()}个网格，{Person.objects.count()}人"
        self.stdout.write(f"演示数据已装入：{counts}，用时{time.monotonic() - started:.0f}秒。")

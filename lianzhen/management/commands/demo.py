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
from lianzhen.demo.plan import WEEKS, YEARS, Scale
from lianzhen.town.models import Town
from villages.models import Person, Village


class Command(BaseCommand):
    help = "在空的数据库里装入演示数据：真实的村名和代码，虚构的人员和记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2018, help="同一个种子得到同样的数据。")
        parser.add_argument("--villages", type=int, default=39)
        years = f"历史有几个年份，连今年在内；工作记录从头一个周一起逐周逐月。不写时台账{YEARS}年，工作记录{WEEKS}周。"
        parser.add_argument("--years", type=int, default=None, help=f"{years}写2，去年就有完整的一年。")
        parser.add_argument("--weeks", type=int, default=None, help="工作记录只有今天以前多少周。")
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="以哪一天为今天，例如 2026-11-23。")

    def handle(self, *args: Any, **options: Any) -> None:
        if Town.objects.exists():
            raise CommandError("数据库里已经有数据。演示数据只装入空的数据库。")
        years, weeks = options["years"], options["weeks"]
        if min(options["villages"], years or 1, weeks or 1) < 1 or 0 in (years, weeks):
            raise CommandError("村数、年数和周数应大于0。")
        started = time.monotonic()
        today = options["today"] or timezone.localdate()
        if years is None and weeks is None:
            weeks = WEEKS
        scale = Scale(options["villages"], years or YEARS, today, options["seed"], weeks)
        build_town(scale, self.say if options["verbosity"] else lambda line: None)
        counts = f"{Village.objects.count()}个村（社区），{Grid.objects.count()}个网格，{Person.objects.count()}人"
        self.stdout.write(f"演示数据已装入：{counts}，用时{time.monotonic() - started:.0f}秒。")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

"""Set up an empty town for real use from the list of its villages, and create the first administrator."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from appraisal.actions.schemes import install_example
from appraisal.actions.work_rules import set_work_rules
from lianzhen.accounts import actions as accounts
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.setup import set_up_town
from lianzhen.town.models import Town
from lianzhen.trail import acting
from lianzhen.village_file import VillageRow, read_villages


class Command(BaseCommand):
    help = "从村名单（csv：统计代码、名称、类别，可加片区）建立一个空的镇，并创建第一个系统管理员。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="村名单，例如 heye_villages.csv")
        parser.add_argument("--town", help="镇名，例如 荷叶镇")
        parser.add_argument("--county", default="", help="所属县，例如 双峰县")
        parser.add_argument("--admin", help="第一个系统管理员的账号")
        parser.add_argument("--admin-name", help="系统管理员的姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        if Town.objects.exists():
            raise CommandError("这套平台里已经有数据。请在空的数据库上建立新的镇。")
        rows = self._read(options["file"])
        town = options["town"] or self._ask("镇名（例如 荷叶镇）：")
        admin = options["admin"] or self._ask("第一个系统管理员的账号：")
        name = options["admin_name"] or self._ask("系统管理员的姓名：")
        password = self._ask_password(User(username=admin, name=name))
        try:
            # One transaction: either the whole town stands, or nothing was written.
            with acting(by=None, action="town.start", label="建立镇", reason="start_town"):
                set_up_town(name=town, county_name=options["county"], rows=rows, is_demo=False)
                user = accounts.add_account(
                    username=admin,
                    name=name,
                    phone="",
                    password=password,
                    by=None,
                    reason="第一个系统管理员",
                    must_change=False,
                )
                today = timezone.localdate()
                accounts.grant_role(user=user, role=Role.SYSADMIN, starts_on=today, reason="建立镇", by=None)
                # From this week on the working week is kept here; the shipped examples wait to be adopted.
                set_work_rules(starts_on=Week.of(today).start, today=today, by=None)
                install_example(by=None)
        except ValidationError as problem:
            raise CommandError("；".join(problem.messages)) from problem
        self.stdout.write(f"{town}已建立：{len(rows)}个村（社区）。请用账号 {admin} 登录，先开通联村办主任的账号。")

    def _read(self, path: Path) -> list[VillageRow]:
        if not path.is_file():
            raise CommandError(f"没有找到文件：{path}")
        rows, problems = read_villages(path)
        if problems:
            raise CommandError("\n".join(["名单有问题，没有写入任何数据：", *problems]))
        return rows

    def _ask(self, question: str) -> str:
        answer = input(question).strip()
        if not answer:
            raise CommandError("没有填写，没有写入任何数据。")
        return answer

    def _ask_password(self, user: User) -> str:
        while True:
            first = getpass.getpass("密码（输入时不显示）：")
            try:
                validate_password(first, user)
            except ValidationError as problem:
                self.stderr.write("".join(problem.messages))
                continue
            if first == getpass.getpass("再输入一次："):
                return first
            self.stderr.write("两次输入的密码不一样，请重新输入。")

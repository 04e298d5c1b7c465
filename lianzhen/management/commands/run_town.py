"""`make run`: bring the application up, with demo data when there is none, and say where to sign in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command

from lianzhen.demo.accounts import PASSWORD, demo_accounts
from lianzhen.town.models import Town


class Command(BaseCommand):
    help = "迁移数据库，没有数据时装入演示数据，启动服务并打印网址和账号。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--prepare-only", action="store_true", help="只准备，不启动服务。")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        if not Town.objects.exists():
            self.stdout.write("还没有数据，正在装入演示数据（约一分钟）…")
            call_command("demo")
        port = free_port(options["host"], options["port"])
        self._announce(options["host"], port)
        if not options["prepare_only"]:
            serve(options["host"], port)

    def _announce(self, host: str, port: int) -> None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
        self.stdout.write(f"\n网址：http://{shown}:{port}/")
        accounts = demo_accounts()
        if accounts:
            self.stdout.write(f"演示账号（密码都是 {PASSWORD}）：")
            for role, username in accounts:
                self.stdout.write(f"  {role}\t{username}")
        self.stdout.write("按 Ctrl+C 停止。\n")
        self.stdout.flush()


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, wanted + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return wanted


def serve(host: str, port: int) -> None:
    """gunicorn where it runs, waitress on Windows: the servers of a real installation, not runserver."""
    if sys.platform == "win32":
        from waitress import serve as serve_with_waitress

        from lianzhen.wsgi import application

        serve_with_waitress(application, host=host, port=port)
        return
    command = [sys.executable, "-m", "gunicorn", "lianzhen.wsgi", "--bind", f"{host}:{port}"]
    command += [
        "--workers",
        "2",
        "--threads",
        "4",
        "--access-logfile",
        "/dev/null",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    with suppress(KeyboardInterrupt):
        subprocess.run(command, check=False)

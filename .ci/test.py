"""`make test`: every check there is, part by part, all of them even when one does not pass.

    python .ci/test.py [PART …] [-- ARGUMENTS FOR PYTEST]

Uses nothing but the standard library; started by the Python of .venv. What the machine lacks it installs
where it may; otherwise the part is skipped with its reason, and under CI=true a skip counts against us.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import machine
import postgres

HERE = Path(__file__).resolve().parent.parent
PASSED, WRONG, SKIPPED = "通过", "未通过", "跳过"
#: Minutes after which a part is taken to hang.
PATIENCE = 40
NO_TESTS = 5  # pytest's exit code


@dataclass(frozen=True)
class Result:
    part: str
    outcome: str
    seconds: float
    reason: str = ""


class NotPassed(Exception):
    """A part ran and did not pass; the text, if any, says more than the output above it."""


class Run:
    """What the parts share: where to put files, and what pytest is to be told besides."""

    def __init__(self, folder: Path, pytest_arguments: list[str]) -> None:
        self.folder = folder
        self.pytest_arguments = pytest_arguments
        # Explicit values, so that neither the shell nor a developer's .env changes what is tested.
        self.environment = {
            **os.environ,
            "DEBUG": "False",
            "HTTPS": "False",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder / 'unused.sqlite3'}",
        }

    def commands(self, *commands: list[str], **environment: str) -> None:
        """Run every command; raise `NotPassed` afterwards if any of them did not end well."""
        codes = [self._one(command, environment) for command in commands]
        if any(codes):
            raise NotPassed("没有收集到任何测试" if codes == [NO_TESTS] else "")

    def pytest(self, *arguments: str, **environment: str) -> None:
        options = ["--hypothesis-profile=ci", *arguments, *self.pytest_arguments]
        self.commands(module("pytest", *options), **environment)

    def _one(self, command: list[str], environment: dict[str, str]) -> int:
        print("$ python", *command[1:], flush=True)
        environment = {**self.environment, **environment}
        # A group of its own, so that workers and browsers end together with it.
        process = subprocess.Popen(command, cwd=HERE, env=environment, start_new_session=True)
        try:
            return process.wait(timeout=PATIENCE * 60)
        except subprocess.TimeoutExpired:
            raise NotPassed(f"超过{PATIENCE}分钟没有结束，已停止") from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


# --- The parts ------------------------------------------------------------------------------
def lint(run: Run) -> None:
    run.commands(
        module("ruff", "check", "."),
        module("ruff", "format", "--check", "."),
        module("djlint", "--lint", "--quiet", "."),
    )


def contracts(run: Run) -> None:
    # There is no `python -m` for it, and its script alone would not start after the folder was moved.
    script = Path(sys.executable).with_name("lint-imports")
    run.commands([sys.executable, str(script), "--no-cache", "--no-logo"])


def checks(run: Run) -> None:
    """Migrations complete, and nothing to warn of in the settings of an office server."""
    run.commands(manage("makemigrations", "--check", "--dry-run"))
    office = {"HTTPS": "True", "ALLOWED_HOSTS": "lianzhen.example"}
    run.commands(manage("check", "--deploy", "--fail-level", "WARNING"), **office)


def sqlite(run: Run) -> None:
    run.pytest("-n", "2", "-m", "not browser")


def on_postgres(run: Run) -> None:
    machine.provide(machine.POSTGRES)
    with postgres.running() as url:
        run.pytest("-n", "2", "-m", "not browser", DATABASE_URL=url)


def browser(run: Run) -> None:
    machine.provide(machine.BROWSER_DRIVER, machine.CHROMIUM, machine.CHINESE_FONT)
    pictures = ("--screenshot=only-on-failure", "--tracing=retain-on-failure", "--output=var/test-results")
    run.pytest("-m", "browser", *pictures, CHROMIUM=machine.chromium() or "")


PARTS = {
    "lint": lint,
    "contracts": contracts,
    "checks": checks,
    "sqlite": sqlite,
    "postgres": on_postgres,
    "browser": browser,
}


def results(wanted: list[str], run: Run) -> Iterator[Result]:
    for part in wanted:
        print(f"\n──── {part} " + "─" * 60, flush=True)
        start = time.monotonic()
        outcome, reason = PASSED, ""
        try:
            PARTS[part](run)
        except NotPassed as problem:
            outcome, reason = WRONG, str(problem)
        except postgres.NoPostgres as problem:
            outcome, reason = WRONG, str(problem)
        except machine.Lacking as problem:
            outcome, reason = SKIPPED, str(problem)
        yield Result(part, outcome, time.monotonic() - start, reason)


def main(arguments: list[str]) -> int:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    wanted, for_pytest = arguments[:cut] or list(PARTS), arguments[cut + 1 :]
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        print(f"没有这一部分：{'、'.join(unknown)}。可选：{'、'.join(PARTS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    done: list[Result] = []
    try:
        with tempfile.TemporaryDirectory(prefix="lianzhen-") as folder:
            done.extend(results(wanted, Run(Path(folder), for_pytest)))
    except KeyboardInterrupt:
        print("\n已停止。", file=sys.stderr)
        return 130
    return report(done)


def report(done: list[Result]) -> int:
    print("\n──── 结果 " + "─" * 60)
    for result in done:
        print(f"{result.part:<10} {result.outcome}  {result.seconds:6.1f}秒  {result.reason}".rstrip())
    strict = os.environ.get("CI", "").lower() in ("true", "1")
    if strict and any(result.outcome == SKIPPED for result in done):
        print("CI=true：跳过的部分按未通过处理。")
    bad = (WRONG, SKIPPED) if strict else (WRONG,)
    return 1 if any(result.outcome in bad for result in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the tests need from the machine itself, and installing it where we may."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import postgres


class Lacking(RuntimeError):
    """Something is missing and could not be installed; the text names it and the reason."""


@dataclass(frozen=True)
class Need:
    """A thing that is there or not, and the Debian package that brings it."""

    name: str
    package: str
    is_there: Callable[[], object]


def chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def _has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True)
        return bool(listed.stdout.strip())
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def _has_postgres() -> bool:
    try:
        postgres.programs()
    except postgres.NoPostgres:
        return False
    return True


def _driver_runs() -> bool:
    """Playwright brings its own node, which on a bare Debian lacks one library."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, capture_output=True).returncode == 0


BROWSER_DRIVER = Need("浏览器驱动所需的程序库", "libatomic1", _driver_runs)
CHROMIUM = Need("Chromium 浏览器", "chromium", chromium)
CHINESE_FONT = Need("中文字体", "fonts-noto-cjk", _has_chinese_font)
POSTGRES = Need("PostgreSQL 服务器程序", "postgresql", _has_postgres)


def provide(*needs: Need) -> None:
    """Install what is missing. Raises `Lacking` when that is not possible here."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    names = "、".join(need.name for need in missing)
    if not shutil.which("apt-get"):
        raise Lacking(f"缺少 {names}，这台机器没有 apt-get，请自行安装")
    root = _as_root()
    if root is None:
        packages = " ".join(need.package for need in missing)
        raise Lacking(f"缺少 {names}，当前用户无权安装；请运行 sudo apt-get install {packages}")
    print(f"正在安装 {names}……", flush=True)
    _update_once()
    with _no_service_of_its_own(root) if POSTGRES in missing else contextlib.nullcontext():
        _apt(root, "install", "--no-install-recommends", *(need.package for need in missing))
    still = "、".join(need.name for need in missing if not need.is_there())
    if still:
        raise Lacking(f"缺少 {still}，用 apt-get 没有装上（原因见上面的输出）")


@cache
def _as_root() -> tuple[str, ...] | None:
    """The words before a command that make it run as root, or None when we may not."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ("sudo", "-n")
    return None


@cache
def _update_once() -> None:
    _apt(_as_root() or (), "update")


def _apt(root: tuple[str, ...], *arguments: str) -> None:
    # Waits for another installation to end, rather than giving up on its lock.
    options = ("-qq", "-y", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0")
    command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, *arguments]
    # Its list of unpacked files is of interest only when something is wrong.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        print(done.stdout.decode(errors="replace")[-3000:], flush=True)


@contextlib.contextmanager
def _no_service_of_its_own(root: tuple[str, ...]) -> Iterator[None]:
    """Debian's package starts a server on installation; the tests start their own, so this one stays away."""
    folder = "/etc/postgresql-common/createcluster.d"
    file = f"{folder}/lianzhen-tests.conf"
    subprocess.run([*root, "mkdir", "-p", folder])
    subprocess.run([*root, "tee", file], input=b"create_main_cluster = false\n", stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", file])
        subprocess.run([*root, "rmdir", "--ignore-fail-on-non-empty", folder])

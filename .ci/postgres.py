"""A PostgreSQL server of our own for the time of a test run.

    with running() as url: …                       in Python
    python .ci/postgres.py -- pytest -n 2          on the command line; the command finds DATABASE_URL set

It lives in a temporary directory, listens on a socket there and on no network address, and is gone
afterwards, also after Ctrl-C. Durability is off: nobody wants these rows back.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("initdb", "pg_ctl", "postgres")
#: Where distributions put the programs when they are not on PATH.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
ROLE = DATABASE = "lianzhen"
#: A socket's address may have about 100 bytes in all.
LONGEST_FOLDER = 70
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class NoPostgres(RuntimeError):
    """The server cannot be run here; the text says why, for the person at the screen."""


def programs() -> Path:
    """The folder that holds the server's programs. Raises `NoPostgres` when there is none."""
    found = shutil.which("initdb")
    # What stands on PATH may be a link into the folder that holds the rest.
    candidates = [Path(found).resolve().parent, Path(found).parent] if found else []
    for pattern in FOLDERS:
        here = Path("/").glob(pattern.lstrip("/"))
        candidates += sorted(here, key=lambda p: [int(n) for n in re.findall(r"\d+", str(p))], reverse=True)
    for folder in candidates:
        if all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
            return folder
    raise NoPostgres("没有找到 PostgreSQL 服务器程序（initdb、pg_ctl、postgres）")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a server, yield its DATABASE_URL, stop the server and remove its files."""
    server = programs()
    owner = _unprivileged_user()
    base = Path(tempfile.mkdtemp(prefix="pg-", dir=_reachable_folder()))
    data, socket, log = base / "data", base / "socket", base / "log"
    try:
        socket.mkdir(mode=0o700)
        if owner:
            for path in (base, socket):
                os.chown(path, owner.pw_uid, owner.pw_gid)

        def run(program: str, *arguments: str, said: str | None = None, must: bool = True) -> None:
            # Output goes to a file: the server inherits it, and a pipe would stay open as long as it lives.
            with open(log, "ab") as output:
                done = subprocess.run(
                    [str(server / program), *arguments],
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=base,
                    env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(base)},
                    timeout=120,
                    **_as(owner),
                    **({"input": said.encode()} if said else {"stdin": subprocess.DEVNULL}),
                )
            if done.returncode and must:
                raise NoPostgres(f"{program} 没有完成：\n{log.read_text(errors='replace')[-2000:]}")

        kind = ("--encoding=UTF8", "--locale=C", "--auth=trust", f"--username={ROLE}")
        run("initdb", f"--pgdata={data}", "--no-sync", *kind)
        with open(data / "postgresql.conf", "a") as file:
            file.write(CONFIGURATION.format(socket=socket))
        # The server alone, without a client package, can make the database in its single-user mode.
        run("postgres", "--single", "-D", str(data), "postgres", said=f"CREATE DATABASE {DATABASE}\n")
        try:
            run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={base / 'server.log'}")
            yield f"postgres://{ROLE}@/{DATABASE}?{urllib.parse.urlencode({'host': str(socket)})}"
        finally:
            if (data / "postmaster.pid").exists():
                run("pg_ctl", "stop", "--wait", "--mode=immediate", f"--pgdata={data}", must=False)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses root. None means: as we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("以 root 运行，而系统里没有 postgres 或 nobody 用户可以代为运行 PostgreSQL")


def _as(owner: pwd.struct_passwd | None) -> dict[str, object]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _reachable_folder() -> str:
    """A place for temporary files that another user can reach and whose name is short enough for a socket."""
    for folder in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):
        path = Path(folder).resolve()
        if not path.is_dir() or len(str(path)) > LONGEST_FOLDER:
            continue
        if os.geteuid() != 0 or all(p.stat().st_mode & 0o001 for p in (path, *path.parents)):
            return str(path)
    raise NoPostgres("没有找到可供 PostgreSQL 使用的临时目录")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] != "--" or len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    # A polite stop from outside must clean up as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with running() as url:
            return subprocess.run(arguments[1:], env={**os.environ, "DATABASE_URL": url}).returncode
    except NoPostgres as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

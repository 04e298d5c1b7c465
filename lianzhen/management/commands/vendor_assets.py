"""The third-party files under static/vendor: check them offline, or refresh them from npm tarballs.

`static/vendor/vendor.json` says which package, in which exact version, gave which file, and the file's
SHA-256. Nothing here opens a connection: a refresh reads tarballs that somebody has already fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

#: The manifest storage follows these lines and stops at a map that we do not ship.
SOURCE_MAP = re.compile(rb"\s*/[/*][#@] ?sourceMappingURL=[^\n]*")
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
TABLER_BOUNDS = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
SYMBOL = (
    '<symbol id="{id}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)


class Command(BaseCommand):
    help = "核对 static/vendor 中的第三方文件（--check），或用已下载的 npm 包更新它们（--from 目录）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="按 vendor.json 核对文件，不联网")
        what.add_argument("--from", dest="source", metavar="DIR", help="从目录中的 npm 包（.tgz）更新")

    def handle(self, *args: Any, check: bool, source: str | None, **options: Any) -> None:
        vendor = Path(settings.BASE_DIR) / "static" / "vendor"
        if source is not None:
            try:
                refresh(vendor, Path(source))
            except (FileNotFoundError, KeyError) as problem:
                raise CommandError(f"没有更新：{problem}") from problem
        problems = differences(vendor)
        if problems:
            raise CommandError("static/vendor 与 vendor.json 不一致：\n" + "\n".join(problems))
        self.stdout.write(f"static/vendor 与 vendor.json 一致（{len(listed_files(vendor))}个文件）")


def differences(vendor: Path) -> list[str]:
    """What is wrong with the directory, one sentence each; empty when it is as vendor.json says."""
    listed = listed_files(vendor)
    present = {p.relative_to(vendor).as_posix() for p in vendor.rglob("*") if p.is_file()} - {"vendor.json"}
    problems = [f"{name} 没有列在 vendor.json 中" for name in sorted(present - set(listed))]
    problems += [f"{name} 不存在" for name in sorted(set(listed) - present)]
    for name in sorted(present & set(listed)):
        content = (vendor / name).read_bytes()
        if _sha256(content) != listed[name]:
            problems.append(f"{name} 的内容与记录的 sha256 不同")
        if SOURCE_MAP.search(content):
            problems.append(f"{name} 含有 sourceMappingURL")
    return problems


def listed_files(vendor: Path) -> dict[str, str]:
    """The path of every file named in vendor.json, with its SHA-256."""
    return {entry["file"]: entry["sha256"] for package in _manifest(vendor) for entry in package["files"]}


def refresh(vendor: Path, source: Path) -> None:
    """Write every listed file anew from the tarballs in `source`, and record the new hashes.

    The versions are those in vendor.json: change them there first. Raises `FileNotFoundError` for a
    missing tarball and `KeyError` for a file that the tarball lacks; nothing is written in either case.
    """
    manifest = _manifest(vendor)
    made: dict[str, bytes] = {}
    for package in manifest:
        with tarfile.open(_tarball(source, package)) as tar:
            for entry in package["files"]:
                content = _sprite(tar, entry["icons"]) if "icons" in entry else _member(tar, entry["from"])
                made[entry["file"]] = SOURCE_MAP.sub(b"", content)
                entry["sha256"] = _sha256(made[entry["file"]])
    for name, content in made.items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (vendor / "vendor.json").write_text(text + "\n", encoding="utf-8")


def _manifest(vendor: Path) -> list[dict[str, Any]]:
    return json.loads((vendor / "vendor.json").read_text(encoding="utf-8"))


def _tarball(source: Path, package: dict[str, Any]) -> Path:
    # The name that `npm pack` gives: the scope's @ dropped, its slash a hyphen.
    name = package["package"].removeprefix("@").replace("/", "-")
    path = source / f"{name}-{package['version']}.tgz"
    if not path.is_file():
        raise FileNotFoundError(f"目录中没有 {path.name}")
    return path


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    found = tar.extractfile(f"package/{name}")
    if found is None:
        raise KeyError(name)
    return found.read()


def _sprite(tar: tarfile.TarFile, icons: list[str]) -> bytes:
    """One SVG with a <symbol> for each outline icon, under the package's own name."""
    symbols = []
    for name in sorted(icons):
        drawing = _member(tar, f"icons/outline/{name}.svg").decode()
        found = SVG_BODY.search(drawing)
        if found is None:
            raise KeyError(name)
        body = TABLER_BOUNDS.sub("", found[1])
        symbols.append(SYMBOL.format(id=name, body=re.sub(r">\s+<", "><", body).replace(" />", "/>").strip()))
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

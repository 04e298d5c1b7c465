"""Third-party files are those of vendor.json, refresh without a network, and stay within the budget."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from lianzhen.management.commands import vendor_assets
from lianzhen.navigation import PLACES

STATIC = Path(settings.BASE_DIR) / "static"
VENDOR = STATIC / "vendor"
BOUNDS = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
DRAWING = f'<svg\n width="24"\n>\n  {BOUNDS}\n  <path d="M5 12h9" />\n</svg>'

#: Kilobytes after gzip (design §14; the first visit of a phone's home page has 100 KB in all).
BUDGET = {
    "css/app.css": 10,
    "js/app.js": 4,
    "js/combobox.js": 3,
    "js/copying.js": 3,
    "js/dates.js": 3,
    "js/sheet.js": 5,
}
PHONE_HOME = (
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/htmx/htmx.min.js",
    "vendor/icons/sprite.svg",
    "css/app.css",
    "js/app.js",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(VENDOR, tmp_path / "vendor")


def packed(folder: Path, name: str, files: dict[str, str]) -> None:
    """A tarball as npm makes it: everything under package/."""
    with tarfile.open(folder / name, "w:gz") as tar:
        for path, text in files.items():
            info = tarfile.TarInfo(f"package/{path}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))


def small_vendor(folder: Path) -> Path:
    """A directory of two packages, not yet filled."""
    vendor = folder / "vendor"
    vendor.mkdir()
    style = {"file": "kit/kit.css", "from": "dist/kit.css", "sha256": ""}
    sprite = {"file": "icons/sprite.svg", "icons": ["home"], "sha256": ""}
    packages = [
        {"package": "kit", "version": "1.0.0", "license": "MIT", "files": [style]},
        {"package": "@draw/icons", "version": "2.0.0", "license": "MIT", "files": [sprite]},
    ]
    (vendor / "vendor.json").write_text(json.dumps(packages), encoding="utf-8")
    return vendor


def test_the_committed_files_are_those_listed() -> None:
    listed = vendor_assets.listed_files(VENDOR)
    assert {"bootstrap/bootstrap.min.css", "htmx/htmx.min.js", "icons/sprite.svg"} <= set(listed)
    assert {f"{name}/LICENSE" for name in ("bootstrap", "htmx", "icons")} <= set(listed)
    call_command("vendor_assets", "--check")


def test_a_changed_file_is_noticed(copy: Path) -> None:
    (copy / "htmx" / "htmx.min.js").write_bytes(b"changed")
    assert vendor_assets.differences(copy) == ["htmx/htmx.min.js 的内容与记录的 sha256 不同"]


def test_a_missing_and_an_unlisted_file_are_noticed(copy: Path) -> None:
    (copy / "icons" / "LICENSE").rename(copy / "icons" / "NOTICE")
    assert vendor_assets.differences(copy) == ["icons/NOTICE 没有列在 vendor.json 中", "icons/LICENSE 不存在"]


def test_a_source_map_line_is_noticed_even_with_the_right_hash(copy: Path) -> None:
    target = copy / "htmx" / "htmx.min.js"
    target.write_bytes(target.read_bytes() + b"\n//# sourceMappingURL=htmx.min.js.map\n")
    manifest = json.loads((copy / "vendor.json").read_text(encoding="utf-8"))
    htmx = next(f for p in manifest for f in p["files"] if f["file"] == "htmx/htmx.min.js")
    htmx["sha256"] = vendor_assets._sha256(target.read_bytes())
    (copy / "vendor.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert vendor_assets.differences(copy) == ["htmx/htmx.min.js 含有 sourceMappingURL"]


def test_the_check_stops_the_command(copy: Path, tmp_path: Path) -> None:
    shutil.copytree(copy, tmp_path / "static" / "vendor")
    (tmp_path / "static" / "vendor" / "icons" / "sprite.svg").unlink()
    with override_settings(BASE_DIR=tmp_path), pytest.raises(CommandError, match=r"sprite\.svg 不存在"):
        call_command("vendor_assets", "--check")


def test_refresh_takes_files_drops_source_maps_and_records_hashes(tmp_path: Path) -> None:
    vendor = small_vendor(tmp_path)
    packed(tmp_path, "kit-1.0.0.tgz", {"dist/kit.css": "a{color:red}\n/*# sourceMappingURL=kit.css.map */"})
    packed(tmp_path, "draw-icons-2.0.0.tgz", {"icons/outline/home.svg": DRAWING})
    vendor_assets.refresh(vendor, tmp_path)
    assert (vendor / "kit" / "kit.css").read_bytes() == b"a{color:red}"
    sprite = (vendor / "icons" / "sprite.svg").read_text()
    assert '<symbol id="home"' in sprite
    assert 'stroke-width="1.75"' in sprite
    assert '<path d="M5 12h9"/></symbol>' in sprite
    assert vendor_assets.differences(vendor) == []


@pytest.mark.parametrize("files", [{}, {"dist/other.css": ""}], ids=["no tarball", "file not in it"])
def test_refresh_writes_nothing_when_something_is_missing(tmp_path: Path, files: dict[str, str]) -> None:
    vendor = small_vendor(tmp_path)
    packed(tmp_path, "draw-icons-2.0.0.tgz", {"icons/outline/home.svg": DRAWING})
    if files:
        packed(tmp_path, "kit-1.0.0.tgz", files)
    with pytest.raises((FileNotFoundError, KeyError)):
        vendor_assets.refresh(vendor, tmp_path)
    assert [p.name for p in vendor.rglob("*")] == ["vendor.json"]


def test_the_manifest_names_no_address() -> None:
    text = (VENDOR / "vendor.json").read_text(encoding="utf-8")
    assert "://" not in text
    assert "www." not in text


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    sprite = (VENDOR / "icons" / "sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    texts = [path.read_text(encoding="utf-8") for path in templates]
    used = {name for text in texts for name in re.findall(r'icon\.html" with name="([a-z0-9-]+)"', text)}
    used |= {place.icon for place in PLACES}
    assert len(known) > 30
    assert len(used) > 5
    assert used <= known


@pytest.mark.parametrize("name", BUDGET)
def test_own_files_stay_small(name: str) -> None:
    assert size(name) <= BUDGET[name] * 1024


def test_the_first_visit_leaves_room_for_the_page() -> None:
    assert sum(size(name) for name in PHONE_HOME) <= 80 * 1024


def size(name: str) -> int:
    """Bytes after gzip."""
    return len(gzip.compress((STATIC / name).read_bytes(), 9))

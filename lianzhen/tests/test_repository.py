"""Sweeps over the files of the repository. No database, no request; every sweep proves that it swept."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
#: Made on a machine or brought by others: not ours to judge.
NOT_OURS = {".git", ".venv", "__pycache__", "staticfiles", "var", "vendor", "node_modules"}
NOT_OURS |= {".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", ".mypy_cache"}
LOCKS = ("requirements.lock", "requirements-dev.lock")
#: Where packages happened to come from is nobody's business: every office has its own mirror.
REGISTRY = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.\w+|unpkg\.com|jsdelivr\.net|cdnjs\.\w+)\b", re.I)
#: What a person reading a screen must not meet (design, wording).
BANNED = ("失败", "非法", "异常", "无效", "抱歉", "打卡", "签到", "登陆", "帐号", "！")
#: Parts of lianzhen that no direction can be given to: what starts it, and what tests it.
WITHOUT_LAYER = {"settings", "secret", "wsgi", "asgi", "tests"}


def _files(*suffixes: str, under: Path = ROOT) -> list[Path]:
    found = []
    for path in sorted(under.iterdir()):
        if path.name in NOT_OURS or path.name == ".env":
            continue
        if path.is_dir():
            found += _files(*suffixes, under=path)
        elif not suffixes or path.name.endswith(suffixes):
            found.append(path)
    return found


def _templates() -> list[Path]:
    return [path for path in _files(".html", ".txt", ".js", ".svg") if "templates" in path.parts]


def _is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "conftest.py"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _at(path: Path, text: str, position: int) -> str:
    return f"{_name(path)}:{text.count(chr(10), 0, position) + 1}"


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


# --- Dependencies ---------------------------------------------------------------------------
PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==([^\s;]+)(?: ; ([^\\]+?))? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def _pins(lock: str) -> dict[str, str]:
    """Names and versions of a lock file, which may hold nothing but pins with their hashes."""
    pins: dict[str, str] = {}
    expects_hash = False
    for number, line in enumerate((ROOT / lock).read_text("utf-8").splitlines(), 1):
        pin, hashed = PIN.fullmatch(line), HASH.fullmatch(line)
        assert hashed if expects_hash else (pin or hashed), f"{lock}:{number} is neither a pin nor its hash"
        expects_hash = line.endswith("\\")
        if pin:
            pins[canonicalize_name(pin[1])] = pin[2]
    assert not expects_hash, f"{lock} ends in the middle of a pin"
    return pins


@pytest.mark.parametrize(("lock", "at_least"), [("requirements.lock", 15), ("requirements-dev.lock", 40)])
def test_a_lock_file_names_packages_and_hashes_and_no_host(lock: str, at_least: int) -> None:
    # The grammar leaves no room for an address; that is asserted line by line in _pins.
    assert len(_pins(lock)) >= at_least


def test_the_lock_files_satisfy_pyproject() -> None:
    project, pins, dev_pins = _project(), _pins(LOCKS[0]), _pins(LOCKS[1])
    wanted = [(Requirement(line), pins) for line in project["project"]["dependencies"]]
    wanted += [(Requirement(line), dev_pins) for line in project["dependency-groups"]["dev"]]
    assert len(wanted) >= 15
    for requirement, held in wanted:
        version = held.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not locked; run make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}; run make lock"


def test_the_dev_lock_holds_the_other_one_whole() -> None:
    pins, dev_pins = _pins(LOCKS[0]), _pins(LOCKS[1])
    assert pins.items() <= dev_pins.items()


def test_every_dependency_says_why() -> None:
    """A comment above each of the application's dependencies, and above each little group of tools."""
    reach = {"dependencies": 1, "dev": 3}
    seen = 0
    for list_name, lines in re.findall(
        r"^(dependencies|dev) = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.M | re.S
    ):
        since_comment = reach[list_name]
        for line in lines.splitlines():
            if line.strip().startswith("#"):
                since_comment = 0
            elif line.strip():
                since_comment += 1
                seen += 1
                assert since_comment <= reach[list_name], f"no reason given above {line.strip()}"
    project = _project()
    assert seen == len(project["project"]["dependencies"]) + len(project["dependency-groups"]["dev"])


def test_vendor_json_names_versions_and_no_host() -> None:
    lists = list((ROOT / "static").rglob("vendor.json"))
    assert lists
    for path in lists:
        text = path.read_text("utf-8")
        assert json.loads(text)
        assert "://" not in text, _name(path)
        assert not REGISTRY.search(text), _name(path)


# --- Templates ------------------------------------------------------------------------------
INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I),
    "inline style": re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*=", re.I),
    "script address": re.compile(r"[\"'=\s](?:javascript|js):", re.I),
    "other host": re.compile(r"\b(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.I),
}


def _without_template_syntax(text: str) -> str:
    """The markup alone, line for line: a comparison in a tag must not look like the end of an element."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", blank, text, flags=re.S)
    return re.sub(r"{%.*?%}|{{.*?}}", lambda m: "x" + blank(m), text, flags=re.S)


def test_templates_obey_the_content_security_policy() -> None:
    templates = [path for path in _templates() if path.suffix in (".html", ".svg")]
    assert len(templates) >= 10
    found = []
    for path in templates:
        markup = _without_template_syntax(path.read_text("utf-8"))
        for what, pattern in INLINE.items():
            found += [f"{_at(path, markup, m.start())} {what}: {m[0][:60]}" for m in pattern.finditer(markup)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>a()</script>",
        '<p style="color: red">',
        "<style>",
        '<a href="#" onclick="a()">',
        '<b hx-on:click="a()">',
        '<a href="javascript:a()">',
        '<img src="//elsewhere/a.png">',
        '{% if a > b %}<p class="{{ c }}" style="x">{% endif %}',
    ],
)
def test_the_sweep_of_templates_finds_what_it_looks_for(markup: str) -> None:
    assert any(pattern.search(_without_template_syntax(markup)) for pattern in INLINE.values())


def test_the_sweep_of_templates_lets_good_markup_pass() -> None:
    good = '{# onclick="x" #}<script src="{% static "a.js" %}" defer></script><p class="on">a = "b" style</p>'
    assert not any(pattern.search(_without_template_syntax(good)) for pattern in INLINE.values())


# --- Wording --------------------------------------------------------------------------------
def _strings(text: str) -> Iterator[tuple[int, str]]:
    """The string literals of a Python file with their lines; docstrings and comments are not for users."""
    tree = ast.parse(text)
    remarks = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in remarks:
            yield node.lineno, node.value


def _banned_in(text: str) -> list[str]:
    return [word for word in BANNED if word in text]


def test_no_banned_word_in_templates() -> None:
    templates = _templates()
    assert len(templates) >= 10
    found = []
    for path in templates:
        text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", path.read_text("utf-8"), flags=re.S)
        found += [f"{_name(path)}: {word}" for word in _banned_in(text)]
    assert not found, "\n".join(found)


def test_no_banned_word_in_what_python_says() -> None:
    sources = [path for path in _files(".py") if not _is_test(path)]
    assert len(sources) >= 40
    swept, found = 0, []
    for path in sources:
        for line, text in _strings(path.read_text("utf-8")):
            swept += 1
            found += [f"{_name(path)}:{line}: {word}" for word in _banned_in(text)]
    assert swept >= 1000
    assert not found, "\n".join(found)


def test_no_banned_word_in_what_javascript_says() -> None:
    found = []
    for path in _files(".js"):
        text = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", path.read_text("utf-8"), flags=re.S)
        found += [f"{_name(path)}: {word}" for word in _banned_in(text)]
    assert not found, "\n".join(found)


def test_the_sweep_of_wording_sees_strings_and_not_remarks() -> None:
    source = 'def f(x):\n    """登陆"""\n    # 签到\n    return f"{x}失败" + "无效"\n'
    assert sorted(word for _, text in _strings(source) for word in _banned_in(text)) == ["失败", "无效"]


# --- The repository itself ------------------------------------------------------------------
#: Folders of a developer's machine. Written so that this file does not name one itself.
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:" + "|".join(["work", "tmp", "root", "home", "Users"]) + r")/[\w.-]")


def test_no_file_names_the_machine_or_the_registry_it_came_from() -> None:
    swept, found = 0, []
    for path in _files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        swept += 1
        for pattern in (MACHINE_PATH, REGISTRY):
            found += [f"{_at(path, text, m.start())} {m[0]}" for m in pattern.finditer(text)]
    assert swept >= 80
    assert MACHINE_PATH.search("cd " + "/work" + "/x")
    assert REGISTRY.search("files." + "pythonhosted" + ".org")
    assert not found, "\n".join(found)


def test_every_part_of_the_project_has_its_layer() -> None:
    """An import contract says nothing of a module that it does not name."""
    tools = _project()["tool"]["importlinter"]
    layers = next(c["layers"] for c in tools["contracts"] if c["id"] == "direction")
    named = {name.strip(" ()") for layer in layers for name in re.split(r"[:|]", layer)}
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {"lianzhen", "villages", "grids"} <= apps
    assert apps == set(tools["root_packages"])
    parts = {path.stem for path in (ROOT / "lianzhen").glob("*.py")} - {"__init__"}
    parts |= {path.parent.name for path in (ROOT / "lianzhen").glob("*/__init__.py")}
    expected = {f"lianzhen.{part}" for part in parts - WITHOUT_LAYER} | apps - {"lianzhen"}
    assert len(expected) >= 12
    assert expected <= named, f"without a layer: {sorted(expected - named)}"


def _variables() -> set[str]:
    """Names that the application reads from the environment: env.str("NAME", …), env("NAME"), os.environ."""
    names = set()
    for path in _files(".py"):
        if _is_test(path) or ".ci" in path.parts:
            continue
        text = path.read_text("utf-8")
        names |= set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"", text))
        names |= set(re.findall(r"\b(?:environ(?:\.get|\.pop)?|getenv)[(\[]\s*\"([A-Z][A-Z0-9_]+)\"", text))
    return names


def test_the_deployment_note_lists_every_variable() -> None:
    read, note = _variables(), (ROOT / "deploy" / "README.md").read_text("utf-8")
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS"} <= read
    assert len(read) >= 10
    listed = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", note, re.M))
    assert listed == read


# --- Static files ---------------------------------------------------------------------------
def test_static_files_get_hashed_names_and_templates_ask_for_existing_ones(tmp_path: Path, settings) -> None:
    """As in the office: a reference to a missing file would be a 500 there and nothing here."""
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import call_command

    settings.STATIC_ROOT = tmp_path
    hashed = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)

    manifest = json.loads((tmp_path / "staticfiles.json").read_text("utf-8"))["paths"]
    assert len(manifest) >= 10
    assert staticfiles_storage.stored_name("vendor/htmx/htmx.min.js") in manifest.values()
    asked = {
        name: path
        for path in _templates()
        for name in re.findall(r"{%\s*static\s+[\"']([^\"'{]+)[\"']", path.read_text("utf-8"))
    }
    assert len(asked) >= 3
    missing = [f"{_name(path)}: {name}" for name, path in asked.items() if name not in manifest]
    assert not missing, "\n".join(missing)

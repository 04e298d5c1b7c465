"""The judge of `benchmarks/`: what misses its target is said, and a page that asks more in a county is found."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.conf import settings

sys.path.insert(0, str(settings.BASE_DIR / "benchmarks"))
import report


def entry(name: str = "网格", **more: Any) -> dict[str, Any]:
    facts = {"name": name, "kind": "page", "bounded": True, "budget": 30, "most": None, "rows": 0}
    facts |= {"queries": 12, "p50": 30.0, "p95": 40.0, "cpu": 20.0}
    facts |= {"floor": 2.0, "floor_cpu": 2.0, "size": 100_000, "gzipped": 20_000, "memory": 1_000_000}
    return {**facts, **more}


def run(*entries: dict[str, Any], is_town: bool = True, **jobs: Any) -> report.Run:
    found = {
        "rows": {"村": 39},
        "entries": list(entries),
        "export": {"rows": 100_000, "seconds": 6.0, "cpu": 5.0, "floor": 2.0, "memory": 2**20, "size": 2**21},
        "import": {"rows": 5000, "wanted": 5000, "check": 2.0, "import": 5.0, "seconds": 7.0, "memory": 2**20},
    }
    found = {key: {**value, **jobs.get(key, {})} if isinstance(value, dict) else value for key, value in found.items()}
    return report.Run("39个村、10年" if is_town else "600个村、10年", "SQLite", found, is_town)


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        ({}, []),
        ({"queries": 16}, ["查询16"]),
        ({"queries": 16, "bounded": False}, []),
        ({"p50": 60.0}, ["p50 60毫秒"]),
        ({"p50": 60.0, "floor": 12.0}, []),
        ({"p50": 39.0, "floor": 0.5}, []),
        ({"kind": "export", "bounded": False, "budget": None, "rows": 1000, "queries": 16, "p50": 149.0}, []),
        ({"kind": "export", "bounded": False, "budget": None, "rows": 1000, "p50": 151.0}, ["p50 151毫秒"]),
        ({"kind": "export", "bounded": False, "budget": None, "rows": 10, "p50": 41.0}, ["p50 41毫秒"]),
        ({"kind": "work", "budget": None, "most": 50, "queries": 30, "p50": 49.0, "floor": 0.1}, []),
        ({"kind": "work", "budget": None, "most": 50, "p50": 51.0, "floor": 20.0}, ["p50 51毫秒"]),
        ({"gzipped": 31 * 1024}, ["gzip 31.0 KB"]),
        ({"gzipped": 31 * 1024, "budget": None}, []),
    ],
)
def test_what_a_page_misses(facts, missed):
    assert report.misses(entry(**facts), is_town=True) == missed
    assert ("⚠" in report.line(entry(**facts), is_town=True)) is bool(missed)


def test_budgets_of_bytes_are_for_the_town():
    assert report.misses(entry(gzipped=10**6), is_town=False) == []


@pytest.mark.parametrize(
    ("jobs", "missed"),
    [
        ({}, []),
        ({"export": {"seconds": 16.0}}, ["导出16秒"]),
        ({"export": {"memory": 151 * 2**20}}, ["导出内存151 MB"]),
        ({"import": {"seconds": 31.0}}, ["导入31秒"]),
        ({"import": {"rows": 4999}}, ["导入4999行，应为5000行"]),
    ],
)
def test_what_a_large_job_misses(jobs, missed):
    assert report.misses_of_jobs(run(**jobs).found) == missed


def test_a_page_that_asks_more_in_a_county_is_found():
    small = run(entry(), entry("人员"), entry("导出人员", kind="export", bounded=False))
    large = run(
        entry(queries=13),
        entry("人员", queries=11),
        entry("导出人员", kind="export", bounded=False, queries=99),
        is_town=False,
    )
    assert report.growing(small, large) == ["网格 12→13"]
    assert "⚠ 随规模增加：网格 12→13" in report.equal_queries("SQLite", small, large)
    assert report.growing(small, small) == []
    assert "2个页面的查询都没有增加" in report.equal_queries("SQLite", small, small)


def test_the_table_of_the_readme_is_replaced_in_its_place():
    small, large = run(entry()), run(entry(p50=55.0), is_town=False)
    told = report.short("2026-11-27", small, large)
    assert "| 网格 | 12／12 | 30／55 | 2／2 | 19.5／19.5 |" in told
    before = f"前\n{report.BEGIN}\n旧\n{report.END}\n后"
    after = report.put_between(before, told)
    assert after.startswith("前\n")
    assert after.endswith("\n后")
    assert "旧" not in after
    assert report.put_between(after, told) == after
    with pytest.raises(ValueError, match="stands 0 times"):
        report.put_between("没有地方", told)


def test_the_readme_has_its_place():
    readme = (settings.BASE_DIR / "README.md").read_text("utf-8")
    assert report.put_between(readme, "x") != readme

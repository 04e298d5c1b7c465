"""What was measured, in words: tables, what misses its target, the short form for the README. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MOST_QUERIES, MOST_MS, MOST_TIMES = 15, 40, 5
MOST_SECONDS = {"export": 15, "import": 30}
#: Milliseconds that each row of a workbook may take: a hundred thousand in fifteen seconds.
MOST_MS_A_ROW = 0.15
MOST_MEMORY = 150 * 2**20

HEAD = """# 速度记录

由 `make bench` 生成，{day}，{machine}，Python {python}。测量期间机器负载（1分钟平均）{load}。

- 每一页：预热后连续请求{requests}次，单进程；时间从请求进入到内容取完，含中间件，不含网络。
- 处理器：应用进程自身的处理器时间（p50），机器忙时不受别的程序影响，不含 PostgreSQL 进程。
- 底数：同一页的查询不经模型和模板、直接取出并写成 JSON 的时间（p50）。
- 内存：一次请求中 Python 分配的峰值；导出十万行、导入五千行为进程常驻内存的增加。
- 页面的目标：查询 ≤15，两种规模一样多；p50 ≤40 毫秒或 ≤5 倍底数；gzip 不超过设计第14节（手机页 25 KB，
  长清单 30 KB，按39个村计）。
- 导出的目标：十万行 ≤15 秒、≤150 MB。一张清单整张导出，行数随规模增加，所以不限查询次数（每千行一次）；
  时间按同样的速度折算，每行 ≤0.15 毫秒，行数少的同页面一样 ≤40 毫秒或 ≤5 倍底数。
- 登记的目标：登记一天 ≤50 毫秒，一次上传50条每条 ≤50 毫秒。登记要逐项核对并记入操作记录，15次查询的限制
  是对页面的，不限登记；只要求登记一天的查询在两种规模下一样多。
- 一份 Word 文件（周通报、一年的汇报材料）≤3 秒。
- 导入五千行网格 ≤30 秒。⚠ 为未达到。
"""
TABLE = """
| 页面 | 查询 | p50 毫秒 | p95 毫秒 | 处理器毫秒 | 底数毫秒 | 倍数 | 字节 KB | gzip KB | 内存 MB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""
SHORT = """| {day}（39个村／600个村，10年） | 查询 | p50 毫秒 | 底数毫秒 | gzip KB |
|---|--:|--:|--:|--:|
"""
BEGIN, END = "<!-- speed: by make bench -->", "<!-- /speed -->"


@dataclass
class Run:
    """One town in one database: what measure.py printed. `is_town`: of the size that the budgets are for."""

    size: str
    engine: str
    found: dict[str, Any]
    is_town: bool
    entries: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.entries = {each["name"]: each for each in self.found["entries"]}

    @property
    def title(self) -> str:
        return f"{self.size}，{self.engine}"


# --- Judging --------------------------------------------------------------------------------------
def misses(entry: dict[str, Any], *, is_town: bool) -> list[str]:
    """Which targets of its kind one entry misses."""
    missed = []
    if asks_too_often(entry):
        missed.append(f"查询{entry['queries']}")
    if entry["p50"] > most_ms(entry):
        missed.append(f"p50 {entry['p50']:.0f}毫秒")
    if is_town and entry["budget"] and entry["gzipped"] > entry["budget"] * 1024:
        missed.append(f"gzip {entry['gzipped'] / 1024:.1f} KB")
    return missed


def asks_too_often(entry: dict[str, Any]) -> bool:
    """A page. A workbook asks once for each portion of its rows, and work asks for all that it has to check."""
    return entry["kind"] == "page" and entry["bounded"] and entry["queries"] > MOST_QUERIES


def most_ms(entry: dict[str, Any]) -> float:
    """How many milliseconds the entry may take: work its own, a workbook more with every row."""
    if entry["kind"] == "work":
        return entry["most"]
    return max(MOST_MS, MOST_TIMES * entry["floor"], MOST_MS_A_ROW * entry["rows"])


def misses_of_jobs(found: dict[str, Any]) -> list[str]:
    missed = []
    for job, title in (("export", "导出"), ("import", "导入")):
        if found[job]["seconds"] > MOST_SECONDS[job]:
            missed.append(f"{title}{found[job]['seconds']:.0f}秒")
    if found["export"]["memory"] > MOST_MEMORY:
        missed.append(f"导出内存{found['export']['memory'] / 2**20:.0f} MB")
    if found["import"]["rows"] != found["import"]["wanted"]:
        missed.append(f"导入{found['import']['rows']}行，应为{found['import']['wanted']}行")
    return missed


def growing(small: Run, large: Run) -> list[str]:
    """What is bounded and asks the database more often in the larger town."""
    pairs = [(each, large.entries[name]) for name, each in small.entries.items() if each["bounded"]]
    return [f"{a['name']} {a['queries']}→{b['queries']}" for a, b in pairs if b["queries"] > a["queries"]]


def too_many(run: Run) -> list[str]:
    return [f"{each['name']} {each['queries']}" for each in run.entries.values() if asks_too_often(each)]


# --- Telling --------------------------------------------------------------------------------------
def section(run: Run) -> str:
    rows = "、".join(f"{name}{count:,}" for name, count in run.found["rows"].items())
    lines = "".join(line(each, is_town=run.is_town) for each in run.entries.values())
    return f"\n## {run.title}\n\n{rows}。\n{TABLE}{lines}\n{jobs(run.found)}"


def line(each: dict[str, Any], *, is_town: bool) -> str:
    times = each["p50"] / each["floor"]
    size, gzipped, memory = each["size"] / 1024, each["gzipped"] / 1024, each["memory"] / 2**20
    mark = " ⚠" if misses(each, is_town=is_town) else ""
    durations = " | ".join(f"{each[key]:.1f}" for key in ("p50", "p95", "cpu", "floor"))
    sizes = f"{size:.0f} | {gzipped:.1f} | {memory:.1f}"
    return f"| {each['name']}{mark} | {each['queries']} | {durations} | {times:.1f} | {sizes} |\n"


def jobs(found: dict[str, Any]) -> str:
    out, taken = found["export"], found["import"]
    missed = misses_of_jobs(found)
    return (
        f"导出{out['rows']:,}行人员：{out['seconds']:.1f}秒，处理器{out['cpu']:.1f}秒（底数{out['floor']:.1f}秒），"
        f"内存增加{out['memory'] / 2**20:.0f} MB，文件{out['size'] / 2**20:.1f} MB。\n"
        f"导入{taken['rows']:,}行网格和网格长：检查{taken['check']:.1f}秒，写入{taken['import']:.1f}秒，"
        f"内存增加{taken['memory'] / 2**20:.0f} MB。" + (f"⚠ {'，'.join(missed)}" if missed else "") + "\n"
    )


def equal_queries(engine: str, small: Run, large: Run) -> str:
    grown = growing(small, large)
    bounded = sum(each["bounded"] for each in small.entries.values())
    verdict = f"⚠ 随规模增加：{'；'.join(grown)}" if grown else "都没有增加"
    return f"\n{engine}：{small.size}与{large.size}相比，{bounded}个页面的查询{verdict}。\n"


def short(day: str, small: Run, large: Run) -> str:
    """The table of the README: town and county side by side, on one engine."""

    def pair(name: str, key: str, shape: str, unit: float = 1) -> str:
        return "／".join(f"{run.entries[name][key] / unit:{shape}}" for run in (small, large))

    lines = "".join(
        f"| {name} | {pair(name, 'queries', '.0f')} | {pair(name, 'p50', '.0f')} | {pair(name, 'floor', '.0f')} "
        f"| {pair(name, 'gzipped', '.1f', 1024)} |\n"
        for name, each in small.entries.items()
        if each["bounded"]
    )
    return f"{SHORT.format(day=day)}{lines}\n{jobs(large.found)}"


def put_between(text: str, told: str) -> str:
    """The README with its table replaced. Raises `ValueError` when the place is not there."""
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}\n{told}{END}", text, flags=re.S)
    if count != 1:
        raise ValueError(f"{BEGIN} … {END} stands {count} times")
    return new

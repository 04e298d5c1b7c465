"""What the facts of a year propose for the leader's own words: 主要工作 from reports and duty, 亮点 from bonuses,
问题 from deductions.

Pure. A proposal is put once into an empty box; what it rests on stands beside it as 「取自…」.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lianzhen.wording import number, short

#: Boxes that are proposed, with as many characters as they hold.
LONGEST = {"work": 2000, "highlights": 1000, "problems": 1000}
#: Of an area of work, so many lines go into the proposal; beside it stand at most `SHOWN`.
TOLD, SHOWN = 5, 12
ONE_LINE = 80
Fact = Mapping[str, Any]


def proposed_texts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Step → the text to begin with; "" where nothing of the year speaks of it."""
    return {
        "work": _all_named(facts.get("work", ()), _area, LONGEST["work"]),
        "highlights": fitting([_bonus(one) for one in facts.get("highlights", ())], LONGEST["highlights"]),
        "problems": _all_named(facts.get("problems", ()), _category, LONGEST["problems"]),
    }


def _all_named(facts: Sequence[Fact], line: Callable[[Fact, int], str], longest: int) -> str:
    """Every area has its line: where all does not fit, each tells less."""
    for told in range(TOLD, -1, -1):
        lines = [line(one, told) for one in facts]
        if sum(len(one) + 1 for one in lines) <= longest:
            break
    return fitting(lines, longest)


def fitting(lines: Sequence[str], longest: int) -> str:
    """Whole lines, as many as fit; the last then says that there are more."""
    whole = "\n".join(lines)
    kept = len(lines)
    while len(whole) > longest:
        kept -= 1
        whole = "\n".join([*lines[:kept], f"另有{number(len(lines) - kept)}项，见所列记录。"])
    return whole


def spread(lines: Sequence[Any], most: int) -> list[Any]:
    """At most so many, from the whole run and in its order: a year is not its December."""
    if len(lines) <= most:
        return list(lines)
    if most < 2:
        return list(lines[:most])
    return [lines[at * (len(lines) - 1) // (most - 1)] for at in range(most)]


def one_line(text: str) -> str:
    """A line of a summary, without the full stop that the sentence brings itself."""
    return short(text, ONE_LINE)


def _area(one: Fact, told: int) -> str:
    """基层党建：周报12条，驻村18天。11月24日，…；…。"""
    return f"{one['label']}：{one['text']}。{_joined(spread([row['text'] for row in one['rows']], told))}"


def _bonus(one: Fact) -> str:
    return f"{one_line(one['text'])}（{one['points']}）。"


def _category(one: Fact, told: int) -> str:
    """基层党建：3条，−2.5分。…；…。"""
    return f"{one['label']}：{one['text']}。{_joined([row['text'] for row in one['rows']][:told])}"


def _joined(texts: Iterable[str]) -> str:
    told = "；".join(one_line(text) for text in texts)
    return f"{told}。" if told else ""

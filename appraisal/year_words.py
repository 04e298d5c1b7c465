"""What the facts of a year propose for the leader's own words: 主要工作 from reports and duty, 亮点 from bonuses,
问题 from deductions.

Pure. A proposal is put once into an empty box; what it rests on stands beside it as 「取自…」.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lianzhen.wording import number

#: Boxes that are proposed, with as many characters as they hold.
LONGEST = {"work": 2000, "highlights": 1000, "problems": 1000}
#: Of an area of work, so many lines go into the proposal; beside it stand at most `SHOWN`.
TOLD, SHOWN = 5, 12
ONE_LINE = 80
Fact = Mapping[str, Any]


def proposed_texts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Step → the text to begin with; "" where nothing of the year speaks of it."""
    made = {
        "work": [_area(one) for one in facts.get("work", ())],
        "highlights": [_bonus(one) for one in facts.get("highlights", ())],
        "problems": [_category(one) for one in facts.get("problems", ())],
    }
    return {step: fitting(lines, LONGEST[step]) for step, lines in made.items()}


def fitting(lines: Sequence[str], longest: int) -> str:
    """Whole lines, as many as fit; the last then says that there are more."""
    found: list[str] = []
    for at, line in enumerate(lines):
        left = len(lines) - at
        more = f"另有{number(left)}项，见所列记录。"
        room = longest - sum(len(one) + 1 for one in found) - (len(more) + 1 if left > 1 else 0)
        if len(line) > room:
            return "\n".join([*found, more])
        found.append(line)
    return "\n".join(found)


def spread(lines: Sequence[Any], most: int) -> list[Any]:
    """At most so many, from the whole run and in its order: a year is not its December."""
    if len(lines) <= most:
        return list(lines)
    return [lines[at * (len(lines) - 1) // (most - 1)] for at in range(most)]


def short(text: str, longest: int = ONE_LINE) -> str:
    """On one line, without the full stop that the sentence brings itself."""
    bare = " ".join(text.split()).rstrip("。；;.")
    return bare if len(bare) <= longest else f"{bare[: longest - 1]}…"


def _area(one: Fact) -> str:
    """基层党建：周报12条，驻村18天。11月24日，…；…。"""
    told = _joined(spread([row["text"] for row in one["rows"]], TOLD))
    return f"{one['label']}：{one['text']}。{told}"


def _bonus(one: Fact) -> str:
    return f"{short(one['text'])}（{one['points']}）。"


def _category(one: Fact) -> str:
    """基层党建：3条，−2.5分。…；…。"""
    return f"{one['label']}：{one['text']}。{_joined([row['text'] for row in one['rows']][:TOLD])}"


def _joined(texts: Iterable[str]) -> str:
    told = "；".join(short(text) for text in texts)
    return f"{told}。" if told else ""

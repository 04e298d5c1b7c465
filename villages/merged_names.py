"""What things are called and numbered that come into a village from one that was merged into it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def free_name(name: str, taken: Collection[str], village: str, longest: int) -> str:
    """The name itself where nobody has it; else with the old village before it, 原示例一村第1组, and, where even that
    is taken, with a number behind it. Never longer than `longest`: then the village's name is cut short."""
    if name not in taken:
        return name
    tries = 1
    while (found := _prefixed(name, village, longest, tries)) in taken:
        tries += 1
    return found


def numbers_for(wanted: Sequence[int], used: Collection[int]) -> list[int]:
    """A number for each: their own where none of them is used; else all of them follow the last one used, in their
    order, so that nobody has to remember which of them changed."""
    if not set(wanted) & set(used):
        return list(wanted)
    first = max(used) + 1
    ranks = {number: rank for rank, number in enumerate(sorted(wanted))}
    return [first + ranks[number] for number in wanted]


def _prefixed(name: str, village: str, longest: int, tries: int) -> str:
    tail = name if tries == 1 else f"{name}（{tries}）"
    tail = tail[-(longest - 1) :]
    return f"原{village[: longest - 1 - len(tail)]}{tail}"

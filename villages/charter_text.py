"""A charter's text as paragraphs, and two versions side by side. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True)
class Passage:
    """A paragraph of a comparison: in both versions, only in the older, or only in the newer one."""

    where: Literal["both", "old", "new"]
    text: str


def paragraphs(text: str) -> list[str]:
    """The lines of a text that say something, without the spaces around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def compare(old: str, new: str) -> list[Passage]:
    """Both texts as one list of paragraphs, what was taken out before what took its place."""
    before, after = paragraphs(old), paragraphs(new)
    passages: list[Passage] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "equal":
            passages += [Passage("both", text) for text in before[a1:a2]]
            continue
        passages += [Passage("old", text) for text in before[a1:a2]]
        passages += [Passage("new", text) for text in after[b1:b2]]
    return passages

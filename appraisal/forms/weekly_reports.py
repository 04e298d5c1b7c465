"""The report as one form: a text, two ticks and a place for each line, found again by the line's key."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import cached_property

from appraisal.models import ReportLine
from appraisal.report_lines import BLOCKS, HAND, KEY, NUMERALS, SECTIONS, Line, in_order, length_of
from appraisal.work_areas import WORK_AREAS
from lianzhen.pages.forms import PageForm

LONGEST = 500
#: Characters that a phone shows in one line of a field.
ACROSS = 17
PLACES = {f"{block}-{category}".rstrip("-"): (block, category) for block, category in SECTIONS}
HINTS = {
    "duty": "由驻村登记和请假公出生成。",
    "work": "按六项重点工作填写，没有的类别不用填。",
    "service": "接待、走访和办事情况，尽量写数字。",
    "needs": "勾选“需镇里解决”的，报送后由联村工作办交办，办到有答复为止。",
    "plan": "下周要做的事，一件一条。",
}
#: Always open: what people add themselves.
TYPED = ("needs", "plan")


@dataclass
class Row:
    """One line on the page: its fields and what is known about it."""

    line: Line
    text: BoundField
    place: BoundField
    skip: BoundField
    need: BoundField | None
    may_rise: bool = False


@dataclass
class Section:
    """The lines of one place. The last is empty, to be typed into."""

    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(bool(row.line.text) and not row.line.is_left_out for row in self.rows)

    @property
    def is_open(self) -> bool:
        return bool(self.count) or any(row.text.errors for row in self.rows)


@dataclass
class Block:
    code: str
    title: str
    hint: str
    sections: list[Section]

    @property
    def count(self) -> int:
        return sum(section.count for section in self.sections)

    @property
    def is_open(self) -> bool:
        return self.code in TYPED or any(section.is_open for section in self.sections)


class ReportForm(PageForm):
    """`lines` are those of the draft or proposed by the records; a bound form takes from what was sent the
    lines that it names (`text-<key>`), in their order. Fields: text-, place-, skip- and need-<key>."""

    def __init__(self, data: Mapping[str, Any] | None, *, lines: Sequence[Line], version: int, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=version)
        known = {line.key: line for line in lines}
        self.lines = self._sent(data, known) if data is not None else in_order(_shown(lines))
        for line in self.lines:
            self._add_fields(line)

    def _sent(self, data: Mapping[str, Any], known: dict[str, Line]) -> list[Line]:
        found = []
        for name in data:
            key = name.removeprefix("text-")
            if not name.startswith("text-") or not KEY.fullmatch(key):
                continue
            line = known.get(key)
            if line is None:
                block, category = PLACES.get(data.get(f"place-{key}", ""), ("work", ""))
                line = Line(key, block, "", category)
            found.append(line)
        return in_order(found)

    def _add_fields(self, line: Line) -> None:
        label = title_of(line)
        attrs = {"rows": max(1, -(-len(line.text) // ACROSS)), "maxlength": LONGEST}
        if not line.text:
            attrs["placeholder"] = "添加一条"
        self.fields[f"text-{line.key}"] = forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST,
            initial=line.text,
            widget=forms.Textarea(attrs=attrs),
            error_messages={"max_length": f"{label}一条不能超过%(limit_value)d字，现在是%(show_value)d字"},
        )
        place = f"{line.block}-{line.category}".rstrip("-")
        self.fields[f"place-{line.key}"] = forms.CharField(
            required=False, initial=place, max_length=20, widget=forms.HiddenInput
        )
        self.fields[f"skip-{line.key}"] = forms.BooleanField(label="不报", required=False, initial=line.is_left_out)
        if line.block == "needs":
            self.fields[f"need-{line.key}"] = forms.BooleanField(
                label="需镇里解决", required=False, initial=line.is_need
            )

    # --- What was typed -------------------------------------------------------------------------
    @property
    def values(self) -> dict[str, Any]:
        """Keyword arguments of the actions."""
        return {
            "lines": [self._typed(line) for line in self.lines],
            "version": self.cleaned_data.get("version"),
            "page": self.cleaned_data.get("once"),
        }

    def _typed(self, line: Line) -> Line:
        clean = self.cleaned_data
        return Line(
            key=line.key,
            block=line.block,
            text=" ".join(clean.get(f"text-{line.key}", "").split()),
            category=line.category,
            is_need=bool(clean.get(f"need-{line.key}")),
            is_left_out=bool(clean.get(f"skip-{line.key}")),
        )

    # --- What is shown --------------------------------------------------------------------------
    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(code, f"{NUMERALS[code]} {title}", HINTS[code], list(self._sections(code)))
            for code, title in BLOCKS.items()
        ]

    def _sections(self, code: str) -> Iterable[Section]:
        for block, category in SECTIONS:
            if block == code:
                title = (WORK_AREAS.get(category) or "其他工作") if code == "work" else ""
                rows = [self._row(line) for line in self.lines if line.section == (block, category)]
                for row in rows[1:]:
                    row.may_rise = bool(row.line.text)
                if not rows or rows[-1].text.value():
                    rows.append(self._row(self._blank(block, category)))
                yield Section(title, rows)

    def _blank(self, block: str, category: str) -> Line:
        line = Line(f"{HAND}{uuid.uuid4().hex}", block, "", category)
        self._add_fields(line)
        return line

    def _row(self, line: Line) -> Row:
        need = self[f"need-{line.key}"] if line.block == "needs" else None
        return Row(line, self[f"text-{line.key}"], self[f"place-{line.key}"], self[f"skip-{line.key}"], need)

    @property
    def length(self) -> int:
        if not self.is_bound:
            return length_of(self.lines)
        return length_of(self._typed(line) for line in self.lines) if self.is_valid() else 0

    def conflict_rows(self, theirs: Any) -> list[dict[str, Any]]:
        """For the page that shows both versions: the lines that differ, and those that only they have."""
        stored = {row.key: row for row in ReportLine.objects.filter(report=theirs)}
        rows = []
        for mine in [self._typed(line) for line in self.lines]:
            other = stored.pop(mine.key, None)
            told, was = _told(mine), _told(other) if other else ""
            if told != was:
                rows.append({"label": title_of(mine), "mine": told, "theirs": was, "differs": True})
        for other in stored.values():
            if not other.is_left_out:
                kept = "（对方新增，两种选择都保留）"
                rows.append({"label": title_of(other), "mine": kept, "theirs": _told(other), "differs": True})
        return rows


def _shown(lines: Iterable[Line]) -> list[Line]:
    """A line written by hand and taken away again is not shown; one of the records that is not reported is."""
    return [line for line in lines if line.is_automatic or not line.is_left_out]


def title_of(line: Line | ReportLine) -> str:
    title = f"{NUMERALS[line.block]} {BLOCKS[line.block]}"
    return f"{title}·{WORK_AREAS[line.category]}" if line.category else title


def _told(line: Line | ReportLine) -> str:
    if not line.text:
        return ""
    marks = [name for name, there in (("需镇里解决", line.is_need), ("不报", line.is_left_out)) if there]
    return f"{line.text}（{'，'.join(marks)}）" if marks else line.text


class CommentForm(PageForm):
    text = forms.CharField(
        label="意见",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写意见"},
    )

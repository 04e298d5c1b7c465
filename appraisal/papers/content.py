"""The content of a paper, apart from how it is shown: one tree feeds the screen, the A4 page and the .docx.

Two papers of one period cannot disagree when both are made from the same facts; one paper cannot disagree with
itself when its Word file and its page are made from the same tree. Frozen as JSON, it is the text as issued.

Pure: no database, no clock, no request.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lianzhen.wording import mask_numbers

#: Begins the address of a number that the office announces for itself.
TEL = "tel:"

#: Where the numbers of a table stand.
LEFT, CENTER, RIGHT = "left", "center", "right"

#: Headers of design §10.1: 简报式, 红头公文式, and neither (tables, forms, lists to sign).
BRIEFING, OFFICIAL, PLAIN = "briefing", "official", "plain"


@dataclass(frozen=True)
class Span:
    """A run of text. `href` leads on screen to the rows a figure was counted from; paper shows the text alone.

    Numbers of telephones and cards that got into a text are masked here, so that no page and no file of a paper
    holds them; what is to be called (`tel:`) stands whole."""

    text: str
    href: str = ""
    bold: bool = False

    def __post_init__(self) -> None:
        if not self.href.startswith(TEL):
            object.__setattr__(self, "text", mask_numbers(self.text))


@dataclass(frozen=True)
class Paragraph:
    """Body text: 3号仿宋, indented by two characters unless `indent` is off (主送, 落款)."""

    spans: tuple[Span, ...]
    indent: bool = True
    align: str = ""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Heading:
    """A level of GB/T 9704: 1 「一、」黑体, 2 「（一）」楷体, 3 「1.」 and 4 「（1）」仿宋; numbers are in the text."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Column:
    """`width` in mm; the text area is 156 mm wide upright and 225 mm across."""

    title: str
    width: int
    align: str = LEFT


@dataclass(frozen=True)
class Table:
    """Its first row is repeated on every page; no row is cut. `total` is printed as the last row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Span, ...], ...]
    caption: str = ""
    total: tuple[Span, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Signatures:
    """Lines to be signed by hand: 制表、审核、审批."""

    labels: tuple[str, ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Box:
    """One box of a form. `across`: columns of the grid that it takes; `label` names what stands beside it; `small`
    where many figures share a line."""

    lines: tuple[Paragraph, ...]
    across: int = 1
    label: bool = False
    small: bool = False


@dataclass(frozen=True)
class FormRow:
    """`cut`: a long text goes on over the page; other rows stay whole. `tall`: room to write by hand."""

    boxes: tuple[Box, ...]
    cut: bool = False
    tall: bool = False


@dataclass(frozen=True)
class Form:
    """A ruled form (表) of boxes of unlike width. `widths` of its grid in mm, 156 in all; `head` says whose form it
    is at the top of every page."""

    name: str
    widths: tuple[int, ...]
    head: FormRow
    rows: tuple[FormRow, ...]


Block = Paragraph | Heading | Table | Signatures | PageBreak | Form


@dataclass(frozen=True)
class Masthead:
    """报头. Briefing: `name` 报名, `number` 「2018年第30期（总第30期）」, `unit` 编印单位, `day`.
    Official: `name` 发文机关标志, `number` 发文字号, `to` 主送机关. Plain: nothing is printed."""

    style: str = PLAIN
    name: str = ""
    number: str = ""
    unit: str = ""
    day: str = ""
    to: str = ""


@dataclass(frozen=True)
class Ending:
    """报尾 or 版记. `to` are the lines 「报：…」「送：…」「发：…」 or 「抄送：…」; `unit` and `day` sign an official
    paper (no seal is drawn); `printed_by`, `printed_on` and `copies` close it."""

    to: tuple[str, ...] = ()
    unit: str = ""
    day: str = ""
    printed_by: str = ""
    printed_on: str = ""
    copies: int | None = None


@dataclass(frozen=True)
class Paper:
    """One paper whole. `across` prints it on A4 lying."""

    title: str
    blocks: tuple[Block, ...]
    masthead: Masthead = field(default_factory=Masthead)
    ending: Ending = field(default_factory=Ending)
    across: bool = False

    @property
    def body(self) -> tuple[Block, ...]:
        """What stands under the title: 主送机关, flush with the left edge, and the blocks."""
        return (paragraph(self.masthead.to, indent=False), *self.blocks) if self.masthead.to else self.blocks

    @property
    def characters(self) -> int:
        """Of everything to be read, spaces left out: long papers are warned about (≤4,000 characters)."""
        return sum(len("".join(text.split())) for text in texts(self))


_KINDS: dict[str, type[Block]] = {
    "paragraph": Paragraph,
    "heading": Heading,
    "table": Table,
    "signatures": Signatures,
    "page_break": PageBreak,
    "form": Form,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def span(value: object, href: str = "", *, bold: bool = False) -> Span:
    """A span of whatever prints as text."""
    return Span(str(value), href, bold)


def paragraph(*parts: str | Span, indent: bool = True, align: str = "") -> Paragraph:
    """A paragraph of strings and spans."""
    return Paragraph(tuple(_spans(parts)), indent, align)


def row(*cells: str | Span) -> tuple[Span, ...]:
    """A row of a table of strings and spans."""
    return tuple(_spans(cells))


def label(text: str, across: int = 1, *, small: bool = False) -> Box:
    """A box that names the one beside it."""
    return Box((paragraph(text, indent=False, align=CENTER),), across, label=True, small=small)


def box(*lines: str | Span | Paragraph, across: int = 1, align: str = "", small: bool = False) -> Box:
    """A box with a text or several lines; without any it is empty, to be filled by hand."""
    made = (one if isinstance(one, Paragraph) else paragraph(one, indent=False, align=align) for one in lines or ("",))
    return Box(tuple(made), across, small=small)


def _spans(parts: tuple[str | Span, ...]) -> list[Span]:
    return [part if isinstance(part, Span) else Span(part) for part in parts]


def texts(paper: Paper) -> list[str]:
    """Every text of the paper in reading order, heading and ending included."""
    found = [paper.masthead.name, paper.masthead.number, paper.title]
    for block in paper.body:
        found.extend(_texts_of(block))
    return [*found, *paper.ending.to, paper.ending.unit, paper.ending.day]


def _texts_of(block: Block) -> list[str]:
    if isinstance(block, Paragraph | Heading):
        return [block.text]
    if isinstance(block, Signatures):
        return list(block.labels)
    if isinstance(block, Table):
        cells = [cell.text for line in (*block.rows, block.total) for cell in line]
        return [block.caption, *(column.title for column in block.columns), *cells, block.note]
    if isinstance(block, Form):
        return [line.text for row in (block.head, *block.rows) for one in row.boxes for line in one.lines]
    return []


def says(paper: Paper) -> list[str]:
    """What the paper tells, by which a further issue is judged: neither its number and its day, nor the notes under
    its tables, which say as of when."""
    blocks = [replace(block, note="") if isinstance(block, Table) else block for block in paper.blocks]
    return [paper.masthead.style, paper.title, *(text for block in blocks for text in _texts_of(block))]


def as_json(paper: Paper) -> dict[str, Any]:
    """The paper as plain JSON, to be frozen with what was issued."""
    data = asdict(paper)
    data["blocks"] = [{"block": _NAMES[type(block)], **asdict(block)} for block in paper.blocks]
    return data


def from_json(data: dict[str, Any]) -> Paper:
    """The paper that `as_json` froze."""
    return Paper(
        title=data["title"],
        blocks=blocks_from_json(data["blocks"]),
        masthead=Masthead(**data["masthead"]),
        ending=Ending(**{**data["ending"], "to": tuple(data["ending"]["to"])}),
        across=data["across"],
    )


def blocks_from_json(items: list[dict[str, Any]]) -> tuple[Block, ...]:
    """Blocks alone, as drafts keep them."""
    return tuple(_block(dict(item)) for item in items)


def blocks_as_json(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """Blocks alone, as drafts keep them."""
    return [{"block": _NAMES[type(block)], **asdict(block)} for block in blocks]


def _block(data: dict[str, Any]) -> Block:
    kind = _KINDS[data.pop("block")]
    if kind is Paragraph:
        return Paragraph(_spans_from(data["spans"]), data["indent"], data["align"])
    if kind is Table:
        return Table(
            columns=tuple(Column(**column) for column in data["columns"]),
            rows=tuple(_spans_from(line) for line in data["rows"]),
            caption=data["caption"],
            total=_spans_from(data["total"]),
            note=data["note"],
        )
    if kind is Signatures:
        return Signatures(tuple(data["labels"]))
    if kind is Form:
        rows = tuple(_form_row(one) for one in data["rows"])
        return Form(data["name"], tuple(data["widths"]), _form_row(data["head"]), rows)
    return kind(**data)


def _form_row(data: dict[str, Any]) -> FormRow:
    return FormRow(tuple(_box(one) for one in data["boxes"]), data["cut"], data["tall"])


def _box(data: dict[str, Any]) -> Box:
    lines = tuple(Paragraph(_spans_from(one["spans"]), one["indent"], one["align"]) for one in data["lines"])
    return Box(lines, data["across"], data["label"], data["small"])


def _spans_from(items: list[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(**item) for item in items)

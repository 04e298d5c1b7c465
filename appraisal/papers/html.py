"""A paper as HTML, for the screen and the A4 page. Pure: every text is escaped here.

Rendered in Python like the lists: a paper of six hundred rows costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from appraisal.papers import measures
from appraisal.papers.content import (
    CENTER,
    OFFICIAL,
    PLAIN,
    RIGHT,
    Block,
    Box,
    Column,
    Ending,
    Form,
    FormRow,
    Heading,
    Masthead,
    PageBreak,
    Paper,
    Paragraph,
    Signatures,
    Span,
    Table,
)

ALIGN = {CENTER: "pp-c", RIGHT: "pp-r"}
#: Columns of a table of scores that a phone shows at once, whatever stands between them.
WHO, SCORE = ("联村工作组", "村"), "得分"


def render(paper: Paper, *, links: bool = True, draft: bool = False, level: int = 1) -> str:
    """The whole paper. `links`: figures lead to their rows. `level`: the title's (2 inside a page with its own h1)."""
    across = " pp-across" if paper.across else ""
    parts = [f'<article class="paper{across}">']
    if draft:
        parts.append('<p class="pp-draft">代拟稿，未签发</p>')
    parts.append(_masthead(paper.masthead))
    title = "<br>".join(escape(line) for line in measures.title_lines(paper.title))
    css = "pp-title pp-plain" if paper.masthead.style == PLAIN else "pp-title"
    parts.append(f'<h{level} class="{css}">{title}</h{level}>')
    parts += [_block(item, links, level) for item in paper.body]
    parts.append(_ending(paper.ending, paper.masthead.style))
    parts.append("</article>")
    return "".join(parts)


def blocks(items: Iterable[Block], *, links: bool = True, level: int = 2) -> str:
    """Some blocks alone, where a page shows them one by one."""
    return "".join(_block(item, links, level) for item in items)


def _masthead(head: Masthead) -> str:
    if head.style == PLAIN:
        return ""
    if head.style == OFFICIAL:
        long = " pp-long" if len(head.name) > 11 else ""
        return (
            f'<header class="pp-official"><p class="pp-agency{long}">{escape(head.name)}</p>'
            f'<p class="pp-number">{escape(head.number)}</p></header>'
        )
    long = " pp-long" if len(head.name) > 8 else ""
    return (
        f'<header class="pp-brief"><p class="pp-name{long}">{escape(head.name)}</p>'
        f'<p class="pp-number">{escape(head.number)}</p>'
        f'<p class="pp-unit"><span>{escape(head.unit)}</span><span>{escape(head.day)}</span></p></header>'
    )


def _spans(items: Iterable[Span], links: bool) -> str:
    return "".join(_span(one, links) for one in items)


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _span(one: Span, links: bool) -> str:
    text = _text(one.text)
    if links and one.href.startswith("/"):
        text = f'<a href="{escape(one.href)}">{text}</a>'
    return f"<strong>{text}</strong>" if one.bold else text


def _block(item: Block, links: bool, level: int) -> str:
    if isinstance(item, Paragraph):
        return _paragraph(item, links)
    if isinstance(item, Heading):
        tag = min(level + item.level, 6)
        return f'<h{tag} class="pp-h{item.level}">{escape(item.text)}</h{tag}>'
    if isinstance(item, Table):
        return _table(item, links)
    if isinstance(item, Signatures):
        names = "".join(f"<span>{escape(label)}：</span>" for label in item.labels)
        return f'<p class="pp-signs">{names}</p>'
    if isinstance(item, Form):
        return _form(item, links)
    assert isinstance(item, PageBreak)
    return '<hr class="pp-break">'


def _paragraph(item: Paragraph, links: bool) -> str:
    css = " ".join(name for name in ("" if item.indent else "pp-flush", ALIGN.get(item.align, "")) if name)
    return f"<p{f' class={chr(34)}{css}{chr(34)}' if css else ''}>{_spans(item.spans, links)}</p>"


def _table(item: Table, links: bool) -> str:
    whole = sum(column.width for column in item.columns) or 1
    cols = "".join(f'<col width="{100 * column.width / whole:.2f}%">' for column in item.columns)
    kept = _kept_in_sight(item.columns)
    heads = "".join(
        f"{_cell_tag('th', kept.get(place, ''), scope='col')}{_text(column.title)}</th>"
        for place, column in enumerate(item.columns)
    )
    shapes = [
        _cell_tag("td", ALIGN.get(column.align, ""), kept.get(place, "")) for place, column in enumerate(item.columns)
    ]
    scored = " pp-scored" if kept else ""
    rows = "".join(f"<tr>{_cells(line, shapes, links)}</tr>" for line in item.rows)
    foot = f"<tfoot><tr>{_cells(item.total, shapes, links)}</tr></tfoot>" if item.total else ""
    caption = f"<caption>{escape(item.caption)}</caption>" if item.caption else ""
    note = f'<p class="pp-note">{escape(item.note)}</p>' if item.note else ""
    # A box of its own: a phone moves the table sideways, never the page.
    name = escape(item.caption or "表")
    return (
        f'<div class="pp-box" tabindex="0" role="region" aria-label="{name}"><table class="pp-table{scored}">'
        f"{caption}<colgroup>{cols}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{foot}"
        f"</table></div>{note}"
    )


def _form(item: Form, links: bool) -> str:
    whole = sum(item.widths)
    cols = "".join(f'<col width="{100 * width / whole:.2f}%">' for width in item.widths)
    rows = "".join(_form_row(line, links) for line in item.rows)
    return (
        f'<div class="pp-box" tabindex="0" role="region" aria-label="{escape(item.name)}">'
        f'<table class="pp-table pp-form"><colgroup>{cols}</colgroup>'
        f"<thead>{_form_row(item.head, links)}</thead><tbody>{rows}</tbody></table></div>"
    )


def _form_row(line: FormRow, links: bool) -> str:
    css = " ".join(name for name, wanted in (("pp-cut", line.cut), ("pp-tall", line.tall)) if wanted)
    boxes = "".join(_form_box(one, links) for one in line.boxes)
    return f"<tr{f' class={chr(34)}{css}{chr(34)}' if css else ''}>{boxes}</tr>"


def _form_box(one: Box, links: bool) -> str:
    name = "th" if one.label else "td"
    width = f' colspan="{one.across}"' if one.across > 1 else ""
    small = ' class="pp-small"' if one.small else ""
    return f"<{name}{width}{small}>{''.join(_paragraph(line, links) for line in one.lines)}</{name}>"


def _kept_in_sight(columns: Sequence[Column]) -> dict[int, str]:
    """Place of a column → its class, of a table that says who has which score."""
    who = [place for place, column in enumerate(columns) if column.title in WHO]
    score = [place for place, column in enumerate(columns) if SCORE in column.title]
    return {who[0]: "pp-who", score[-1]: "pp-score"} if who and score else {}


def _cell_tag(name: str, *css: str, scope: str = "") -> str:
    names = " ".join(one for one in css if one)
    marks = (f' scope="{scope}"' if scope else "") + (f' class="{names}"' if names else "")
    return f"<{name}{marks}>"


def _cells(line: Iterable[Span], shapes: list[str], links: bool) -> str:
    return "".join(f"{begin}{_span(cell, links)}</td>" for begin, cell in zip(shapes, line, strict=True))


def _ending(ending: Ending, style: str) -> str:
    if style in (OFFICIAL, PLAIN):
        return _signed(ending) + _colophon(ending)
    copies = f"共印{ending.copies}份" if ending.copies else ""
    left = " ".join(part for part in (ending.printed_by, ending.printed_on) if part)
    if not (ending.to or copies or left):
        return ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in ending.to)
    last = f'<p class="pp-apart"><span>{escape(left)}</span><span>{copies}</span></p>' if copies or left else ""
    return f'<footer class="pp-end">{lines}{last}</footer>'


def _signed(ending: Ending) -> str:
    if not ending.unit:
        return ""
    day = f"<br>{escape(ending.day)}" if ending.day else ""
    return f'<p class="pp-signed"><span>{escape(ending.unit)}{day}</span></p>'


def _colophon(ending: Ending) -> str:
    rows = [f'<p class="pp-copied">{escape(line)}</p>' for line in ending.to]
    if ending.printed_by or ending.printed_on:
        printed = f"{escape(ending.printed_on)}印发" if ending.printed_on else ""
        rows.append(f'<p class="pp-apart"><span>{escape(ending.printed_by)}</span><span>{printed}</span></p>')
    if not rows:
        return ""
    copies = f'<p class="pp-r pp-copies">共印{ending.copies}份</p>' if ending.copies else ""
    return f'<div class="pp-foot"><footer class="pp-colophon">{"".join(rows)}</footer>{copies}</div>'

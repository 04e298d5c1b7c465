"""A paper as HTML, for the screen and the A4 page. Pure: every text is escaped here.

Rendered in Python like the lists: a paper of six hundred rows costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from appraisal.papers import lines
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
from appraisal.papers.keeping import Part, has_end, parts

ALIGN = {CENTER: "pp-c", RIGHT: "pp-r"}
#: Stays on the page of what follows.
KEPT = "pp-keep"
#: Columns of a table of scores that a phone shows at once, whatever stands between them.
WHO, SCORE = ("联村工作组", "村"), "得分"


def render(paper: Paper, *, links: bool = True, draft: bool = False, level: int = 1) -> str:
    """The whole paper. `links`: on a screen, where figures lead to their rows; else on paper. `level`: the title's
    (2 inside a page with its own h1)."""
    across = " pp-across" if paper.across else ""
    written = [f'<article class="paper{across}">']
    if draft:
        written.append('<p class="pp-draft">代拟稿，未签发</p>')
    written.append(_masthead(paper.masthead))
    title = _lines(lines.title_lines(paper))
    css = "pp-title pp-plain" if paper.masthead.style == PLAIN else "pp-title"
    written.append(f'<h{level} class="{css}">{title}</h{level}>')
    if links:
        written += [_block(Part(item), links, level) for item in paper.body]
        written += [_ending(paper.ending, paper.masthead.style), _foot(paper.ending, paper.masthead.style)]
    else:
        written += _on_paper(paper, level)
    written.append("</article>")
    return "".join(written)


def _on_paper(paper: Paper, level: int) -> Iterator[str]:
    """With what stays together when pages are cut."""
    ending = _ending(paper.ending, paper.masthead.style)
    found = parts(paper)
    for part in found:
        yield _block(part, False, level, ending if part.ends else "")
    if not any(part.ends for part in found):
        yield ending
    yield _foot(paper.ending, paper.masthead.style)


def blocks(items: Iterable[Block], *, links: bool = True, level: int = 2) -> str:
    """Some blocks alone, where a page shows them one by one."""
    return "".join(_block(Part(item), links, level) for item in items)


def _masthead(head: Masthead) -> str:
    if head.style == PLAIN:
        return ""
    points, name = lines.agency_lines(head)
    if head.style == OFFICIAL:
        return (
            f'<header class="pp-official"><p class="pp-agency pp-{points}">{_lines(name)}</p>'
            f'<p class="pp-number">{escape(head.number)}</p></header>'
        )
    unit = _lines(lines.unit_lines(head.unit, head.day))
    return (
        f'<header class="pp-brief"><p class="pp-name pp-{points}">{_lines(name)}</p>'
        f'<p class="pp-number">{escape(head.number)}</p>'
        f'<p class="pp-unit"><span>{unit}</span><span>{escape(head.day)}</span></p></header>'
    )


def _lines(found: Iterable[str]) -> str:
    return "<br>".join(escape(line) for line in found)


def _spans(items: Iterable[Span], links: bool) -> str:
    return "".join(_span(one, links) for one in items)


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _span(one: Span, links: bool) -> str:
    text = _text(one.text)
    if links and one.href.startswith("/"):
        text = f'<a href="{escape(one.href)}">{text}</a>'
    return f"<strong>{text}</strong>" if one.bold else text


def _block(part: Part, links: bool, level: int, closing: str = "") -> str:
    item = part.block
    if isinstance(item, Paragraph):
        return _paragraph(item, links, kept=part.following)
    if isinstance(item, Heading):
        tag = min(level + item.level, 6)
        return f'<h{tag} class="pp-h{item.level}">{escape(item.text)}</h{tag}>'
    if isinstance(item, Table):
        return _table(item, part, links, closing)
    if isinstance(item, Signatures):
        return _signatures(item, kept=part.following)
    if isinstance(item, Form):
        return _form(item, links)
    assert isinstance(item, PageBreak)
    return '<hr class="pp-break">'


def _signatures(item: Signatures, *, kept: bool) -> str:
    across = lines.signers_across(item.labels)
    names = "".join(f"<span>{escape(label)}：</span>" for label in item.labels)
    return f"<p{_css('pp-signs', f'pp-by{across}', KEPT if kept else '')}>{names}</p>"


def _css(*names: str) -> str:
    css = " ".join(name for name in names if name)
    return f' class="{css}"' if css else ""


def _paragraph(item: Paragraph, links: bool, *, kept: bool = False) -> str:
    css = _css("" if item.indent else "pp-flush", ALIGN.get(item.align, ""), KEPT if kept else "")
    return f"<p{css}>{_spans(item.spans, links)}</p>"


def _table(item: Table, part: Part, links: bool, closing: str) -> str:
    whole = sum(column.width for column in item.columns) or 1
    cols = "".join(f'<col width="{100 * column.width / whole:.2f}%">' for column in item.columns)
    in_sight = _kept_in_sight(item.columns)
    heads = "".join(
        f"{_cell_tag('th', in_sight.get(place, ''), scope='col')}{_text(column.title)}</th>"
        for place, column in enumerate(item.columns)
    )
    shapes = [
        _cell_tag("td", ALIGN.get(column.align, ""), in_sight.get(place, ""))
        for place, column in enumerate(item.columns)
    ]
    scored = " pp-scored" if in_sight else ""
    kept = part.kept_rows if not links else ()
    rows = "".join(
        f"<tr{_css(KEPT if place in kept else '')}>{_cells(line, shapes, links)}</tr>"
        for place, line in enumerate(item.rows)
    )
    caption = f"<caption>{escape(item.caption)}</caption>" if item.caption else ""
    note = f'<p class="pp-note">{escape(item.note)}</p>' if item.note else ""
    tail = "".join(_block(Part(one), links, 1) for one in part.tail)
    under = "" if links else note + tail + closing
    if item.total:
        rows += f"<tr{_css('pp-sum', KEPT if under else '')}>{_cells(item.total, shapes, links)}</tr>"
    if under:
        rows += f'<tr><td class="pp-closing" colspan="{len(item.columns)}">{under}</td></tr>'
    # A box of its own: a phone moves the table sideways, never the page.
    name = escape(item.caption or "表")
    box = _css("pp-box", "pp-whole" if part.whole and not links else "", KEPT if part.following else "")
    return (
        f'<div{box} tabindex="0" role="region" aria-label="{name}"><table class="pp-table{scored}">'
        f"{caption}<colgroup>{cols}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
        f"</table></div>{'' if under else note}"
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
    """落款, or 报尾 of a briefing."""
    if style in (OFFICIAL, PLAIN):
        return _signed(ending)
    copies = f"共印{ending.copies}份" if ending.copies else ""
    left = " ".join(part for part in (ending.printed_by, ending.printed_on) if part)
    if not has_end(ending):
        return ""
    told = "".join(f'<p class="pp-to">{escape(line)}</p>' for line in ending.to)
    last = f'<p class="pp-apart"><span>{escape(left)}</span><span>{copies}</span></p>' if copies or left else ""
    return f'<footer class="pp-end">{told}{last}</footer>'


def _foot(ending: Ending, style: str) -> str:
    return _colophon(ending) if style in (OFFICIAL, PLAIN) else ""


def _signed(ending: Ending) -> str:
    if not ending.unit:
        return ""
    found = lines.signed(ending.unit, ending.day)
    beside = round(min(*found.beside, found.day_beside))
    told = _lines([*found.lines, *([ending.day] if ending.day else [])])
    kept = KEPT if ending.to or ending.printed_by or ending.printed_on else ""
    return f"<p{_css('pp-signed', f'pp-in{beside}', kept)}><span>{told}</span></p>"


def _colophon(ending: Ending) -> str:
    rows = [f'<p class="pp-copied">{escape(line)}</p>' for line in ending.to]
    if ending.printed_by or ending.printed_on:
        printed = escape(f"{ending.printed_on}印发") if ending.printed_on else ""
        by = _lines(lines.printer_lines(ending.printed_by, printed))
        rows.append(f'<p class="pp-apart"><span>{by}</span><span>{printed}</span></p>')
    if not rows:
        return ""
    copies = f'<p class="pp-r pp-copies">共印{ending.copies}份</p>' if ending.copies else ""
    return f'<div class="pp-foot"><footer class="pp-colophon">{"".join(rows)}</footer>{copies}</div>'

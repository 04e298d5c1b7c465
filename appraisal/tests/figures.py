"""What a list holds to which the figure of a paper leads: how many rows, and the sums of its last row. No test here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client

from appraisal.papers.content import Paper, Paragraph, Span, Table

COUNTED = re.compile(r"共([\d,]+)")
SUMS = re.compile(r"合计</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td[^>]*>([^<]*)</td>")
FIGURE = re.compile(r"[\d,]+(?:\.\d+)?")


@dataclass(frozen=True)
class Behind:
    """Figures as they are printed, without sign, unit and commas."""

    rows: str
    sums: frozenset[str]

    def holds(self, figure: str) -> bool:
        nothing = self.rows == "0" and float(figure) == 0
        return nothing or figure == self.rows or figure in self.sums


def behind(client: Client, url: str) -> Behind:
    answer = client.get(url)
    assert answer.status_code == 200, url
    page = answer.content.decode()
    found, sums = COUNTED.search(page), SUMS.search(page)
    cells = CELL.findall(sums[1]) if sums else []
    return Behind(bare(found[1]) if found else "0", frozenset(bare(cell) for cell in cells if FIGURE.search(cell)))


def rows_behind(client: Client, url: str) -> int:
    return int(behind(client, url).rows)


def bare(text: str) -> str:
    """1,200 of 「1,200天」, 8.0 of 「−8.0分」."""
    found = FIGURE.search(text)
    return found[0].replace(",", "") if found else ""


def figures_of(paper: Paper) -> Iterator[tuple[str, Span]]:
    """Every figure that leads somewhere, with the caption and the heading of its column where it stands in a table."""
    for block in paper.blocks:
        if isinstance(block, Paragraph):
            yield from (("", one) for one in block.spans if one.href and bare(one.text))
        if isinstance(block, Table):
            for line in (*block.rows, block.total):
                for column, one in list(zip(block.columns, line, strict=False))[1:]:
                    yield f"{block.caption} {column.title}", one

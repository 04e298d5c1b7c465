"""Cells that several tables of the register share."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianzhen.pages.tables import link, link_to
from villages.answering import Named
from villages.models import Person


def person_cell(person: Person | Named | None, links: bool) -> Any:
    """The name, linked for those who may open the page behind it; a dash for nobody."""
    if person is None:
        return "—"
    return link_to("person", person.pk, person.name) if links else person.name


def row_links(*links: tuple[str, str]) -> SafeString:
    """What can be done with a row, beside each other."""
    cells = [link(url, text) for text, url in links]
    shown = cells[0]
    for cell in cells[1:]:
        shown = format_html("{}　{}", shown, cell)
    return shown

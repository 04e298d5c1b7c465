"""Papers in templates."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from appraisal.papers import html
from appraisal.papers.content import Block, Paper

register = template.Library()


@register.simple_tag
def paper_page(paper: Paper, links: bool = True, draft: bool = False, level: int = 2) -> SafeString:
    """A paper whole, as it lies on A4. The page needs css/paper.css."""
    return SafeString(html.render(paper, links=links, draft=draft, level=level))  # escaped there, text by text


@register.simple_tag
def paper_blocks(blocks: Iterable[Block], links: bool = True, level: int = 2) -> SafeString:
    """Some of its blocks, inside an element of class "paper"."""
    return SafeString(html.blocks(blocks, links=links, level=level))  # escaped there, text by text

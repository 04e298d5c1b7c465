"""Points in templates, as the sentences write them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from appraisal.rules.base import ZERO, change_in_marks, change_in_points, in_points, marks
from lianzhen import wording

register = template.Library()


register.filter(marks)


@register.filter
def in_marks(value: Decimal | None) -> str:
    """96.5分"""
    return wording.UNKNOWN if value is None else in_points(value)


@register.filter
def minus_marks(value: Decimal) -> str:
    """−1.0 of what was taken; 0.0 of nothing."""
    return marks(ZERO - value) if value else "0.0"


@register.filter
def mark_change(value: Decimal | None) -> str:
    """+1.0分, −1.0分"""
    return change_in_points(value)


register.filter("bare_change", change_in_marks)

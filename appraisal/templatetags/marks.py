"""Points in templates, as the sentences write them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from appraisal.rules.base import ZERO, change_in_points, in_points
from lianzhen import wording

register = template.Library()


@register.filter
def marks(value: Decimal | None) -> str:
    """96.5 without its unit, for columns whose heading names it."""
    return wording.UNKNOWN if value is None else in_points(value).removesuffix("分")


@register.filter
def in_marks(value: Decimal | None) -> str:
    """96.5分"""
    return wording.UNKNOWN if value is None else in_points(value)


@register.filter
def minus_marks(value: Decimal) -> str:
    """−1.0 of what was taken; 0.0 of nothing."""
    return in_points(ZERO - value).removesuffix("分") if value else "0.0"


@register.filter
def mark_change(value: Decimal | None) -> str:
    """+1.0分, −1.0分"""
    return change_in_points(value)


@register.filter
def bare_change(value: Decimal | None) -> str:
    """+1.0, −1.0 without the unit that the column's heading names."""
    return wording.UNKNOWN if value is None else change_in_points(value).removesuffix("分")

"""Points in templates, as the sentences write them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from appraisal.rules.base import ZERO, change_in_marks, change_in_points, in_points, marks

register = template.Library()


#: 96.5, 96.5分, +1.0 and +1.0分; 「—」 for what is unknown.
register.filter(marks)
register.filter("in_marks", in_points)
register.filter("bare_change", change_in_marks)
register.filter("mark_change", change_in_points)


@register.filter
def minus_marks(value: Decimal) -> str:
    """−1.0 of what was taken; 0.0 of nothing."""
    return marks(ZERO - value) if value else "0.0"

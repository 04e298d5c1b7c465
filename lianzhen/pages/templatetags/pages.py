"""Template words of the frame; built into every template."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianzhen import phones, wording
from lianzhen.trail.models import AuditEntry

register = template.Library()


@register.filter
def mask_phone(value: str | None) -> str:
    """138****1402; a dash when there is none."""
    return phones.mask(value) if value else "—"


@register.filter
def or_dash(value: Any) -> Any:
    return "—" if value is None or value == "" else value


@register.filter
def number(value: Any) -> str:
    return "—" if value is None or value == "" else wording.number(value)


@register.filter
def bare(value: str) -> str:
    """Without the full stop that the sentence around it brings itself."""
    return wording.bare(value)


@register.filter
def full_date(value: date | datetime | None) -> str:
    """2018年10月18日"""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return wording.full_date(day)


@register.filter
def long_date(value: date | None) -> str:
    """2018年10月18日（星期四）"""
    return wording.long_date(value)


@register.simple_tag
def term(starts_on: date, ends_on: date | None) -> str:
    """2018年4月10日—2020年5月31日, or 2018年4月10日至今"""
    return wording.term(starts_on, ends_on)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """2018年10月18日 14:05, with the exact moment for machines."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{} {}</time>', local.isoformat(), wording.full_date(local.date()), local.strftime("%H:%M")
    )


@register.inclusion_tag("includes/timeline.html")
def history_of(obj: Any, limit: int = 30) -> dict[str, Any]:
    """The latest entries of the trail about a record, for its page."""
    return {"entries": AuditEntry.objects.about(obj).select_related("by")[:limit]}

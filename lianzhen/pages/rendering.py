"""Draws forms by Django's templates, and the longest part of them, the options of a select, in Python.

A select of all villages stands on most lists. By template each option costs two includes: 39 villages take
one millisecond of every page, the 600 of a county sixteen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"
OPTION = "django/forms/widgets/select_option.html"


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == SELECT and _is_plain(context["widget"]):
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _is_plain(widget: Mapping[str, Any]) -> bool:
    """A widget whose options have a template of their own is left to it."""
    return all(option["template_name"] == OPTION for _, options, _ in widget["optgroups"] for option in options)


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = (_group(title, options) for title, options, _ in widget["optgroups"])
    begin = f'<select name="{escape(str(widget["name"]))}"{_attributes(widget["attrs"])}>'
    return mark_safe(f"{begin}{''.join(groups)}\n</select>")  # every text is escaped below


def _group(title: Any, options: Iterable[Mapping[str, Any]]) -> str:
    drawn = "".join(
        f'\n  <option value="{escape(str(option["value"]))}"{_attributes(option["attrs"])}>'
        f"{conditional_escape(option['label'])}</option>"
        for option in options
    )
    return f'\n  <optgroup label="{conditional_escape(title)}">{drawn}\n  </optgroup>' if title else drawn


def _attributes(attributes: Mapping[str, Any]) -> str:
    """As Django's own attrs.html: True stands alone, False not at all."""
    drawn = ""
    for name, value in attributes.items():
        if value is not False:
            drawn += f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
    return drawn

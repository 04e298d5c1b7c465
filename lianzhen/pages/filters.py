"""What filters of lists share: the search box, and values that stand until others are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django import forms


def text_filter(label: str, method: str) -> filters.CharFilter:
    """A search box; `method` is the name of the filterset's method that narrows the rows."""
    return filters.CharFilter(label=label, method=method, widget=forms.TextInput(attrs={"type": "search"}))


class DefaultingFilterSet(filters.FilterSet):
    """A filterset with values that stand where the address names none."""

    defaults: Mapping[str, str] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            for name, value in self.defaults_beside(data).items():
                data.setdefault(name, value)
        super().__init__(data, *args, **kwargs)

    def defaults_beside(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Those of the class; one that depends on the day or on what else was asked works its own out."""
        return self.defaults

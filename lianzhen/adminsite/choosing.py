"""What the search fields of the panel's forms offer."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model


class ChoosingView(AutocompleteJsonView):
    """Rows the user may see, called so that namesakes can be told apart."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, Any]:
        return {"id": str(getattr(obj, to_field_name)), "text": self.model_admin.choice_label(obj)}

"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from lianzhen.pages.forms import PinyinSelect
from villages.models import Person


class PersonField(forms.ModelChoiceField):
    """Somebody of the register, found by Chinese or pinyin initials; a plain select without JavaScript."""

    def __init__(self, queryset: QuerySet[Person] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", "姓名")
        kwargs.setdefault(
            "error_messages", {"required": f"请选择{kwargs['label']}", "invalid_choice": "请从名单中选择。"}
        )
        super().__init__(queryset if queryset is not None else Person.objects.none(), widget=PinyinSelect, **kwargs)

    def label_from_instance(self, person: Person) -> str:
        """The name with what tells namesakes apart; never a whole telephone number."""
        where = person.department or person.villager_group or person.village
        tail = f" 尾号{person.phone_tail}" if person.phone_tail else ""
        return f"{person.name}（{where}{tail}）"


def choosable(people: QuerySet[Person]) -> QuerySet[Person]:
    """Current people with what the label needs."""
    return people.current().select_related("department", "villager_group", "village").order_by("pinyin", "pk")

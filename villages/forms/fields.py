"""Fields that several forms share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from lianzhen.pages.forms import LONGEST_ID, PinyinSelect
from villages.models import Person, Village


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


class Named(str):
    """A row that was chosen by its name alone, before the village was known."""

    __slots__ = ()


class OfVillageField(forms.ModelChoiceField):
    """A row of the village that the form names, e.g. a villager group.

    A county has six thousand groups, and their numbers are thirty. As long as the form names no village, the
    names are offered: whoever chooses 第3组 means that of the village he chooses. `village`: the path from a row
    to its village; `name_of`: what tells a row from the others of its village.
    """

    def __init__(self, *, village: str, name_of: Callable[[Any], str], **kwargs: Any) -> None:
        super().__init__(queryset=Village.objects.none(), required=False, **kwargs)
        self.village, self.name_of = village, name_of

    def offer(self, village: int | None, names: Iterable[str], chosen: Any) -> None:
        """The rows of the village or, without one, `names`. `chosen`: what the form holds now."""
        if village is None:
            options = [(f"={name}", name) for name in names]
        else:
            # Who chose by name finds his choice again.
            rows = [(row, f"={self.name_of(row)}") for row in self._of(village)]
            options = [(named if named == chosen else row.pk, str(row)) for row, named in rows]
        self.choices = [("", self.empty_label), *options]

    def to_python(self, value: Any) -> Model | Named | None:
        if isinstance(value, str) and value.startswith("="):
            return Named(value[1:])
        if len(str(value)) > LONGEST_ID:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)

    def found(self, name: Named, village: Village | None) -> Model:
        """The row of the village. Raises `ValidationError` where that does not say which it is."""
        if village is None:
            raise ValidationError(f"选了{self.label}的，请先选择所在村。")
        rows = [row for row in self._of(village.pk) if self.name_of(row) == name]
        if len(rows) != 1:
            held = f"没有“{name}”" if not rows else f"有{len(rows)}个“{name}”"
            raise ValidationError(f"{village}{held}，请从这个村的{self.label}中选择。")
        return rows[0]

    def _of(self, village: int) -> QuerySet:
        return self.queryset.filter(**{self.village: village})

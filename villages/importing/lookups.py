"""Finding the villages and people that a sheet names, with a suggestion where nothing fits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from lianzhen import phones
from lianzhen.importing import cells
from lianzhen.importing.cells import MaskedPhone
from lianzhen.importing.kinds import Unsound, unsound
from lianzhen.wording import closest, no_such
from villages.actions.roll import Roll
from villages.models import Person, Village

FOUNDING_HINT = "新设立的填写，例如2018-05-01；早就有的不填。"
ENDINGS = ("村", "社区", "村委会", "居委会", "村民委员会", "居民委员会")


def past_day(text: str, title: str) -> date:
    """A day of something that has happened: today at the latest."""
    day = cells.day(text, title)
    if day > timezone.localdate():
        raise ValueError(f"{title}不能晚于今天，请核对{title}。")
    return day


def missing(key: str, typed: str, known: Iterable[str]) -> Unsound:
    """没有"示列四村"。是不是"示例四村"？ with the button that changes it."""
    names = list(known)
    like = closest(typed, names)
    return unsound(key, no_such(typed, names), *([(f'改为"{like}"', key, like)] if like else []))


class VillageBook:
    """Current villages by name and code. 示例一 and 示例一村委会 are 示例一村."""

    def __init__(self) -> None:
        self.villages = list(Village.objects.current().select_related("group"))
        self.by_code = {village.code: village for village in self.villages}
        self.by_name = {village.name: village for village in self.villages}
        self.by_stem = {stem(village.name): village for village in self.villages}

    def find(self, typed: str, key: str = "village") -> Village:
        """Raises `Unsound` with the closest name."""
        found = self.by_name.get(typed) or self.by_code.get(typed) or self.by_stem.get(stem(typed))
        if found is None:
            raise missing(key, typed, self.by_name)
        return found


def stem(name: str) -> str:
    """示例一村委会 → 示例一: what a name says without the kind of place."""
    for ending in sorted(ENDINGS, key=len, reverse=True):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


class PersonBook(Roll):
    """Current people by name."""

    def __init__(self) -> None:
        people = Person.objects.current()
        super().__init__(people.select_related("village", "department", "villager_group", "party_group"))

    def meet(self, person: Person) -> None:
        """Somebody whom an action has just entered in the register."""
        self.by_name[person.name].append(person)

    def with_phone(self, name: str, phone: str) -> Person | None:
        """The one of that name whose number is this one, masked or whole."""
        if not phone:
            return None
        if isinstance(phone, MaskedPhone):
            found = [p for p in self.by_name[name] if phones.mask(p.phone) == phone]
            return found[0] if len(found) == 1 else None
        return next((p for p in self.by_name[name] if p.phone == phone), None)

    def residents(self, name: str, village: Village) -> list[Person]:
        return [p for p in self.by_name[name] if p.village_id == village.pk]

    def staff(self, name: str) -> list[Person]:
        return [p for p in self.by_name[name] if p.department_id is not None]


def refuse_masked(phone: str, key: str = "phone") -> None:
    """A number hidden by an export cannot be stored."""
    if isinstance(phone, MaskedPhone):
        raise unsound(key, f"{phone}中间四位没有显示，不能登记。请填写完整的11位号码，或把这一格清空。")

"""Forms about 请假公出."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from appraisal.leave_seats import Seat, away, substitutes
from appraisal.models import Leave
from lianzhen.pages.forms import DayField, PageForm
from villages.forms.fields import PersonField, choosable
from villages.forms.places import PastDayField, line
from villages.forms.teams import offer
from villages.models import CadreTerm, Person, Posting

OFFICIAL_KINDS = [(kind.value, kind.label.removeprefix("公出：")) for kind in Leave.Kind if kind in Leave.OFFICIAL]
PRIVATE_KINDS = [(kind.value, kind.label) for kind in Leave.Kind if kind not in Leave.OFFICIAL]


class PlacedPersonField(PersonField):
    """Somebody with where he serves: that is what one looks for when choosing who stands in."""

    def label_from_instance(self, person: Person) -> str:
        places = [posting.target for posting in person.serving_in] + [term.village for term in person.heading]
        told = "、".join(str(place) for place in places)
        return f"{person.name}（{told}）" if told else person.name


def with_places(people: QuerySet[Person]) -> QuerySet[Person]:
    """People with the posts they hold today, for their labels. Two queries beyond their own."""
    today = timezone.localdate()
    postings = Posting.objects.on(today).select_related("team__village", "group", "village")
    terms = CadreTerm.objects.on(today).select_related("village")
    return people.prefetch_related(
        Prefetch("postings", postings, to_attr="serving_in"), Prefetch("cadre_terms", terms, to_attr="heading")
    )


def who_may_ask() -> QuerySet[Person]:
    """Whoever serves in a team, a liaison group or a village today."""
    today = timezone.localdate()
    serving = Q(pk__in=Posting.objects.on(today).values("person_id"))
    serving |= Q(pk__in=CadreTerm.objects.on(today).values("person_id"))
    return choosable(Person.objects.filter(serving))


class SubstituteField(PlacedPersonField):
    """The nearest first; whoever may not stand in is refused by the action, which says why."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Person.objects.current(), label="替班人", required=False, empty_label="没有", **kwargs
        )

    def offer_for(self, seat: Seat | None, leave: Leave | None = None) -> None:
        if seat is None:
            offer(self, with_places(who_may_ask()))
            return
        first = leave.starts_on if leave else timezone.localdate()
        last = leave.ends_on if leave else first
        people = substitutes(seat, first, last)
        if leave is not None:
            busy = away(first, last).values("person_id")
            people = people.exclude(pk=leave.person_id).exclude(pk__in=busy)
        offer(self, with_places(people))


class LeaveForm(PageForm):
    """请假 or, with `official`, 公出, which needs its ground. `asker` asks for himself; without him the office
    chooses the person."""

    person = PlacedPersonField(label="请假人")
    kind = forms.ChoiceField(
        label="类别",
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择类别", "invalid_choice": "请从选项中选择类别"},
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    ends_on = DayField(label="截止日期", required=False, help_text="在外的最后一天。只有一天的不用填。")
    reason = line("事由", 200)
    proof = line("依据", 200, help_text="例如：会议通知、培训通知的名称或文号，紧急时写明谁通知的。")
    destination = line("去向", 100, required=False)
    substitute = SubstituteField(help_text="有人替班，这几天驻村照常。先列同组的，再列同片区的。")
    is_oral = forms.BooleanField(label="已口头请假，现在补办", required=False)

    def __init__(
        self, *args: Any, official: bool, asker: Person | None = None, seat: Seat | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = OFFICIAL_KINDS if official else PRIVATE_KINDS
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.attrs["data-days"] = "tomorrow"
        if asker is None:
            self.fields["person"].queryset = who_may_ask()
            offer(self.fields["person"], with_places(who_may_ask()))
        else:
            del self.fields["person"]
        if official:
            self.fields["destination"].required = True
            self.fields["destination"].error_messages["required"] = "请填写去向"
        else:
            del self.fields["proof"]
            self.fields["reason"].help_text = "只有本人、批假人和联村工作办能看到。"
        self.fields["substitute"].offer_for(seat)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("ends_on") and "ends_on" not in self.errors:
            values["ends_on"] = values.get("starts_on")
        return values


class DecideForm(PageForm):
    decision = forms.ChoiceField(
        label="意见",
        choices=[("approve", "批准"), ("decline", "不批")],
        initial="approve",
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择批准或不批", "invalid_choice": "请选择批准或不批"},
    )
    note = line("说明", 300, required=False, help_text="不批时请写明原因。")


class ReturnForm(PageForm):
    returned_on = PastDayField(label="回岗日期", initial=timezone.localdate, help_text="回到岗位上班的第一天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["returned_on"] = timezone.localdate()


class WithdrawLeaveForm(PageForm):
    reason = line("原因", 200, required=False)

    def __init__(self, *args: Any, record: Leave, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["reason"] = ""
        self.fields["reason"].required = record.state == Leave.State.APPROVED


class SubstituteForm(PageForm):
    substitute = SubstituteField(help_text="先列同组的，再列同片区的；这几天请假的不列。")

    def __init__(self, *args: Any, record: Leave, seat: Seat | None, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["substitute"] = record.substitute_id
        self.fields["substitute"].offer_for(seat, record)

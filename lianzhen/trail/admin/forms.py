"""Forms of the admin panel: what Django's form would save, an action saves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from lianzhen import phones
from lianzhen.trail.recording import text
from lianzhen.trail.versions import EditConflict
from lianzhen.wording import full_date

if TYPE_CHECKING:
    from lianzhen.trail.admin.base import TownModelAdmin

#: Hidden in every form; no facts.
BOOKKEEPING = ("once", "version")


class PanelPhoneField(forms.CharField):
    """A number is never shown whole in the panel, so the field starts empty; left empty, the number stays."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "vTextField"})
        super().__init__(**{"label": "手机号", "required": False, "max_length": 30, "widget": widget, **kwargs})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return phones.normalise(typed)
        except ValueError as problem:
            raise ValidationError(str(problem), code="phone") from problem


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "vTextField"})
        errors = {"required": f"请填写{kwargs.get('label', '原因')}"}
        super().__init__(**{"label": "原因", "max_length": 200, "widget": widget, "error_messages": errors, **kwargs})


class ReadForm(forms.ModelForm):
    """A record that is only read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class ActionForm(ReadForm):
    """A form that checks what was typed and then lets the panel carry it out.

    The action checks the whole record under its lock, so its refusals appear where Django's own would:
    beside their fields. `panel` and `request` are set by `TownModelAdmin.get_form`.
    """

    panel: TownModelAdmin
    request: HttpRequest

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = self.instance if self.instance.pk else None
        #: Where the two versions differ, once somebody else has saved meanwhile.
        self.conflict: list[dict[str, str]] | None = None
        self.result: models.Model | None = None
        self._prepare_bookkeeping()
        if self.record is not None and "phone" in self.fields:
            self.initial["phone"] = ""
            now = phones.mask(self.record.phone) if self.record.phone else "没有登记"
            self.fields["phone"].help_text = f"现在：{now}。不修改请留空；要去掉号码请在台账页面办理。"

    @property
    def values(self) -> dict[str, Any]:
        """What the action is given: the facts, and the version where the record counts its versions."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in BOOKKEEPING}
        if "version" in self.fields:
            values["version"] = self.cleaned_data.get("version")
        if self.record is not None and "phone" in self.fields and not values["phone"]:
            values["phone"] = self.record.phone or ""
        return values

    def save(self, commit: bool = True) -> Any:
        """Nothing is left to save: the action has done it."""
        return self.result or self.instance

    def _prepare_bookkeeping(self) -> None:
        if self.record is None:
            del self.fields["version"]
            self.fields["once"].initial = uuid.uuid4
        else:
            del self.fields["once"]
            if hasattr(self.record, "version"):
                self.fields["version"].initial = self.record.version
            else:
                del self.fields["version"]

    def _post_clean(self) -> None:
        """In place of Django's checks on a half-filled record: the action, which checks and saves."""
        if self._errors:
            return
        try:
            with transaction.atomic():
                self.panel.admin_site.take_token(self.request)
                self.result = self.panel.carry_out(self.request, self.record, self.values)
        except EditConflict as conflict:
            self._show_conflict(conflict)
        except ValidationError as problem:
            self._place(problem)
        except IntegrityError:
            self.add_error(None, "与刚刚保存的另一条记录冲突，请刷新页面核对后再提交。")
        else:
            self.instance = self.result or self.instance

    def _place(self, problem: ValidationError) -> None:
        """Beside the fields that the refusal speaks of, or at the top of the form."""
        errors = problem.error_dict if hasattr(problem, "error_dict") else {NON_FIELD_ERRORS: problem.error_list}
        for field, listed in errors.items():
            known = field != NON_FIELD_ERRORS and field in self.fields
            for error in listed:
                self.add_error(field if known else None, error)

    def _show_conflict(self, conflict: EditConflict) -> None:
        """Both versions; sending again keeps one's own, because the form now knows the newer version."""
        theirs = conflict.theirs
        at = timezone.localtime(theirs.updated_at)
        who = theirs.updated_by or "系统"
        self.add_error(None, f"{who}{full_date(at.date())} {at:%H:%M}修改过这条记录，填写的内容还没有保存。")
        self.conflict = []
        for bound in self.visible_fields():
            mine = _shown(bound.name, self.cleaned_data.get(bound.name))
            other = _shown(bound.name, getattr(theirs, bound.name, None))
            untouched = bound.name == "phone" and not mine
            if mine != other and not untouched and hasattr(theirs, bound.name):
                self.conflict.append({"label": str(bound.label), "mine": mine, "theirs": other})
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(theirs.version)


def _shown(name: str, value: Any) -> str:
    return phones.mask(str(value)) if name == "phone" and value else text(value)

"""Forms of the staff pages: one hidden token against doubled sending, one version against lost edits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from lianzhen import phones
from lianzhen.pages.once import earlier_answer, remember_answer, take_token
from lianzhen.trail.versions import EditConflict, VersionedModel


class PageForm(forms.Form):
    """A form on a page of its own. `record` is the row being changed, when there is one.

    Fields: `once` is a token made when the page is shown; `version` the row's version at that moment.
    """

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, record: VersionedModel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.fields["once"].initial = uuid.uuid4
        if record is None:
            del self.fields["version"]
        else:
            self.fields["version"].initial = record.version
            for name in self.fields:
                if hasattr(record, name) and name not in ("once", "version"):
                    self.initial.setdefault(name, getattr(record, name))
        for field in self.fields.values():
            _speak_plainly(field)

    def __getitem__(self, name: str) -> forms.BoundField:
        """Without the browser's own limit: it cuts off silently what is pasted in, where the page says how much too
        long it is and keeps it."""
        bound = super().__getitem__(name)
        bound.field.widget.attrs.pop("maxlength", None)
        return bound

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values without the bookkeeping fields, as keyword arguments for an action."""
        return {k: v for k, v in self.cleaned_data.items() if k != "once"}


#: Fields that are answered by choosing.
CHOOSING = (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelChoiceField)
_DEFAULTS = [kind.default_error_messages for kind in (*CHOOSING, forms.ModelMultipleChoiceField, forms.Field)]


def _speak_plainly(field: forms.Field) -> None:
    """What the framework says of its own is replaced; sentences that a field brings along stay."""
    ours = {"required": f"请填写{field.label}"}
    if isinstance(field, CHOOSING):
        ours = {"required": f"请选择{field.label}", "invalid_choice": f"请从列出的选项中选择{field.label}"}
    for code, sentence in ours.items():
        if any(field.error_messages.get(code) is known.get(code) for known in _DEFAULTS):
            field.error_messages[code] = sentence


class PinyinSelect(forms.Select):
    """A select that the combobox script lets people search by Chinese or pinyin initials."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"data-combobox": "", **(attrs or {})}, choices)

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        sound = getattr(getattr(value, "instance", None), "initials", "")
        if sound:
            option["attrs"]["data-py"] = sound
        return option


#: Digits of the largest number that a row's id can be, on both databases.
LONGEST_ID = 18


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows. A forged id too large for the database is an unknown choice, not an error of the server."""

    def _check_values(self, value: Any) -> Any:
        if any(len(str(key)) > LONGEST_ID for key in value or ()):
            raise ValidationError("请从名单中选择。", code="invalid_choice")
        return super()._check_values(value)


class PhoneField(forms.CharField):
    """A telephone number: accepts what people type, gives national digits or an empty string."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "手机号")
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return phones.normalise(typed)
        except ValueError as problem:
            raise ValidationError(str(problem), code="phone") from problem


#: A year outside these is a slip of the finger, and would break whatever counts years on from it.
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2099, 12, 31)


class DayField(forms.DateField):
    """A date: the browser's own picker, and the written forms people type."""

    def __init__(self, **kwargs: Any) -> None:
        formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "data-day": ""})
        label = kwargs.get("label", "日期")
        errors = {"invalid": f"请按2018-10-18的格式填写{label}", "required": f"请填写{label}"}
        super().__init__(input_formats=formats, widget=widget, error_messages=errors, **kwargs)
        problem = "请核对年份，应在1949年10月1日到2099年12月31日之间。"
        self.validators += [MinValueValidator(FIRST_DAY, problem), MaxValueValidator(LAST_DAY, problem)]


def taken_meanwhile(request: HttpRequest, sentence: str, url: str) -> HttpResponse:
    """A step that somebody took in between has no form any more: to the page that says how far things are."""
    messages.warning(request, sentence)
    return HttpResponseRedirect(url, status=303)


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    save: Callable[[dict[str, Any]], Any],
    done: Callable[[Any], tuple[str, str]],
    context: dict[str, Any],
    template: str = "pages/form_page.html",
) -> HttpResponse:
    """Show a form, or carry out what was sent and lead on.

    `save` receives the values and calls one action; `done` gets its result and answers (url, sentence).
    Bad input shows the form again (422) with everything that was typed; a record changed by somebody
    else meanwhile shows both versions (409); a doubled sending is led where the first one went.
    """
    if request.method != "POST":
        return render(request, template, {**context, "form": form})
    # Before anything is judged: what the first sending chose may no longer be there to choose.
    earlier = earlier_answer(request)
    if earlier is not None:
        return HttpResponseRedirect(earlier, status=303)
    if not form.is_valid():
        return render(request, template, {**context, "form": form}, status=422)
    try:
        # One transaction for the token and the work: whoever comes second waits at the token's key.
        with transaction.atomic():
            take_token(request)
            values = form.values if hasattr(form, "values") else form.cleaned_data
            result = save(values)
            url, sentence = done(result)
            remember_answer(request, url)
    except EditConflict as conflict:
        return conflict_page(request, form, conflict, context)
    except ValidationError as problem:
        add_problem(form, problem)
        return render(request, template, {**context, "form": form}, status=422)
    except IntegrityError:
        again = earlier_answer(request)
        if again is not None:
            return HttpResponseRedirect(again, status=303)
        form.add_error(None, "与刚刚保存的另一条记录冲突，请刷新页面核对后再提交。")
        return render(request, template, {**context, "form": form}, status=422)
    if sentence:
        messages.success(request, sentence)
    return HttpResponseRedirect(url, status=303)


def add_problem(form: forms.Form, problem: ValidationError) -> None:
    """Put an action's refusal beside the fields it speaks of, or at the top of the form."""
    if not hasattr(problem, "error_dict"):
        form.add_error(None, problem)
        return
    for field, errors in problem.error_dict.items():
        known = field != NON_FIELD_ERRORS and field in form.fields
        for error in errors:
            form.add_error(field if known else None, error)


def conflict_page(
    request: HttpRequest, form: forms.Form, conflict: EditConflict, context: dict[str, Any]
) -> HttpResponse:
    """The 409 page: the row as it is now beside what was typed, with a way to keep either."""
    theirs = conflict.theirs
    # A form about rows of its own knows better how two versions of them compare.
    rows = form.conflict_rows(theirs) if hasattr(form, "conflict_rows") else _field_rows(form, theirs)
    posted = [(k, v) for k, values in request.POST.lists() for v in values]
    skipped = ("version", "once", "csrfmiddlewaretoken")
    hidden = [pair for pair in posted if pair[0] not in skipped]
    hidden += [("version", theirs.version), ("once", uuid.uuid4())]
    answer = {
        **context,
        "object_title": str(theirs),
        "changed_by": theirs.updated_by or "系统",
        "changed_at": timezone.localtime(theirs.updated_at),
        "rows": rows,
        "hidden": hidden,
        "object_url": context.get("cancel_url", "/"),
        "post_url": request.get_full_path(),
    }
    return render(request, "errors/409.html", answer, status=409)


def _field_rows(form: forms.Form, theirs: VersionedModel) -> list[dict[str, Any]]:
    rows = []
    for bound in form.visible_fields():
        mine = _shown(bound.field, form.cleaned_data.get(bound.name))
        other = _shown(bound.field, getattr(theirs, bound.name, None))
        rows.append({"label": bound.label, "mine": mine, "theirs": other, "differs": mine != other})
    return rows


def _shown(field: forms.Field, value: Any) -> str:
    if hasattr(value, "all"):
        value = value.all()
    if isinstance(value, list | tuple) or hasattr(value, "iterator"):
        return "、".join(_shown(field, v) for v in value)
    if value is True or value is False:
        return "是" if value else "否"
    labels = {str(k): str(v) for k, v in getattr(field, "choices", []) if not isinstance(v, list | tuple)}
    key = str(getattr(value, "pk", value)) if value is not None else ""
    return labels.get(key, "" if value is None else str(value))

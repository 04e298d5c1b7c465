"""What every panel of the admin site does alike.

It stands with the trail, below every app that has a panel: the history it shows is the trail's, and its
forms save through actions that write there. Roles arrive from the apps; this file knows no role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.forms.models import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from lianzhen import phones
from lianzhen.trail.admin.forms import ActionForm, ReadForm
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import tracked_models
from lianzhen.wording import UNKNOWN, full_date, money_figure, number

HISTORY_PAGE = 50


class TownModelAdmin(admin.ModelAdmin):
    """A panel of one model.

    `seen_by`, `added_by`, `changed_by` name roles; `may_change(user, record)` is the verdict that the staff
    pages ask, where it depends on the record. `facts` are the fields of the form, `shown` what is only
    read. `carry_out` calls the action. A panel without `facts` is read-only and leads to the staff page
    (`staff_list`; `staff_page` with the id found at `staff_key`), because no one action saves such a record.
    """

    #: The site takes no other panels; it stands on the roof and is asked before it can know this class.
    is_of_the_town = True
    seen_by: tuple[Any, ...] = ()
    added_by: tuple[Any, ...] = ()
    changed_by: tuple[Any, ...] = ()
    may_change: Callable[[Any, Any], Any] | None = None
    facts: tuple[str, ...] = ()
    #: Fields of the form that adds, where they are not `facts`.
    first_facts: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    staff_list = ""
    staff_page = ""
    staff_key = "pk"
    staff_text = "在台账页面办理"
    #: Who handles it there; for the others the same link says that they read.
    handled_by: tuple[Any, ...] = ()
    add_text = ""
    change_text = ""

    form = ActionForm
    actions = None
    view_on_site = False
    list_per_page = 100
    list_max_show_all = 500
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    save_as = False
    empty_value_display = UNKNOWN

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        """Yes and no in words: Django's icons are red and green, and speak English to a screen reader.
        Large numbers with their thousands, amounts with both decimals."""
        super().__init__(model, admin_site)
        written = (models.BooleanField, models.PositiveIntegerField, models.DecimalField)
        fields = [f for f in model._meta.fields if isinstance(f, written) and f.name != "version"]
        self._in_words = {f.name: _in_words(f) for f in fields}

    # --- Saving ---------------------------------------------------------------------------------
    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Any:
        """Call the action with what was typed; `record` is None when one is added. Answers the record,
        or None where there is none any more. Raises `ValidationError` or `EditConflict`."""
        raise NotImplementedError

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.save(commit=False)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved already: `ActionForm` calls `carry_out` while it checks, so that refusals stand at fields."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Related records are the action's."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Nothing is deleted."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"已登记{obj}。")
        answer = self.response_post_save_add(request, obj)
        self.admin_site.remember_answer(request, answer["Location"])
        return answer

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, f"已保存{obj}。")
        return self.response_post_save_change(request, obj)

    # --- Rights ---------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self._asks(request, self.seen_by, "查看")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.first_facts or self.facts) and self._asks(request, self.added_by, "登记")

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        if not self.facts or not self._asks(request, self.changed_by, "修改"):
            return False
        if obj is None or self.may_change is None:
            return True
        verdict = type(self).may_change(request.user, obj)
        if not verdict:
            request.panel_refusal = verdict.reason
        return bool(verdict)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Nothing is deleted: records end."""
        return False

    def has_view_or_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _asks(self, request: HttpRequest, roles: Iterable[Any], verb: str) -> bool:
        """Whether the user holds one of the roles; otherwise the sentence for the 403 page is left behind."""
        if request.user.standing.has(*roles):
            return True
        request.panel_refusal = self.refusal(roles, verb)
        return False

    def refusal(self, roles: Iterable[Any], verb: str) -> str:
        who = f"由{'、'.join(role.label for role in roles)}{verb}" if roles else f"不在管理面板{verb}"
        return f"{self.opts.verbose_name}{who}。"

    # --- Rows -----------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Only what the user may see; with what the list and the record's own name need."""
        rows = super().get_queryset(request)
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(request.user)
        if self.list_select_related:
            rows = rows.select_related(*self.list_select_related)
        return rows

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        rows, doubled = super().get_search_results(request, queryset, search_term.replace("\u3000", " ").strip())
        choosing = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        if choosing and hasattr(rows, "current"):
            rows = rows.current()
        return rows, doubled

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the filters ask: `?phone__startswith=138` would lay a number open digit by digit."""
        allowed = {self.date_hierarchy} if self.date_hierarchy else set()
        for item in self.list_filter:
            allowed.add(item[0] if isinstance(item, list | tuple) else getattr(item, "parameter_name", item))
        return any(lookup == name or lookup.startswith(f"{name}__") for name in allowed)

    def choice_label(self, obj: Any) -> str:
        """How a record is called in a list to choose from."""
        return str(obj)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._in_words.get(name, name) for name in super().get_list_display(request)]

    # --- Form -----------------------------------------------------------------------------------
    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> list[Any]:
        typed = self.typed_fields(request, obj)
        if obj is None:
            return list(typed)
        beside = {*typed, *(["phone_shown"] if "phone" in typed else [])}
        read = [name for name in self.shown if name not in beside]
        return [*typed, *(self._in_words.get(name, name) for name in read)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> list[Any]:
        typed = self.typed_fields(request, obj)
        return [name for name in self.get_fields(request, obj) if name not in typed]

    def typed_fields(self, request: HttpRequest, obj: Any | None) -> tuple[str, ...]:
        """The fields that this user may fill in."""
        if obj is None:
            return self.first_facts or self.facts
        return self.facts if self.has_change_permission(request, obj) else ()

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        if change and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **{**kwargs, "form": ReadForm})
        made = super().get_form(request, obj, change, **kwargs)
        made.panel, made.request = self, request
        return made

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the address, but never the bookkeeping."""
        initial = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if name in self.get_fields(request)}

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        choosing = isinstance(field, ModelChoiceField | forms.TypedChoiceField)
        field.error_messages["required"] = f"请{'选择' if choosing else '填写'}{field.label}"
        field.error_messages["max_length"] = f"{field.label}不能超过%(limit_value)d字，现在是%(show_value)d字"
        if isinstance(field, ModelChoiceField):
            field.error_messages["invalid_choice"] = f"请从名单中选择{field.label}"
            if self.admin_site.is_registered(field.queryset.model):
                field.label_from_instance = self.admin_site.get_model_admin(field.queryset.model).choice_label
            # One way to add a record: its own form. No icons that open windows.
            for right in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, right, False)
        if isinstance(field, forms.DateField):
            # The browser's own picker: nothing to load, and the same as on the staff pages.
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            field.input_formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
            field.error_messages["invalid"] = f"请按2018-10-18的格式填写{field.label}"
        return field

    def get_field_queryset(self, db: Any, db_field: models.Field, request: HttpRequest) -> QuerySet:
        """Choices are rows that the user may see."""
        rows = super().get_field_queryset(db, db_field, request)
        rows = db_field.remote_field.model._default_manager.all() if rows is None else rows
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    # --- Pages ----------------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and object_id is None:
            earlier = self.admin_site.earlier_answer(request)
            if earlier is not None:
                return HttpResponseRedirect(earlier)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any | None = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        name = self.opts.verbose_name
        editable = isinstance(form, ActionForm)
        act = (self.add_text or f"登记{name}") if add else (self.change_text or f"修改{name}")
        context["title"] = act if editable else name
        context["conflict"] = getattr(form, "conflict", None)
        context["staff_url"] = self._staff_url(obj)
        context["staff_text"] = self._staff_words(request)
        context["submit_text"] = act if add or self.change_text else "保存修改"
        context["editable"] = editable
        context["has_history"] = self.model in tracked_models()
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if form.is_bound and form.errors:
            response.status_code = 422 if context["conflict"] is None else 409
        return response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "title": self.opts.verbose_name_plural,
            "staff_url": reverse(self.staff_list) if self.staff_list else "",
            "staff_text": self._staff_words(request),
            "add_text": self.add_text or f"登记{self.opts.verbose_name}",
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The record's entries on the trail, newest first."""
        record = self.get_object(request, object_id)
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if record is None:
            raise Http404
        entries = AuditEntry.objects.about(record).order_by("-at", "-id")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{record}的变更记录",
            "subtitle": None,
            "module_name": self.opts.verbose_name_plural,
            "object": record,
            "opts": self.opts,
            "page_obj": Paginator(entries, HISTORY_PAGE).get_page(request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Not visible is not found."""
        raise Http404

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None or not self.staff_page:
            return reverse(self.staff_list) if self.staff_list and obj is not None else ""
        found = obj
        for step in self.staff_key.split("."):
            found = getattr(found, step)
        return reverse(self.staff_page, args=[found])

    def _staff_words(self, request: HttpRequest) -> str:
        handles = request.user.standing.has(*(self.handled_by or self.changed_by or self.added_by))
        return self.staff_text if handles else self.staff_text.replace("办理", "查看")

    # --- Columns --------------------------------------------------------------------------------
    @admin.display(description="手机号", empty_value=UNKNOWN)
    def phone_shown(self, obj: Any) -> str:
        return phones.mask(obj.phone) if obj.phone else UNKNOWN

    @admin.display(description="更新于", ordering="updated_at")
    def last_change(self, obj: Any) -> str:
        """When and by whom; on the record only, lists would ask for one account a row."""
        at = timezone.localtime(obj.updated_at)
        return f"{full_date(at.date())} {at:%H:%M} {obj.updated_by or '系统'}"


def _in_words(field: models.Field) -> Callable[[Any], str]:
    @admin.display(description=field.verbose_name, ordering=field.name)
    def shown(obj: Any) -> str:
        value = getattr(obj, field.name)
        if isinstance(field, models.BooleanField):
            return "是" if value else "否"
        return money_figure(value) if str(field.verbose_name).endswith("（元）") else number(value)

    shown.__name__ = field.name
    return shown

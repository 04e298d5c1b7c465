"""The admin panel of the party committee: who may enter, its own first page, its order of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator

from appraisal.year_figures import year_figures, years
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import NotAllowed
from lianzhen.adminsite.choosing import ChoosingView
from lianzhen.adminsite.glance import glance
from lianzhen.adminsite.order import in_our_order
from lianzhen.context import town_facts
from lianzhen.pages import once

ENTERED_BY = (Role.COMMITTEE, Role.OFFICE_LEAD, Role.OFFICE, Role.SYSADMIN, Role.AUDITOR)

View = Callable[..., HttpResponse]


class TownAdminSite(admin.AdminSite):
    site_title = "管理面板"
    index_title = "全镇一览"
    site_url = "/"
    empty_value_display = "—"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Panels of ours only. What Django and other packages bring (groups, permission rows, refused
        sign-ins) holds no rights here, speaks English or writes past the trail."""
        if getattr(admin_class, "is_of_the_town", False):
            super().register(model_or_iterable, admin_class, **options)

    # --- Entering -------------------------------------------------------------------------------
    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and user.standing.has(*ENTERED_BY)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Every refusal ends on our own pages: sign in, 403 with its reason, 404."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except PermissionDenied:
                reason = getattr(request, "panel_refusal", "")
                raise NotAllowed(reason or "这项工作不在您的角色范围内。") from None
            except (DisallowedModelAdminLookup, DisallowedModelAdminToField):
                raise Http404 from None

        inner.__dict__.update(view.__dict__)
        guarded = super().admin_view(inner, cacheable)

        def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("login"))
            if not self.has_permission(request):
                who = "、".join(role.label for role in ENTERED_BY)
                raise NotAllowed(f"管理面板由{who}使用。")
            return guarded(request, *args, **kwargs)

        gate.__dict__.update(guarded.__dict__)
        return gate

    def get_urls(self) -> list[Any]:
        """Django's addresses; where they ask for a sign-in they name ours."""
        charts = path("charts/", self.admin_view(self.year_charts), name="year_charts")
        urls = [charts, *super().get_urls()]
        for pattern in urls:
            if hasattr(getattr(pattern, "callback", None), "login_url"):
                pattern.callback.login_url = reverse_lazy("login")
        return urls

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page to sign in."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("login"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Hand the POST on to the page that signs out; reading signs nobody out."""
        if request.method == "POST":
            return HttpResponseRedirect(reverse("logout"), status=307)
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_password"))

    password_change_done = password_change

    # --- Doubled sending --------------------------------------------------------------------------
    # The panels stand below the pages and reach this through their site.
    earlier_answer = staticmethod(once.earlier_answer)
    take_token = staticmethod(once.take_token)
    remember_answer = staticmethod(once.remember_answer)

    # --- Pages ------------------------------------------------------------------------------------
    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        header = f"{town_facts().name}联村工作平台 管理面板"
        return {**super().each_context(request), "site_header": header}

    def get_log_entries(self, request: HttpRequest) -> list[Any]:
        """Django's log is not kept; the trail is."""
        return []

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        return in_our_order(self._build_app_dict(request, app_label))

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        seen = glance(request.user, timezone.localdate())
        context = {"glance": seen, "sees_charts": request.user.standing.has(*TOWN_WIDE)}
        return super().index(request, {**context, **(extra_context or {})})

    def year_charts(self, request: HttpRequest) -> HttpResponse:
        """A year by category and by district; `?year=2018`, the newest where none is asked for."""
        if not request.user.standing.has(*TOWN_WIDE):
            raise NotAllowed(f"全年图表由{'、'.join(role.label for role in TOWN_WIDE)}查看。")
        known = years()
        asked = request.GET.get("year", "")
        chosen = next((year for year in known if str(year) == asked), known[0] if known else timezone.localdate().year)
        context = {"figures": year_figures(chosen), "years": known, "months": range(1, 13), "title": "全年图表"}
        return TemplateResponse(request, "admin/year_charts.html", {**self.each_context(request), **context})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return ChoosingView.as_view(admin_site=self)(request)

"""How a version grades a year, edited beside its other settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from appraisal.actions import schemes as actions
from appraisal.forms.year_terms import YearTermsForm
from appraisal.models import Scheme
from appraisal.permissions_schemes import keep_schemes
from appraisal.scheme_words import year_of
from appraisal.views.schemes import find_scheme, led_away, under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded


@guarded(keep_schemes, find=find_scheme)
def scheme_year(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    context = under(scheme, heading="修改年考核", submit="保存年考核办法")
    context["intro"] = "。".join(f"{name}：{said}" for name, said in year_of(scheme)) + "。"
    context["effects"] = ["已经开始的年考核用开始时的办法，不受影响。"]
    if scheme.is_example:
        context["effects"].append("等次和比例是平台自带的示例，请按本镇规定修改。")
    return led_away(request, scheme) or form_page(
        request,
        YearTermsForm(request.POST or None, record=scheme),
        save=lambda values: actions.change_settings(scheme=scheme, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[made.pk]), "年考核办法已修改。"),
        context=context,
    )

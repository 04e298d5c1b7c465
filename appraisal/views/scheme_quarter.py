"""How a version grades and pays a quarter, edited beside its other settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from appraisal.actions import schemes as actions
from appraisal.forms.quarters import QuarterTermsForm
from appraisal.models import Scheme
from appraisal.payouts import PART_CHOICES
from appraisal.permissions_schemes import keep_schemes
from appraisal.scheme_words import quarter_of
from appraisal.views.schemes import find_scheme, led_away, under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded


@guarded(keep_schemes, find=find_scheme)
def scheme_quarter(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """`?add=by_place` shows one more award to fill in."""
    added = request.GET.get("add", "")
    added = added if added in dict(PART_CHOICES) else ""
    context = under(scheme, heading="修改季讲评和兑现", submit="保存季讲评和兑现", parts=PART_CHOICES, added=added)
    context["intro"] = "。".join(f"{name}：{said}" for name, said in quarter_of(scheme)) + "。"
    context["effects"] = ["已经开始讲评的季度用开始时的办法，不受影响。"]
    if scheme.is_example:
        context["effects"].append("等次和金额是平台自带的示例，请按本镇规定修改。")
    return led_away(request, scheme) or form_page(
        request,
        QuarterTermsForm(request.POST or None, record=scheme, added=added),
        save=lambda values: actions.change_settings(scheme=scheme, by=request.user, **values),
        done=lambda made: (
            reverse("scheme_quarter" if added else "scheme", args=[made.pk]),
            "季讲评和兑现办法已修改。",
        ),
        context=context,
        template="appraisal/scheme_quarter.html",
    )

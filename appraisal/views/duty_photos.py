"""Photos of a duty day: shown to those who see the day, taken down by who sent them or decides."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from appraisal.actions.duty_contents import withdraw_photo
from appraisal.models import DutyPhoto
from appraisal.permissions import see_duty_days, take_photo_down
from appraisal.views.duty import form_context
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.photos import small_name
from lianzhen.wording import long_date

#: A picture never changes; the browser of whoever saw it may keep it for a day, no proxy may.
KEPT = "private, max-age=86400, immutable"


def _photo_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("log__team__village__group")


find_photo = visible(DutyPhoto, narrow=_photo_rows)


@guarded(see_duty_days, find=find_photo, methods=("GET",))
def duty_photo(request: HttpRequest, photo: DutyPhoto) -> HttpResponse:
    return _picture(photo.stored_as)


@guarded(see_duty_days, find=find_photo, methods=("GET",))
def duty_photo_small(request: HttpRequest, photo: DutyPhoto) -> HttpResponse:
    return _picture(small_name(photo.stored_as))


def _picture(name: str) -> HttpResponse:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(file, content_type="image/jpeg")
    answer["Cache-Control"] = KEPT
    return answer


@guarded(take_photo_down, find=find_photo)
def duty_photo_withdraw(request: HttpRequest, photo: DutyPhoto) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: withdraw_photo(photo=photo, by=request.user),
        done=lambda photo: (reverse("duty", args=[photo.log_id]), "已撤下照片。"),
        context=form_context(
            photo.log,
            "撤下照片",
            "撤下照片",
            effects=[f"{photo.log.team}{long_date(photo.log.day)}的这张照片不再显示。"],
            danger=True,
        ),
    )

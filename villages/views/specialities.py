"""What a village grows: adding, correcting, ending. Shown on the village's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from villages.actions import places as actions
from villages.forms.places import EndForm, SpecialityForm
from villages.models import Speciality, Village
from villages.permissions import keep_part, keep_village
from villages.views.villages import find_village, tab_url, under

find_speciality = visible(Speciality, narrow=lambda rows: rows.select_related("village"))


@guarded(keep_village, find=find_village)
def speciality_add(request: HttpRequest, village: Village) -> HttpResponse:
    return form_page(
        request,
        SpecialityForm(request.POST or None),
        save=lambda values: actions.add_speciality(village=village, by=request.user, **values),
        done=lambda speciality: (tab_url(village), f"已登记特色产业{speciality}。"),
        context=under(village, heading="登记特色产业", submit="登记产业"),
    )


@guarded(keep_part, find=find_speciality)
def speciality_edit(request: HttpRequest, speciality: Speciality) -> HttpResponse:
    return form_page(
        request,
        SpecialityForm(request.POST or None, record=speciality),
        save=lambda values: actions.change_speciality(speciality=speciality, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village), "已保存。"),
        context=under(speciality.village, heading=f"修改特色产业：{speciality}", submit="保存修改"),
    )


@guarded(keep_part, find=find_speciality)
def speciality_end(request: HttpRequest, speciality: Speciality) -> HttpResponse:
    return form_page(
        request,
        EndForm(request.POST or None, record=speciality),
        save=lambda values: actions.end_speciality(speciality=speciality, by=request.user, **values),
        done=lambda saved: (tab_url(saved.village), f"特色产业{saved}已停止，历史记录保留。"),
        context=under(speciality.village, heading=f"停止特色产业：{speciality}", submit="停止产业", danger=True),
    )

"""A GET that tries to change a row is stopped at the database cursor."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lianzhen.pages.middleware import ReadingNeverWritesMiddleware, WroteWhileReading
from lianzhen.trail import acting
from villages.models import Village


def rename(request):
    with acting(by=None, action="test", label="测试"):
        village = Village.objects.get(name="示例一村")
        village.name = "改名村"
        village.save()
    return HttpResponse("ok")


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_cannot_change_a_row(cast, method):
    request = getattr(RequestFactory(), method)("/")
    with pytest.raises(WroteWhileReading):
        ReadingNeverWritesMiddleware(rename)(request)
    assert Village.objects.filter(name="示例一村").exists()


def test_posting_may(cast):
    ReadingNeverWritesMiddleware(rename)(RequestFactory().post("/"))
    assert Village.objects.filter(name="改名村").exists()


def test_bulk_update_is_stopped_too(cast):
    def update(request):
        Village.objects.update(motto="x")
        return HttpResponse("ok")

    with pytest.raises(WroteWhileReading):
        ReadingNeverWritesMiddleware(update)(RequestFactory().get("/"))


def test_address_behind_a_button_says_so_when_opened_by_hand(cast, sign_in):
    from lianzhen.accounts.roles import Role

    answer = sign_in(Role.OFFICE).get(f"/people/{cast.resident.pk}/phone/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "请从页面上的按钮办理" in answer.content.decode()

"""Specialities of a village: adding, correcting, ending."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Speciality


def test_cadre_records_corrects_and_ends_a_speciality(cast, sign_in):
    client = sign_in(Role.CADRE)
    client.post(
        reverse("speciality_add", args=[cast.own.pk]),
        {"name": "湘莲", "area_mu": "300", "output": "45.5", "output_unit": "吨"},
    )
    speciality = Speciality.objects.get(village=cast.own)
    page = client.get(reverse("village", args=[cast.own.pk])).content.decode()
    assert "45.5吨" in page
    form = {"name": "湘莲", "area_mu": "320", "version": speciality.version}
    client.post(reverse("speciality_edit", args=[speciality.pk]), form)
    speciality.refresh_from_db()
    assert (str(speciality.area_mu), speciality.output) == ("320.00", None)
    form = {"ended_on": "2026-01-05", "reason": "改种水稻", "version": speciality.version}
    client.post(reverse("speciality_end", args=[speciality.pk]), form)
    speciality.refresh_from_db()
    assert speciality.ended_on == date(2026, 1, 5)
    assert AuditEntry.objects.about(speciality).first().reason == "改种水稻"


def test_output_needs_a_unit(cast, sign_in):
    answer = sign_in(Role.CADRE).post(reverse("speciality_add", args=[cast.own.pk]), {"name": "湘莲", "output": "45"})
    assert answer.status_code == 422
    assert "请同时填写产量单位" in answer.content.decode()
    assert not Speciality.objects.exists()


def test_committee_and_other_villages_do_not_touch_specialities(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        speciality = Speciality(village=cast.other, name="湘莲")
        speciality.save()
    assert sign_in(Role.CADRE).get(reverse("speciality_edit", args=[speciality.pk])).status_code == 404
    assert sign_in(Role.COMMITTEE).get(reverse("speciality_edit", args=[speciality.pk])).status_code == 403
    assert sign_in(Role.CADRE).put(reverse("speciality_edit", args=[speciality.pk])).status_code == 405

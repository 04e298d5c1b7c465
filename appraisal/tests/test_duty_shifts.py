"""调休、顺延: asked for, proposed, accepted, declined, taken back."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from appraisal import facts
from appraisal.actions import duty_shifts as actions
from appraisal.models import DutyShift
from appraisal.tests.duty_scenes import NEXT_TUE, THU, TODAY, TUE, entered, is_workbook, serves_too
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.answers import told
from lianzhen.town.models import CalendarDay
from lianzhen.trail import acting

NEXT_WED, NEXT_THU = date(2026, 12, 2), date(2026, 12, 3)
FRI = date(2026, 11, 27)


def due(cast, day=NEXT_TUE) -> tuple[date, ...]:
    return facts.duty_of([cast.team], Week.of(day), TODAY)[cast.team.pk].due_days


def asked(cast, **more) -> DutyShift:
    given = {"from_day": NEXT_TUE, "to_day": NEXT_WED, "reason": "全镇开会", "by": cast.users[Role.LEADER], **more}
    return actions.ask_shift(team=cast.team, today=TODAY, **given)


@pytest.fixture
def holiday(duty):
    """Next Tuesday is off."""
    with acting(by=None, action="test", label="测试"):
        CalendarDay(date=NEXT_TUE, is_workday=False, name="测试节", source="manual", plan_year=2026).save()
    return duty


def test_asking_and_accepting(duty, sign_in, django_capture_on_commit_callbacks):
    sent = {"team": duty.team.pk, "from_day": "2026-12-01", "to_day": "2026-12-02", "reason": "全镇开会"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(Role.LEADER).post(reverse("duty_shift_add"), sent)
    shift = DutyShift.objects.get()
    assert answer["Location"] == reverse("duty_shift", args=[shift.pk])
    assert due(duty) == (NEXT_TUE, NEXT_THU)
    assert told(duty.users[Role.DISTRICT]) == ["示例一村联村工作组申请将12月1日驻村调至12月2日，请办理。"]
    page = sign_in(Role.DISTRICT).get(reverse("duty_requests")).content.decode()
    assert reverse("duty_shift", args=[shift.pk]) in page
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.DISTRICT).post(reverse("duty_shift_decide", args=[shift.pk]), {"answer": "1"})
    shift.refresh_from_db()
    assert (shift.state, shift.decided_by) == ("accepted", duty.users[Role.DISTRICT])
    assert due(duty) == (NEXT_WED, NEXT_THU)
    assert told(duty.users[Role.MEMBER]) == ["将12月1日驻村调至12月2日已同意。"]


def test_declining_says_why(duty, sign_in):
    shift = asked(duty)
    url = reverse("duty_shift_decide", args=[shift.pk])
    assert "请写明原因" in sign_in(Role.OFFICE).post(url, {"answer": "0"}).content.decode()
    sign_in(Role.OFFICE).post(url, {"answer": "0", "note": "周二必须在村"})
    shift.refresh_from_db()
    assert (shift.state, shift.decision_note) == ("declined", "周二必须在村")
    assert due(duty) == (NEXT_TUE, NEXT_THU)
    again = sign_in(Role.DISTRICT).post(url, {"answer": "1"})
    assert "不需再办理" in again.content.decode()
    asked(duty)


def test_who_asked_does_not_decide(duty, sign_in):
    shift = asked(duty, by=duty.users[Role.OFFICE])
    assert sign_in(Role.OFFICE).post(reverse("duty_shift_decide", args=[shift.pk]), {"answer": "1"}).status_code == 403
    with pytest.raises(ValidationError, match="不能办理自己提出的调休"):
        actions.decide_shift(shift=shift, accepts=True, note="", by=duty.users[Role.OFFICE], today=TODAY)


def test_a_member_of_the_group_who_serves_in_the_team_does_not_decide(duty, sign_in):
    serves_too(duty, Role.DISTRICT)
    shift = asked(duty)
    answer = sign_in(Role.DISTRICT).post(reverse("duty_shift_decide", args=[shift.pk]), {"answer": "1"})
    assert answer.status_code == 403
    assert "涉及本人所在工作组" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"to_day": TUE}, "to_day", "请改到今天或以后的日子"),
        ({"to_day": date(2026, 12, 9)}, "to_day", "只能在同一周内调休"),
        ({"to_day": NEXT_THU}, "to_day", "本来就应驻村"),
        ({"from_day": date(2026, 12, 4)}, "from_day", "不是固定办公日"),
        ({"from_day": None}, "from_day", "请选择原固定办公日"),
        ({"reason": " "}, "reason", "此字段不能为空"),
    ],
)
def test_what_is_refused(duty, change, field, sentence):
    with pytest.raises(ValidationError) as refusal:
        asked(duty, **change)
    assert sentence in refusal.value.message_dict[field][0]
    assert not DutyShift.objects.exists()


def test_a_day_already_kept_is_not_moved(duty):
    entered(duty)
    with pytest.raises(ValidationError, match="已登记驻村，不需调休"):
        asked(duty, from_day=THU, to_day=FRI)


def test_a_day_is_asked_for_once(duty):
    asked(duty)
    with pytest.raises(ValidationError, match="这个固定办公日已申请过调休"):
        asked(duty, to_day=date(2026, 12, 4))
    with pytest.raises(ValidationError, match="这一天已有一次调休"):
        asked(duty, from_day=NEXT_THU)


def test_bad_input_loses_nothing(duty, sign_in):
    sent = {"team": "999", "from_day": "12/1", "to_day": "", "reason": "全镇开会"}
    answer = sign_in(Role.LEADER).post(reverse("duty_shift_add"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "全镇开会" in page
    assert "请填写改到哪一天" in page
    assert "请从名单中选择联村工作组" in page


def test_taking_back(duty, sign_in):
    shift = asked(duty)
    assert sign_in(Role.CADRE).post(reverse("duty_shift_withdraw", args=[shift.pk])).status_code == 403
    sign_in(Role.MEMBER).post(reverse("duty_shift_withdraw", args=[shift.pk]))
    shift.refresh_from_db()
    assert shift.state == "withdrawn"
    again = sign_in(Role.MEMBER).post(reverse("duty_shift_withdraw", args=[shift.pk]))
    assert "不需再撤回" in again.content.decode()
    accepted = asked(duty)
    actions.decide_shift(shift=accepted, accepts=True, note="", by=duty.users[Role.DISTRICT], today=TODAY)
    with pytest.raises(ValidationError, match="已到，不能再撤回"):
        actions.withdraw_shift(shift=accepted, by=duty.users[Role.LEADER], today=NEXT_WED)
    actions.withdraw_shift(shift=accepted, by=duty.users[Role.LEADER], today=TODAY)
    assert due(duty) == (NEXT_TUE, NEXT_THU)


# --- 顺延 ---------------------------------------------------------------------------------------
def test_the_liaison_group_takes_a_proposal_up(holiday, sign_in, django_capture_on_commit_callbacks):
    page = sign_in(Role.DISTRICT).get(reverse("duty_requests")).content.decode()
    url = reverse("duty_postpone", args=[holiday.team.pk])
    assert "2026年12月2日（星期三）" in page
    assert url in page
    assert reverse("duty_postpone", args=[holiday.other_team.pk]) not in page
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.DISTRICT).post(url, {"to_day": "2026-12-02"})
    shift = DutyShift.objects.get()
    assert (shift.from_day, shift.to_day, shift.state) == (NEXT_TUE, NEXT_WED, "accepted")
    assert due(holiday) == (NEXT_WED, NEXT_THU)
    assert told(holiday.users[Role.CADRE]) == ["示例一村联村工作组将12月1日驻村调至12月2日，请按时驻村。"]
    with pytest.raises(ValidationError, match="现在不是建议的顺延日"):
        actions.accept_proposal(team=holiday.team, to_day=NEXT_WED, by=holiday.users[Role.OFFICE], today=TODAY)


def test_the_team_may_ask_for_a_proposal(holiday, sign_in):
    page = sign_in(Role.LEADER).get(reverse("duty_requests")).content.decode()
    assert f"{reverse('duty_shift_add')}?team={holiday.team.pk}&amp;to=2026-12-02" in page
    shift = asked(holiday, from_day=None)
    assert shift.from_day == NEXT_TUE
    assert sign_in(Role.LEADER).post(reverse("duty_postpone", args=[holiday.team.pk])).status_code == 403


def test_only_proposed_days_are_taken_up(holiday, sign_in):
    answer = sign_in(Role.DISTRICT).post(reverse("duty_postpone", args=[holiday.team.pk]), {"to_day": "2026-12-04"})
    assert answer.status_code == 422
    assert not DutyShift.objects.exists()


def test_list_of_shifts(duty, sign_in):
    asked(duty)
    url = reverse("duty_shift_list")
    assert "全镇开会" in sign_in(Role.COMMITTEE).get(url).content.decode()
    assert "全镇开会" not in sign_in(Role.COMMITTEE).get(url, {"state": "accepted"}).content.decode()
    assert is_workbook(sign_in(Role.LEADER).post(url))

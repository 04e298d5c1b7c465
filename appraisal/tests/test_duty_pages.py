"""Pages of duty: entering, the page of a day, adding, taking back, photos, lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisal.models import DutyAttendance, DutyLog
from appraisal.tests.duty_scenes import LONG_AGO, THU, TODAY, TUE, WED, entered, is_workbook, picture
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, Person, Posting, Village


def sent(cast, *roles, **more):
    people = [cast.people[role].pk for role in roles or (Role.LEADER,)]
    return {"team": cast.team.pk, "day": "2026-11-26", "people": people, "session": "whole", **more}


def page_of(log) -> str:
    return reverse("duty", args=[log.pk])


# --- Entering -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.LEADER, Role.MEMBER, Role.CADRE])
def test_everything_is_preset(duty, role, sign_in):
    """Two taps: the button on the home page leads here, 保存 sends the form as it stands."""
    client = sign_in(role)
    answer = client.get(reverse("duty_add"))
    form = answer.context["form"]
    page = answer.content.decode()
    assert "2026年11月26日（星期四） 今天" in page
    assert "示例一村" in page
    assert 'enctype="multipart/form-data"' in page
    preset = {name: form[name].value() for name in ("team", "day", "people", "session", "late_reason")}
    assert preset == {
        "team": duty.team.pk,
        "day": TODAY,
        "people": [duty.people[role].pk],
        "session": "whole",
        "late_reason": None,
    }
    client.post(reverse("duty_add"), {**preset, "late_reason": "", "once": str(form["once"].value())})
    assert DutyAttendance.objects.get().person == duty.people[role]


def test_saving_says_what_the_week_has(duty, sign_in):
    client = sign_in(Role.LEADER)
    answer = client.post(reverse("duty_add"), sent(duty, topics=["visitors"], text="走访"))
    log = DutyLog.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, "/")
    page = client.get(page_of(log)).content.decode()
    assert "已登记11月26日驻村。本周1/2天。" in page
    for name in ("duty_undo", "duty_edit"):
        assert f'href="{reverse(name, args=[log.pk])}"' in page
    assert "接待群众" in page
    assert "走访" in page


def test_a_doubled_sending_is_one(duty, sign_in):
    client = sign_in(Role.LEADER)
    once = "7f3c4d0e-0000-4000-8000-000000000001"
    for _ in range(2):
        assert client.post(reverse("duty_add"), sent(duty, once=once)).status_code == 303
    assert AuditEntry.objects.filter(action="duty.log", model="appraisal.dutylog").count() == 1


def test_the_office_chooses_a_team_first(duty, sign_in):
    client = sign_in(Role.OFFICE)
    page = client.get(reverse("duty_add")).content.decode()
    assert "示例二村联村工作组" in page
    assert "填写驻村登记" in page
    answer = client.get(reverse("duty_add"), {"team": duty.team.pk, "day": "2026-11-24"})
    assert answer.context["form"].fixed_open
    assert answer.context["form"]["people"].value() == []
    answer = client.post(reverse("duty_add"), sent(duty, Role.MEMBER, day="2026-11-18"))
    log = DutyLog.objects.get()
    assert answer["Location"] == page_of(log)
    assert (log.day, log.attendances.get().source) == (LONG_AGO, "office")
    assert client.post(reverse("duty_add"), sent(duty, team="")).status_code == 422


def test_a_late_entry_asks_for_its_reason_and_loses_nothing(duty, sign_in):
    client = sign_in(Role.LEADER)
    typed = sent(duty, Role.LEADER, Role.CADRE, day="2026-11-24", session="morning", topics=["party"], text="党员会")
    answer = client.post(reverse("duty_add"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明补登原因" in page
    assert "<details open>" in page
    assert "党员会" in page
    assert page.count(" checked") == 4
    client.post(reverse("duty_add"), {**typed, "late_reason": "没有信号"})
    assert DutyLog.objects.get().late_reason == "没有信号"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "2026-11-27"}, "驻村日期不能晚于今天"),
        ({"day": "11/26"}, "请按2018-10-18的格式填写驻村日期"),
        ({"people": []}, "请选择驻村人员"),
        ({"people": ["999999"]}, "请从名单中选择驻村人员"),
        ({"people": ["9" * 30]}, "请从名单中选择驻村人员"),
        ({"session": "night"}, "请从选项中选择"),
        ({"topics": ["sleep"]}, "请从选项中选择"),
        ({"text": "很" * 301}, "补充说明不能超过300字，现在是301字"),
        ({"photo": SimpleUploadedFile("a.jpg", b"nothing")}, "请用JPG、PNG或WebP格式的照片"),
        ({"photo": SimpleUploadedFile("a.jpg", b"")}, "这个文件是空的"),
    ],
)
def test_bad_input_says_what_to_do(duty, change, sentence, sign_in):
    answer = sign_in(Role.LEADER).post(reverse("duty_add"), {**sent(duty), **change})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not DutyLog.objects.exists()


def test_another_village_is_not_for_the_leader(duty, sign_in):
    answer = sign_in(Role.LEADER).post(reverse("duty_add"), sent(duty, team=duty.other_team.pk))
    assert answer.status_code == 422
    assert not DutyLog.objects.exists()


def test_a_cadre_without_a_team_is_told(duty, sign_in):
    with acting(by=None, action="test", label="测试"):
        duty.team.ends_on = TODAY - timedelta(days=90)
        duty.team.save()
    page = sign_in(Role.CADRE).get(reverse("duty_add")).content.decode()
    assert "您所在的村目前没有联村工作组，不需要登记驻村。" in page


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR, Role.DISTRICT, Role.WINDOW, Role.GRIDHEAD])
def test_others_do_not_enter(duty, role, sign_in):
    assert sign_in(role).post(reverse("duty_add"), sent(duty)).status_code == 403
    assert not DutyLog.objects.exists()


def test_an_outsider_does_nothing(duty, client):
    client.force_login(duty.outsider, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    assert client.post(reverse("duty_add"), sent(duty)).status_code == 403


def test_the_form_asks_the_same_for_any_town(duty, sign_in, django_assert_num_queries):
    client = sign_in(Role.LEADER)
    client.get(reverse("duty_add"))
    with django_assert_num_queries(7):
        client.get(reverse("duty_add"))
    with acting(by=None, action="test", label="测试"):
        for number in range(5):
            person = Person(name=f"某{number}", department=duty.department)
            person.save()
            Posting(person=person, team=duty.team, starts_on=TODAY - timedelta(days=30)).save()
    with django_assert_num_queries(7):
        client.get(reverse("duty_add"))


def test_saving_takes_few_statements(duty, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.LEADER)
    client.get(reverse("duty_add"))
    with django_assert_max_num_queries(33):
        client.post(reverse("duty_add"), sent(duty, topics=["visitors"]))


# --- The page of a day ----------------------------------------------------------------------------
def test_page_of_a_day(duty, sign_in):
    log = entered(duty, Role.LEADER, Role.CADRE, session="morning", photos=[picture()]).log
    page = sign_in(Role.COMMITTEE).get(page_of(log)).content.decode()
    for words in ("甲联村工作组组长", "甲村干部", "上午", "本人登记", "由甲联村工作组组长登记", "已登记", "登记驻村"):
        assert words in page
    assert reverse("duty_photo_small", args=[log.photos.get().pk]) in page
    assert "补充内容</a>" not in page
    assert "不是我" not in page


def test_who_sees_which_day(duty, sign_in):
    log = entered(duty).log
    assert sign_in(Role.CADRE).get(page_of(log)).status_code == 200
    assert sign_in(Role.WINDOW).get(page_of(log)).status_code == 404
    assert sign_in(Role.GRIDHEAD).get(page_of(log)).status_code == 404
    with acting(by=None, action="test", label="测试"):
        far = DutyLog(team=duty.other_team, day=THU)
        far.save()
    for name in ("duty", "duty_edit", "duty_undo", "duty_dispute", "duty_decide", "duty_withdraw"):
        url = reverse(name, args=[far.pk])
        assert sign_in(Role.LEADER).get(url).status_code == 404
        assert sign_in(Role.DISTRICT).get(url).status_code == 404


def test_page_asks_the_same_however_many_came(duty, sign_in, django_assert_num_queries):
    log = entered(duty).log
    client = sign_in(Role.LEADER)
    client.get(page_of(log))
    with django_assert_num_queries(10):
        client.get(page_of(log))
    entered(duty, Role.MEMBER, Role.CADRE, by=Role.MEMBER, topics=["party"], text="开会", photos=[picture(20, 20)])
    with django_assert_num_queries(10):
        client.get(page_of(log))


def test_wrong_methods(duty, sign_in):
    log = entered(duty).log
    assert sign_in(Role.LEADER).post(page_of(log)).status_code == 405
    assert sign_in(Role.LEADER).delete(reverse("duty_add")).status_code == 405
    assert sign_in(Role.LEADER).get(reverse("duty_undo", args=[log.pk])).status_code == 200
    log.refresh_from_db()
    assert log.state == "registered"


# --- Adding and taking back -------------------------------------------------------------------------
def test_content_is_added(duty, sign_in):
    log = entered(duty, topics=["visitors"]).log
    url = reverse("duty_edit", args=[log.pk])
    client = sign_in(Role.LEADER)
    form = client.get(url).context["form"]
    assert (form["topics"].value(), form["session"].value()) == (["visitors"], "whole")
    client.post(url, {"topics": ["visitors", "safety"], "text": "查看塘坝", "session": "morning", "photo": picture()})
    note = log.notes.get()
    assert (note.topics, note.text) == (["visitors", "safety"], "查看塘坝")
    assert log.attendances.get().session == "morning"
    assert log.photos.count() == 1


def test_a_colleague_adds_his_own_words(duty, sign_in):
    log = entered(duty, topics=["visitors"]).log
    client = sign_in(Role.CADRE)
    assert "session" not in client.get(reverse("duty_edit", args=[log.pk])).context["form"].fields
    client.post(reverse("duty_edit", args=[log.pk]), {"topics": ["party"], "text": ""})
    assert log.notes.count() == 2
    assert sign_in(Role.DISTRICT).get(reverse("duty_edit", args=[log.pk])).status_code == 403


def test_undo_from_the_page(duty, sign_in):
    log = entered(duty, Role.LEADER, Role.MEMBER).log
    url = reverse("duty_undo", args=[log.pk])
    page = sign_in(Role.LEADER).get(url).content.decode()
    assert "撤销您为甲联村工作组组长、甲联村工作组组员作的登记" in page
    assert sign_in(Role.MEMBER).post(url, {"csrf": "1"}).status_code == 403
    answer = sign_in(Role.LEADER).post(url)
    assert answer.status_code == 303
    log.refresh_from_db()
    assert log.state == "withdrawn"
    page = sign_in(Role.LEADER).get(page_of(log)).content.decode()
    assert "这一天的登记已全部撤销。" in page


# --- Photos -----------------------------------------------------------------------------------------
def test_photos_are_served_to_those_who_see_the_day(duty, sign_in):
    photo = entered(duty, photos=[picture(800, 600)]).log.photos.get()
    for name in ("duty_photo", "duty_photo_small"):
        answer = sign_in(Role.DISTRICT).get(reverse(name, args=[photo.pk]))
        assert answer["Content-Type"] == "image/jpeg"
        assert "private" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
        assert sign_in(Role.WINDOW).get(reverse(name, args=[photo.pk])).status_code == 404
        assert sign_in(Role.GRIDHEAD).get(reverse(name, args=[photo.pk])).status_code == 404
        assert sign_in(Role.INSTRUCTOR).get(reverse(name, args=[photo.pk])).status_code == 404


def test_a_photo_is_taken_down(duty, sign_in):
    photo = entered(duty, photos=[picture()]).log.photos.get()
    url = reverse("duty_photo_withdraw", args=[photo.pk])
    assert sign_in(Role.MEMBER).post(url).status_code == 403
    assert sign_in(Role.DISTRICT).post(url).status_code == 303
    assert sign_in(Role.LEADER).get(reverse("duty_photo", args=[photo.pk])).status_code == 404


def test_a_lost_file_is_not_found(duty, sign_in, settings, tmp_path):
    photo = entered(duty, photos=[picture()]).log.photos.get()
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert sign_in(Role.LEADER).get(reverse("duty_photo", args=[photo.pk])).status_code == 404


# --- Lists ------------------------------------------------------------------------------------------
def test_list_is_filtered_printed_and_exported(duty, sign_in):
    entered(duty, Role.LEADER, Role.CADRE, topics=["visitors"], text="走访")
    entered(duty, day=LONG_AGO, late_reason="手机丢失")
    entered(duty, day=WED, late_reason="没有信号")
    url = reverse("duty_list")
    client = sign_in(Role.COMMITTEE)
    page = client.get(url).content.decode()
    assert "甲联村工作组组长、甲村干部" in page
    assert "接待群众；走访" in page
    for asked, count in (
        ({"state": "pending"}, 1),
        ({"state": "late"}, 2),
        ({"state": "disputed"}, 0),
        ({"q": "甲村干部"}, 1),
        ({"q": "示例一"}, 3),
        ({"since": "2026-11-25"}, 2),
        ({"until": "2026-11-25", "since": "2026-11-25"}, 1),
        ({"group": duty.other_group.pk}, 0),
    ):
        assert client.get(url, asked).context["count_text"] == f"共{count}条", asked
    assert "print-head" in client.get(url, {"print": "1"}).content.decode()
    assert is_workbook(client.post(url))
    assert sign_in(Role.INSTRUCTOR).get(url).status_code == 403


def test_lists_ask_the_same_however_long(duty, sign_in, django_assert_num_queries):
    entered(duty)
    client = sign_in(Role.DISTRICT)
    with acting(by=None, action="test", label="测试"):
        waiting = DutyLog(team=duty.team, day=TUE, state="pending", late_reason="补")
        waiting.save()
        DutyAttendance(log=waiting, person=duty.people[Role.MEMBER]).save()
    counts = {"duty_list": 9, "duty_shift_list": 6, "duty_requests": 12}
    for name, number in counts.items():
        client.get(reverse(name))
        with django_assert_num_queries(number):
            client.get(reverse(name))
    with acting(by=None, action="test", label="测试"):
        for number in range(5):
            village = Village(code=f"43132110193{number}", name=f"示例{number}村", group=duty.group)
            village.save()
            team = LiaisonTeam(village=village, starts_on=TODAY - timedelta(days=300))
            team.save()
            log = DutyLog(team=team, day=TUE, state="pending", late_reason="补")
            log.save()
            DutyAttendance(log=log, person=duty.people[Role.MEMBER]).save()
    for name, number in counts.items():
        with django_assert_num_queries(number):
            client.get(reverse(name))


def test_requests_show_what_waits(duty, sign_in):
    log = entered(duty, day=LONG_AGO, late_reason="手机丢失").log
    page = sign_in(Role.DISTRICT).get(reverse("duty_requests")).content.decode()
    assert reverse("duty_decide", args=[log.pk]) in page
    page = sign_in(Role.LEADER).get(reverse("duty_requests")).content.decode()
    assert "手机丢失" in page
    assert "待片区联络组办理" in page
    assert reverse("duty_decide", args=[log.pk]) not in page


def test_history_tells_an_act_in_one_line(duty, sign_in):
    log = entered(duty, Role.LEADER, Role.MEMBER, topics=["visitors", "party"], text="走访", photos=[picture()]).log
    add = sign_in(Role.LEADER)
    add.post(reverse("duty_edit", args=[log.pk]), {"session": "morning", "topics": ["party"], "text": "党员会"})
    history = add.get(page_of(log)).context["history"]
    assert [act.label for act in history] == ["补充驻村内容", "登记驻村"]
    changed, made = (
        {change["label"]: (change["before"], change["after"]) for change in act.shown_changes} for act in history
    )
    assert changed == {
        "时段": ("全天", "上午"),
        "做了什么": ("接待群众、基层党建", "基层党建"),
        "补充说明": ("走访", "党员会"),
    }
    assert made == {
        "姓名": ("", "甲联村工作组组长、甲联村工作组组员"),
        "做了什么": ("", "接待群众、基层党建"),
        "补充说明": ("", "走访"),
    }


def test_history_says_a_reason_once(duty, sign_in):
    log = entered(duty, day=TUE, late_reason="没有信号").log
    act = sign_in(Role.LEADER).get(page_of(log)).context["history"][0]
    assert act.reason == "没有信号"
    assert "没有信号" not in [change["after"] for change in act.shown_changes]

"""Notices, suggestions and their answers, 更多, help."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.notices.models import Feedback, Notice
from lianzhen.trail.models import AuditEntry
from lianzhen.views.help import TOPICS

TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"


def page_of(client, address, **query):
    return client.get(address, query).content.decode()


@pytest.fixture
def notice(cast):
    return Notice.objects.create(user=cast.users[Role.LEADER], text="您提的意见已有答复。", url=reverse("feedback"))


# --- Notices ----------------------------------------------------------------------------------
def test_newest_first_by_day_with_unread_told_in_words(cast, sign_in, notice):
    user = cast.users[Role.LEADER]
    yesterday = timezone.now() - timedelta(days=1)
    Notice.objects.create(user=user, text="昨天的消息", created_at=yesterday, read_at=timezone.now())
    page = page_of(sign_in(Role.LEADER), reverse("notices"))
    assert page.index("您提的意见已有答复") < page.index("昨天的消息")
    assert page.count('<ul class="cells">') == 2
    assert page.count("（未读）") == 1


def test_opening_marks_it_read_and_leads_to_its_page(cast, sign_in, notice):
    client = sign_in(Role.LEADER)
    page_of(client, reverse("notices"))
    notice.refresh_from_db()
    assert notice.read_at is None  # looking at the list reads nothing
    answer = client.post(reverse("notice_open", args=[notice.pk]))
    notice.refresh_from_db()
    assert answer["Location"] == reverse("feedback")
    assert notice.read_at is not None
    assert client.get(reverse("notice_open", args=[notice.pk])).status_code == 405


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "", "x"])
def test_no_notice_leads_outside(cast, sign_in, url):
    notice = Notice.objects.create(user=cast.users[Role.LEADER], text="消息", url=url)
    answer = sign_in(Role.LEADER).post(reverse("notice_open", args=[notice.pk]))
    assert answer["Location"] == reverse("notices")


def test_notices_of_others_are_not_found(cast, sign_in, notice):
    client = sign_in(Role.COMMITTEE)
    assert client.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    assert "您提的意见已有答复" not in page_of(client, reverse("notices"))
    client.post(reverse("notices_read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_are_marked_read_at_once(cast, sign_in, notice):
    client = sign_in(Role.LEADER)
    assert "全部标为已读" in page_of(client, reverse("notices"))
    client.post(reverse("notices_read"))
    notice.refresh_from_db()
    assert notice.read_at is not None
    page = page_of(client, reverse("notices"))
    assert "全部标为已读" not in page
    assert "（未读）" not in page


def test_nothing_new_says_so(cast, sign_in):
    assert "没有新消息" in page_of(sign_in(Role.LEADER), reverse("notices"))


def test_a_page_of_notices_needs_few_queries(cast, sign_in, django_assert_max_num_queries):
    user = cast.users[Role.LEADER]
    Notice.objects.bulk_create(Notice(user=user, text=f"第{n}条", url="/feedback/") for n in range(120))
    client = sign_in(Role.LEADER)
    client.get(reverse("account"))
    with django_assert_max_num_queries(12):
        page = page_of(client, reverse("notices"))
    assert page.count('class="cell-button"') == 50
    assert "第1页，共3页" in page


# --- Suggestions ------------------------------------------------------------------------------
def send(client, **more):
    return client.post(reverse("feedback"), {"text": "字太小", "page": "/grids/?print=1", **more})


def test_the_page_it_is_about_comes_along_by_itself(cast, sign_in):
    client = sign_in(Role.GRIDHEAD)
    page = page_of(client, reverse("feedback"), page="/grids/?print=1")
    assert 'value="/grids/?print=1"' in page
    answer = send(client)
    sent = Feedback.objects.get()
    assert answer["Location"] == reverse("feedback")
    assert (sent.text, sent.page, sent.sent_by) == ("字太小", "/grids/?print=1", cast.users[Role.GRIDHEAD])
    assert AuditEntry.objects.about(sent).get().action == "feedback.send"


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_no_foreign_address_is_kept(cast, sign_in, page):
    client = sign_in(Role.GRIDHEAD)
    assert f'value="{page}"' not in page_of(client, reverse("feedback"), page=page)
    send(client, page=page)
    assert Feedback.objects.get().page == ""


def test_empty_and_overlong_suggestions_are_said_and_kept(cast, sign_in):
    client = sign_in(Role.GRIDHEAD)
    assert "请填写意见或建议" in send(client, text=" ").content.decode()
    long = "长" * 1042
    answer = send(client, text=long)
    assert answer.status_code == 422
    assert "意见或建议不能超过1000字，现在是1042字" in answer.content.decode()
    assert long in answer.content.decode()
    assert not Feedback.objects.exists()


def test_a_doubled_sending_counts_once(cast, sign_in):
    client = sign_in(Role.GRIDHEAD)
    send(client, once=TOKEN)
    send(client, once=TOKEN)
    assert Feedback.objects.count() == 1


def test_the_office_answers_and_the_sender_hears_of_it(cast, sign_in, django_capture_on_commit_callbacks):
    send(sign_in(Role.GRIDHEAD))
    row = Feedback.objects.get()
    client = sign_in(Role.OFFICE)
    assert "未答复" in page_of(client, reverse("feedback_list"))
    assert client.post(reverse("feedback_answer", args=[row.pk]), {"answer": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("feedback_answer", args=[row.pk]), {"answer": "已改大"})
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("已改大", cast.users[Role.OFFICE])
    assert Notice.objects.get().user == cast.users[Role.GRIDHEAD]
    again = client.post(reverse("feedback_answer", args=[row.pk]), {"answer": "再答"})
    assert again.status_code == 422
    assert "已经答复" in again.content.decode()
    assert "已改大" in page_of(sign_in(Role.GRIDHEAD), reverse("feedback"))


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_answers_suggestions(cast, sign_in, role):
    send(sign_in(cast.outsider))
    row = Feedback.objects.get()
    client = sign_in(role)
    assert client.get(reverse("feedback_list")).status_code == (200 if role in TOWN_WIDE else 403)
    answer = client.post(reverse("feedback_answer", args=[row.pk]), {"answer": "答"})
    expected = 303 if role in (Role.OFFICE, Role.OFFICE_LEAD) else 403 if role in TOWN_WIDE else 404
    assert answer.status_code == expected
    assert "字太小" not in page_of(client, reverse("feedback"))


def test_script_in_a_suggestion_is_text(cast, sign_in):
    send(sign_in(Role.OFFICE), text="<script>alert(1)</script>", page='/x"><script>alert(2)</script>')
    client = sign_in(Role.OFFICE)
    row = Feedback.objects.get()
    for address in (reverse("feedback"), reverse("feedback_list"), reverse("feedback_answer", args=[row.pk])):
        page = page_of(client, address)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_list_is_filtered_searched_and_printed(cast, sign_in):
    client = sign_in(Role.OFFICE)
    send(client, text="第一条")
    send(client, text="第二条")
    client.post(reverse("feedback_answer", args=[Feedback.objects.get(text="第一条").pk]), {"answer": "好"})
    waiting = page_of(client, reverse("feedback_list"), state="waiting")
    assert "第二条" in waiting
    assert "第一条" not in waiting
    assert "第二条" not in page_of(client, reverse("feedback_list"), q="第一")
    assert "打印时间" in page_of(client, reverse("feedback_list"), print=1)


# --- 更多 and help ----------------------------------------------------------------------------
@pytest.mark.parametrize("role", list(Role))
def test_more_holds_the_whole_rail_and_the_way_out(cast, sign_in, role):
    answer = sign_in(role).get(reverse("more"))
    page = answer.content.decode()
    body = page.split("<main")[1]
    items = [item for group in answer.context["frame"].nav for item in group.items]
    assert items
    for item in items:
        assert f'href="{item.url}"' in body
    assert f'action="{reverse("logout")}"' in body


@pytest.mark.parametrize("topic", [topic.slug for topic in TOPICS])
def test_every_topic_is_open_to_everybody_and_fits_a_screen(client, cast, topic):
    answer = client.get(reverse("help_topic", args=[topic]))
    text = re.sub(r"<[^>]+>|\s+", "", answer.content.decode().split("<main")[1].split("</main>")[0])
    assert answer.status_code == 200
    assert 100 < len(text) < 650


def test_help_is_ordered_by_ones_own_job(client, cast, sign_in):
    assert all(topic.title in page_of(client, reverse("help")) for topic in TOPICS)
    page = page_of(sign_in(Role.GRIDHEAD), reverse("help"))
    own, others = page.split("其他岗位的工作")
    assert "登录和密码" in own
    assert "调整任职" not in own
    assert "调整任职" in others


@pytest.mark.parametrize("topic", ["nothing", "..", "account"])
def test_a_topic_that_is_not_there_is_not_found(client, cast, topic):
    assert client.get(f"/help/{topic}/").status_code == 404


def test_the_accessibility_statement_is_public_and_names_a_contact(client, cast):
    page = page_of(client, reverse("accessibility"))
    assert "0738-6000000" in page
    assert "WCAG" in page

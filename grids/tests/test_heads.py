"""Replacing the head of a grid: the new and the old term, refusals, notices, who may, two at once."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from grids import actions
from grids.models import Grid, GridHeadTerm
from grids.tests.scenes import many_grids, resident
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from villages.models import Person

DAY = date(2026, 1, 5)
TODAY = timezone.localdate


def url(cast, name="grid_replace"):
    return reverse(name, args=[cast.grid.pk])


def form(cast, person, **more):
    return {
        "person": person.pk if person else "",
        "starts_on": DAY.isoformat(),
        "reason": "away",
        "version": actions.heads_as_opened(cast.grid).version,
        **more,
    }


def terms(cast):
    return list(cast.grid.head_terms.order_by("starts_on"))


# --- Works ------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.OFFICE, Role.CADRE, Role.LEADER, Role.MEMBER])
def test_keepers_replace_a_head_and_the_old_term_ends_the_day_before(cast, sign_in, role):
    person = resident(cast)
    answer = sign_in(role).post(url(cast), form(cast, person))
    old, new = terms(cast)
    assert answer.status_code == 303
    assert answer["Location"] == reverse("grid", args=[cast.grid.pk])
    assert (old.person, old.ends_on, old.end_reason) == (cast.people[Role.GRIDHEAD], date(2026, 1, 4), "外出务工")
    assert (new.person, new.starts_on, new.ends_on, new.reason) == (person, DAY, None, "away")


def test_page_says_what_will_happen_before_it_does(cast, sign_in):
    page = sign_in(Role.OFFICE).get(url(cast)).content.decode()
    yesterday = TODAY() - timedelta(days=1)
    assert f"甲网格长任期止于{yesterday.year}年{yesterday.month}月{yesterday.day}日。" in page
    assert "历史记录保留" in page
    assert "确认更换" in page
    assert len(terms(cast)) == 1


def test_the_sentence_follows_the_date(cast, sign_in):
    part = sign_in(Role.OFFICE).get(url(cast), {"effects": 1, "starts_on": "2026-01-05"}).content.decode()
    assert "任期止于2026年1月4日" in part
    assert "<html" not in part


def test_three_clicks_from_home(cast, sign_in):
    """网格 → 更换 → 确认更换."""
    client = sign_in(Role.OFFICE)
    assert f'href="{reverse("grid_list")}"' in client.get("/").content.decode()
    assert f'href="{url(cast)}"' in client.get(reverse("grid_list")).content.decode()
    assert client.get(url(cast)).content.decode().count("确认更换") == 1


def test_somebody_new_is_entered_and_appointed_together(cast, sign_in):
    answer = sign_in(Role.CADRE).post(
        url(cast), form(cast, None, name="欧阳示例", phone="199 0000 2001", note="村民推选")
    )
    person = Person.objects.get(name="欧阳示例")
    assert answer.status_code == 303
    assert (person.village, person.phone) == (cast.own, "19900002001")
    assert cast.grid.head_on(DAY).person == person
    entries = {
        e.batch
        for e in AuditEntry.objects.filter(model__in=["villages.person", "grids.gridheadterm"]).exclude(
            action="test.cast"
        )
    }
    assert len(entries) == 1


def test_nobody_is_entered_when_the_appointment_is_refused(cast, sign_in):
    sent = form(cast, None, name="欧阳示例", phone="19900002001", starts_on="2023-12-31")
    answer = sign_in(Role.OFFICE).post(url(cast), sent)
    assert answer.status_code == 422
    assert not Person.objects.filter(name="欧阳示例").exists()


def test_first_head_of_a_grid_without_one(cast, sign_in):
    person = cast.other_resident
    answer = sign_in(Role.OFFICE).post(
        reverse("grid_replace", args=[cast.other_grid.pk]),
        {"person": person.pk, "starts_on": "2026-01-05", "reason": "first", "version": 0},
    )
    assert answer.status_code == 303
    assert cast.other_grid.head_on(DAY).person == person


def test_the_gap_is_shown_and_never_hidden(cast, sign_in):
    client = sign_in(Role.OFFICE)
    actions.end_head(grid=cast.grid, last_day=date(2026, 1, 1), reason="外出务工", by=None)
    page = client.get(url(cast)).content.decode()
    assert "任期止于2026年1月1日，空缺" in page
    client.post(url(cast), form(cast, resident(cast)))
    page = client.get(reverse("grid", args=[cast.grid.pk])).content.decode()
    assert "空缺3天" in page
    assert "2026年1月2日—2026年1月4日" in page
    assert cast.grid.head_on(date(2026, 1, 3)) is None


def test_the_act_is_told_on_the_grid_itself(cast, sign_in):
    sign_in(Role.OFFICE).post(url(cast), form(cast, resident(cast), note="赴外省"))
    entry = AuditEntry.objects.about(cast.grid).first()
    assert (entry.label, entry.reason, entry.by) == ("更换网格长", "外出务工；赴外省", cast.users[Role.OFFICE])
    assert entry.changes == [
        {"field": "", "label": "网格长", "before": "甲网格长（2024年1月1日起）", "after": "欧阳示例（2026年1月5日起）"}
    ]


def test_those_concerned_are_told_and_who_did_it_is_not(cast, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(Role.CADRE)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(cast), form(cast, resident(cast)))
    told = {notice.user: notice.text for notice in Notice.objects.all()}
    assert told == {
        cast.users[Role.GRIDHEAD]: "您任示例一村第1网格长至2026年1月4日。",
        cast.users[Role.LEADER]: "示例一村第1网格长自2026年1月5日起由欧阳示例担任。",
    }
    assert all(len(text) <= 60 for text in told.values())


def test_the_new_head_sees_the_grid_from_the_first_day_and_the_old_no_longer(cast, sign_in):
    old, new = cast.users[Role.GRIDHEAD], cast.outsider
    person = resident(cast, user=new)
    actions.replace_head(grid=cast.grid, person=person, starts_on=TODAY(), reason="away", by=None)
    page = reverse("grid", args=[cast.grid.pk])
    assert sign_in(new).get(page).status_code == 200
    assert sign_in(old).get(page).status_code == 404


# --- Bad input --------------------------------------------------------------------------------
def refusal(cast, sign_in, person, **more):
    before = [(t.pk, t.version) for t in terms(cast)]
    answer = sign_in(Role.OFFICE).post(url(cast), form(cast, person, **more))
    assert answer.status_code == 422
    assert [(t.pk, t.version) for t in terms(cast)] == before
    return answer.content.decode()


def test_before_the_start_of_the_last_term(cast, sign_in):
    page = refusal(cast, sign_in, resident(cast), starts_on="2023-12-31")
    assert "起始日期不能早于上一任起始日期（2024年1月1日）" in page
    assert 'value="2023-12-31"' in page


def test_on_the_day_the_last_term_began(cast, sign_in):
    assert "上一任也从2024年1月1日起任" in refusal(cast, sign_in, resident(cast), starts_on="2024-01-01")


def test_within_a_term_already_ended(cast, sign_in):
    actions.end_head(grid=cast.grid, last_day=date(2026, 1, 10), reason="外出务工", by=None)
    page = refusal(cast, sign_in, resident(cast))
    assert "上一任甲网格长任期止于2026年1月10日，起始日期应在此之后" in page


def test_the_same_person_again(cast, sign_in):
    page = refusal(cast, sign_in, cast.people[Role.GRIDHEAD])
    assert "已是这个网格的网格长（2024年1月1日起），请另选一人" in page


def test_the_same_person_after_a_gap_is_a_new_term(cast, sign_in):
    actions.end_head(grid=cast.grid, last_day=date(2026, 1, 1), reason="外出务工", by=None)
    sign_in(Role.OFFICE).post(url(cast), form(cast, cast.people[Role.GRIDHEAD]))
    assert [t.person for t in terms(cast)] == [cast.people[Role.GRIDHEAD]] * 2


@pytest.mark.parametrize("typed", ["0218-10-18", "2099-01-01", "18日", "", "2026-02-30"])
def test_dates_that_cannot_be(cast, sign_in, typed):
    page = refusal(cast, sign_in, resident(cast), starts_on=typed)
    assert "请核对年份" in page or "请按2018-10-18的格式填写起始日期" in page or "请填写起始日期" in page


def test_nobody_chosen(cast, sign_in):
    assert "请选择新网格长" in refusal(cast, sign_in, None)


def test_chosen_and_typed(cast, sign_in):
    assert "已从名单中选择" in refusal(cast, sign_in, resident(cast), name="司马示例")


def test_no_reason(cast, sign_in):
    assert "请选择更换原因" in refusal(cast, sign_in, resident(cast), reason="")


def test_somebody_of_another_village(cast, sign_in):
    refusal(cast, sign_in, cast.other_resident)
    with pytest.raises(ValidationError) as problem:
        actions.replace_head(grid=cast.grid, person=cast.other_resident, starts_on=DAY, reason="away", by=None)
    assert "person" in problem.value.error_dict


def test_somebody_who_left_the_register(cast, sign_in):
    person = resident(cast, ended_on=date(2025, 12, 1), end_reason="迁出")
    refusal(cast, sign_in, person)
    with pytest.raises(ValidationError, match="已离册"):
        actions.replace_head(grid=cast.grid, person=person, starts_on=DAY, reason="away", by=None)


def test_a_namesake_without_a_number_is_asked_about(cast, sign_in):
    page = refusal(cast, sign_in, None, name="曾示例")
    assert "名单中已有曾示例（第1组），请从名单中选择" in page
    assert Person.objects.filter(name="曾示例").count() == 1


def test_script_in_a_name_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(url(cast), form(cast, None, name="<script>alert(1)</script>", phone="19900002001"))
    page = client.get(reverse("grid", args=[cast.grid.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_an_ended_grid_takes_no_head(cast, sign_in):
    actions.end_grid(grid=cast.grid, ended_on=date(2026, 1, 1), reason="并入第2网格", by=None)
    answer = sign_in(Role.OFFICE).post(url(cast), form(cast, resident(cast)))
    assert answer.status_code == 403
    assert "已于2026年1月1日撤并" in answer.content.decode()
    with pytest.raises(ValidationError, match="撤并"):
        actions.replace_head(grid=cast.grid, person=resident(cast), starts_on=DAY, reason="away", by=None)


# --- A second grid ----------------------------------------------------------------------------
def test_heading_two_grids_must_be_allowed_and_is_recorded(cast, sign_in):
    second = many_grids(cast, 1)[0]
    person = second.head_on(DAY).person
    page = refusal(cast, sign_in, person)
    assert "已任示例一村第2网格长，确需兼任请勾选" in page
    assert 'name="allow_second"' in page
    sign_in(Role.OFFICE).post(url(cast), form(cast, person, allow_second="on"))
    assert cast.grid.head_on(DAY).person == second.head_on(DAY).person == person
    told = [change for entry in AuditEntry.objects.about(cast.grid) for change in entry.changes]
    assert {"field": "", "label": "允许兼任", "before": "", "after": "示例2已任示例一村第2网格长"} in told


def test_the_tick_is_not_shown_before_it_is_needed(cast, sign_in):
    assert 'name="allow_second"' not in sign_in(Role.OFFICE).get(url(cast)).content.decode()


# --- Who may ----------------------------------------------------------------------------------
def test_outsider_and_other_village_find_nothing(cast, sign_in):
    assert sign_in(cast.outsider).get(url(cast)).status_code == 404
    other = reverse("grid_replace", args=[cast.other_grid.pk])
    assert sign_in(Role.LEADER).post(other, {}).status_code == 404


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DISTRICT, Role.AUDITOR, Role.WINDOW, Role.GRIDHEAD])
def test_who_sees_but_does_not_keep_is_told_who_does(cast, sign_in, role):
    answer = sign_in(role).post(url(cast), form(cast, resident(cast)))
    assert answer.status_code == 403
    assert "由本村干部、联村工作组和联村工作办维护" in answer.content.decode()
    assert len(terms(cast)) == 1


def test_system_administrator_sees_no_grid(cast, sign_in):
    assert sign_in(Role.SYSADMIN).get(url(cast)).status_code == 404


# --- Twice and together -------------------------------------------------------------------------
def test_doubled_sending_replaces_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    sent = form(cast, resident(cast), once="7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11")
    first, second = client.post(url(cast), sent), client.post(url(cast), sent)
    assert len(terms(cast)) == 2
    assert second["Location"] == first["Location"]


def test_second_of_two_sees_whom_the_first_appointed(cast, sign_in):
    client = sign_in(Role.OFFICE)
    mine, theirs = resident(cast, "欧阳示例"), resident(cast, "司马示例")
    opened = form(cast, mine, starts_on="2026-01-06")
    client.post(url(cast), form(cast, theirs))
    answer = client.post(url(cast), opened)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "欧阳示例" in page
    assert "司马示例" in page
    assert cast.grid.head_on(TODAY()).person == theirs
    again = client.post(url(cast), {**opened, "version": actions.heads_as_opened(cast.grid).version})
    assert again.status_code == 303
    assert [t.person.name for t in terms(cast)] == ["甲网格长", "司马示例", "欧阳示例"]


def test_a_corrected_boundary_disturbs_nobody(cast, sign_in):
    opened = form(cast, resident(cast))
    actions.change_grid(grid=cast.grid, boundary="东至示例山", by=None)
    assert sign_in(Role.OFFICE).post(url(cast), opened).status_code == 303


def test_the_database_refuses_a_second_head(cast):
    person = resident(cast)
    for starts_on, ends_on in ((DAY, None), (date(2023, 1, 1), date(2024, 1, 1)), (DAY, DAY)):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            acting(by=None, action="test", label="测试"),
        ):
            GridHeadTerm(grid=cast.grid, person=person, starts_on=starts_on, ends_on=ends_on).save()
    assert len(terms(cast)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_leave_one_head(cast):
    grid, version = cast.grid, actions.heads_as_opened(cast.grid).version
    people = [resident(cast, "欧阳示例"), resident(cast, "司马示例")]
    together, outcomes = threading.Barrier(2), []

    def replace(person):
        try:
            together.wait()
            actions.replace_head(grid=grid, person=person, starts_on=DAY, reason="away", version=version, by=None)
            outcomes.append("done")
        except EditConflict as conflict:
            outcomes.append(f"saw {conflict.theirs.person}")
        finally:
            connection.close()

    threads = [threading.Thread(target=replace, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = grid.head_on(DAY).person
    assert sorted(outcomes) == ["done", f"saw {winner}"]
    assert Grid.objects.get(pk=grid.pk).head_terms.open().count() == 1


# --- Leaving without a successor ----------------------------------------------------------------
def leaving(cast, **more):
    version = actions.heads_as_opened(cast.grid).version
    return {"ends_on": "2026-01-05", "end_reason": "外出务工", "version": version, **more}


def test_leaving_makes_the_grid_vacant(cast, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(Role.CADRE)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url(cast, "grid_vacate"), leaving(cast))
    assert answer.status_code == 303
    assert cast.grid.head_on(date(2026, 1, 5)) is not None
    assert cast.grid.head_on(date(2026, 1, 6)) is None
    assert Grid.objects.vacant(date(2026, 1, 6)).filter(pk=cast.grid.pk).exists()
    assert not Grid.objects.vacant(date(2026, 1, 5)).filter(pk=cast.grid.pk).exists()
    told = Notice.objects.get(user=cast.users[Role.LEADER])
    assert "暂无网格长" in told.text
    page = client.get(reverse("grid", args=[cast.grid.pk])).content.decode()
    assert f"空缺{(TODAY() - DAY).days:,}天" in page


def test_leaving_before_the_first_day(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(url(cast, "grid_vacate"), leaving(cast, ends_on="2023-12-31"))
    assert answer.status_code == 422
    assert "结束日期不能早于起始日期（2024年1月1日）" in answer.content.decode()
    assert terms(cast)[0].ends_on is None


def test_leaving_twice(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(url(cast, "grid_vacate"), leaving(cast))
    answer = client.post(url(cast, "grid_vacate"), leaving(cast, ends_on="2026-01-09"))
    assert answer.status_code == 422
    assert "已于2026年1月5日结束" in answer.content.decode()
    assert terms(cast)[0].ends_on == date(2026, 1, 5)


def test_leaving_meanwhile_done_by_another(cast, sign_in):
    client = sign_in(Role.OFFICE)
    opened = leaving(cast, ends_on="2026-01-09", end_reason="第二位写的")
    client.post(url(cast, "grid_vacate"), leaving(cast, end_reason="第一位写的"))
    answer = client.post(url(cast, "grid_vacate"), opened)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第一位写的" in page
    assert "第二位写的" in page


# --- Correcting what was entered ----------------------------------------------------------------
def correction(term, **more):
    return {
        "person": term.person_id,
        "starts_on": term.starts_on.isoformat(),
        "ends_on": term.ends_on.isoformat() if term.ends_on else "",
        "reason": term.reason,
        "why": "登记有误",
        "version": term.version,
        **more,
    }


def test_a_wrong_start_is_corrected_and_both_stay_on_record(cast, sign_in):
    term = cast.head
    answer = sign_in(Role.CADRE).post(
        reverse("grid_term_edit", args=[term.pk]), correction(term, starts_on="2024-03-01")
    )
    term.refresh_from_db()
    assert (answer.status_code, term.starts_on) == (303, date(2024, 3, 1))
    entry = AuditEntry.objects.about(cast.grid).first()
    assert (entry.label, entry.reason) == ("更正网格长任期", "登记有误")
    assert entry.changes[0]["before"] == "甲网格长：2024年1月1日至今"


def test_a_correction_does_not_reach_into_another_term(cast, sign_in):
    new = actions.replace_head(grid=cast.grid, person=resident(cast), starts_on=DAY, reason="away", by=None)
    client = sign_in(Role.OFFICE)
    for term, dates in (
        (new, {"starts_on": "2026-01-04"}),
        (terms(cast)[0], {"ends_on": "2026-01-05"}),
        (terms(cast)[0], {"ends_on": ""}),
    ):
        answer = client.post(reverse("grid_term_edit", args=[term.pk]), correction(term, **dates))
        assert answer.status_code == 422
        assert "重叠，请先更正那一段" in answer.content.decode()
    assert [(t.starts_on, t.ends_on) for t in terms(cast)] == [
        (date(2024, 1, 1), date(2026, 1, 4)),
        (DAY, None),
    ]


def test_a_correction_backwards(cast, sign_in):
    sent = correction(cast.head, ends_on="2023-05-01")
    answer = sign_in(Role.OFFICE).post(reverse("grid_term_edit", args=[cast.head.pk]), sent)
    assert answer.status_code == 422
    assert "截止日期不能早于起始日期" in answer.content.decode()


def test_terms_of_other_villages_are_not_found(cast, sign_in):
    term = actions.replace_head(
        grid=cast.other_grid, person=cast.other_resident, starts_on=DAY, reason="first", by=None
    )
    answer = sign_in(Role.CADRE).post(reverse("grid_term_edit", args=[term.pk]), correction(term))
    assert answer.status_code == 404


def test_second_correction_sees_the_first(cast, sign_in):
    client = sign_in(Role.OFFICE)
    address = reverse("grid_term_edit", args=[cast.head.pk])
    client.post(address, correction(cast.head, starts_on="2024-03-01"))
    answer = client.post(address, correction(cast.head, starts_on="2024-04-01"))
    cast.head.refresh_from_db()
    assert answer.status_code == 409
    assert cast.head.starts_on == date(2024, 3, 1)

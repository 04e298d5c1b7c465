"""Pages of deductions: recording with its preview, batch, the page of one, its steps, lists, inbox, evidence."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from appraisal.actions import entry_ends
from appraisal.entry_page import effect_on_score
from appraisal.models import AppraisalMonth, Evidence, ScoreEntry, Suggestion
from appraisal.score_facts import scores_of
from appraisal.tests.entry_scene import (
    DAY,
    NOW,
    TODAY,
    appeal,
    claim,
    close_month,
    deduct,
    scheme,
    serve_too,
    set_clause,
    verified,
    waiting,
)
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.entry_rows import a_photo
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Village

__all__ = ["scheme"]
State = ScoreEntry.State
pytestmark = pytest.mark.usefixtures("scheme")
NEW = "/deductions/new/"


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def typed(cast, **more):
    return {
        "village": cast.own.pk,
        "occurred_on": DAY.isoformat(),
        "clause": "B3",
        "quantity": "1",
        "fact": "上午10:20到村部，无联村干部在岗。",
        "source": "town",
        **more,
    }


def text_of(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", "", answer.content.decode())


# --- Recording -------------------------------------------------------------------------------------
def test_four_fields_make_an_entry(office, cast):
    answer = office.post(NEW, typed(cast), follow=True)
    entry = ScoreEntry.objects.get()
    assert answer.redirect_chain[-1][0] == f"/deductions/{entry.pk}/"
    assert (entry.state, entry.points, entry.recorded_by) == (State.NOTIFIED, Decimal(1), cast.users[Role.OFFICE])
    page = text_of(answer)
    assert "已登记。示例一村联村工作组会收到通知" in page
    assert "可在12月1日17:00前申诉" in page
    assert "B3固定办公日、值班无故缺岗的，每次扣分。" in page


def test_preview_is_what_is_saved(office, cast):
    deduct(cast, "B3", occurred_on=DAY - timedelta(days=1))
    shown = text_of(office.post("/deductions/preview/", typed(cast)))
    assert ScoreEntry.objects.count() == 1
    office.post(NEW, typed(cast))
    entry = ScoreEntry.objects.order_by("-pk").first()
    effect = effect_on_score(entry, list(AppraisalMonth.objects.all()))
    for part in (entry.calculation, effect.category_sentence, effect.score_sentence, "可申诉至12月1日17:00"):
        assert part.replace(" ", "") in shown
    assert effect.score_sentence == "11月得分 99.6分 → 99.2分"
    assert effect.category_sentence == "综治维稳 19.0分 → 18.0分"


@pytest.mark.parametrize(
    ("number", "answers"), [("B3", {"quantity": "1"}), ("B1", {"quantity": "2"}), ("A3", {"quantity": "1"})]
)
def test_effect_agrees_with_the_table_of_the_month(cast, number, answers):
    """Three ways to the same total: the preview, the page of the entry, the month's scores."""
    for done in ("A1", "D1"):
        deduct(cast, done)
    entry = deduct(cast, number, answers=answers)
    effect = effect_on_score(entry, list(AppraisalMonth.objects.all()))
    assert effect.after == scores_of(Month.of(DAY), [cast.team])[cast.team.pk].total


def test_preview_of_both_village_and_team(office, cast):
    shown = text_of(office.post("/deductions/preview/", typed(cast, clause="B1", quantity="3")))
    assert "−3.0分" in shown
    assert "11月得分100.0分→97.0分" in shown
    assert "须复核：是，超过2.0分" in shown
    assert not ScoreEntry.objects.exists()
    assert not AppraisalMonth.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clause": ""}, "选好工作组、日期和条款后"),
        ({"quantity": "0"}, "大于0的整数"),
        ({"village": ""}, "选好工作组、日期和条款后"),
        ({"clause": "没有"}, "选好工作组、日期和条款后"),
        ({"occurred_on": "2025-12-01"}, "2025年12月还没有通过的考核方案"),
    ],
)
def test_preview_says_what_is_missing(office, cast, change, said):
    assert said in text_of(office.post("/deductions/preview/", typed(cast, **change)))


def test_clause_asks_its_own_questions(office, cast):
    asked = office.post("/deductions/ask/", {"clause": "C1", "occurred_on": DAY.isoformat()})
    page = asked.content.decode()
    assert 'name="target"' in page
    assert 'name="actual"' in page
    assert 'name="quantity"' not in page
    assert asked["HX-Trigger-After-Swap"] == "asked"
    # A second button in what is swapped in would be the first of the form, and Enter would press it.
    assert "<button" not in page


def test_two_steps_without_a_script(office, cast):
    """The button inside <noscript> only asks for what the clause wants; typed values stay."""
    half = typed(cast, clause="A4")
    half.pop("quantity")
    answer = office.post(NEW, {**half, "ask": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="choice"' in page
    assert "无联村干部在岗" in page
    assert "error-summary" not in page
    assert not ScoreEntry.objects.exists()
    office.post(NEW, {**half, "choice": "迟到早退", "quantity": "1"})
    assert ScoreEntry.objects.get().points == Decimal("0.5")


@pytest.mark.parametrize("name", ["village", "occurred_on", "clause", "quantity", "fact", "source"])
def test_every_field_is_asked_for(office, cast, name):
    answer = office.post(NEW, typed(cast, **{name: ""}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert not ScoreEntry.objects.exists()


def test_repetition_is_asked_about_then_saved(office, cast):
    deduct(cast)
    answer = office.post(NEW, typed(cast))
    assert answer.status_code == 422
    assert "11月24日已有一条B3（−1.0分，扣202611-0001），是否重复？" in text_of(answer)
    assert "请重新选择照片和文件" in text_of(office.post(NEW, typed(cast, files=[a_photo()])))
    assert ScoreEntry.objects.count() == 1
    assert office.post(NEW, typed(cast, again="on")).status_code == 303
    assert ScoreEntry.objects.count() == 2


def test_doubled_sending_records_once(office, cast):
    once = "7b0e1d9a-0000-4000-8000-000000000001"
    first = office.post(NEW, typed(cast, once=once))
    second = office.post(NEW, typed(cast, once=once))
    assert (first.status_code, second.status_code, second["Location"]) == (303, 303, first["Location"])
    assert ScoreEntry.objects.count() == 1


def test_next_one_keeps_date_source_and_clause(office, cast):
    answer = office.post(NEW, typed(cast, source="county", then="next"), follow=True)
    form = answer.context["form"]
    assert answer.redirect_chain[-1][0].startswith("/deductions/new/?")
    assert (form["clause"].value(), form["source"].value(), form["village"].value()) == ("B3", "county", None)
    assert form["occurred_on"].value() == DAY.isoformat()


def test_draft_is_kept_and_sent_later(office, cast):
    office.post(NEW, typed(cast, then="draft"))
    entry = ScoreEntry.objects.get()
    assert entry.state == State.DRAFT
    page = office.get(f"/deductions/{entry.pk}/edit/")
    assert page.context["form"]["quantity"].value() == "1"
    answer = office.post(f"/deductions/{entry.pk}/edit/", typed(cast, quantity="2", version=entry.version))
    entry.refresh_from_db()
    assert (answer.status_code, entry.state, entry.points) == (303, State.NOTIFIED, Decimal(2))


def test_draft_changed_meanwhile_shows_both(office, cast):
    entry = deduct(cast, draft=True)
    answer = office.post(f"/deductions/{entry.pk}/edit/", typed(cast, version=entry.version - 1))
    assert answer.status_code == 409


def test_no_scheme_says_what_to_do(office, cast):
    answer = office.get(f"{NEW}?occurred_on=2025-06-01")
    assert "请先在“考核方案”中登记通过一版" in text_of(answer)
    assert b"entry-form" not in answer.content


def test_closed_month_is_told_before_and_after(office, cast):
    deduct(cast)
    close_month("publicity")
    moved = "2026年11月考核已截止登记，11月24日的这一条计入2026年12月。"
    assert moved in text_of(office.post("/deductions/preview/", typed(cast, clause="B1")))
    assert moved in text_of(office.post(NEW, typed(cast, clause="B1"), follow=True))


def test_recently_used_clauses_come_first(office, cast):
    deduct(cast, "E1")
    choices = office.get(NEW).context["form"].fields["clause"].choices
    assert choices[1] == ("最近用过", [("E1", "E1 耕地抛荒、秸秆露天焚烧、违法占地建房未制止或未上报的，每处扣分")])
    assert [group for group, _ in choices[2:4]] == ["基层党建", "综治维稳"]
    assert 'data-py="b3 ' in office.get(NEW).content.decode()


# --- Evidence ------------------------------------------------------------------------------------------
@pytest.fixture
def wants_evidence(scheme):
    return set_clause(scheme, "B3", evidence="one_of")


@pytest.mark.usefixtures("wants_evidence")
def test_photo_is_shrunk_and_kept_with_its_digest(office, cast):
    assert office.post(NEW, typed(cast)).status_code == 422
    assert office.post(NEW, typed(cast, files=[a_photo(), a_photo("二.png", "red")])).status_code == 303
    first, second = Evidence.objects.order_by("pk")
    assert (first.name, first.is_photo, len(first.sha256)) == ("现场.png", True, 64)
    assert first.stored_as.startswith("evidence/2026/11/")
    with default_storage.open(first.stored_as) as file:
        assert Image.open(file).format == "JPEG"
    assert second.sha256 != first.sha256
    for url in (f"/evidence/{first.pk}/", f"/evidence/{first.pk}/small/"):
        answer = office.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(answer.streaming_content)


@pytest.mark.usefixtures("wants_evidence")
def test_number_of_a_record_is_enough(office, cast):
    assert office.post(NEW, typed(cast, record_number="督查12号")).status_code == 303


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("照片.png", b"not a picture", "打不开"),
        ("程序.exe", b"MZ", "只能上传"),
        ("文件.pdf", b"<html>", "内容不是pdf"),
        ("表.xlsx", b"PK\x03\x04broken", "内容不是xlsx"),
        ("文.docx", b"text", "内容不是docx"),
    ],
)
def test_files_that_are_not_what_they_say(office, cast, name, raw, said):
    answer = office.post(NEW, typed(cast, files=[SimpleUploadedFile(name, raw)]))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not ScoreEntry.objects.exists()
    assert not Evidence.objects.exists()


def test_document_is_a_download(office, cast):
    office.post(NEW, typed(cast, files=[SimpleUploadedFile("检查.pdf", b"%PDF-1.4 example")]))
    answer = office.get(f"/evidence/{Evidence.objects.get().pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content)


def test_evidence_of_another_village_is_not_found(office, cast, sign_in):
    office.post(NEW, typed(cast, village=cast.other.pk, files=[a_photo()]))
    assert sign_in(Role.LEADER).get(f"/evidence/{Evidence.objects.get().pk}/").status_code == 404


# --- Batch -----------------------------------------------------------------------------------------------
def sheet_of(rows, **more):
    data = {"title": "环境督查", "occurred_on": DAY.isoformat(), "source": "town", "record_number": "", **more}
    for number, row in enumerate(rows, start=1):
        data |= {f"s-{number}-{name}": value for name, value in row.items()}
    return data


def names_of(page) -> list[str]:
    return re.findall(r'name="([^"]+)"', page.content.decode())


def test_sound_lines_are_kept_and_the_others_stay(office, cast):
    page = office.get("/deductions/batch/")
    prefix = next(name for name in names_of(page) if name.endswith("village")).rsplit("-", 2)[0]
    rows = [
        ("示例一村", "D1", "3", "公路边三处"),
        ("示例二村联村工作组", "b1", "", "一起没有上报"),
        ("示列二村", "D1", "1", "村名写错"),
        ("示例二村", "Z9", "1", "条款写错"),
        ("示例二村", "C1", "1", "还要填应走访数"),
    ]
    keys = [name for name in names_of(page) if name.startswith(f"{prefix}-") and name.endswith("-village")]
    data = {"title": "环境督查", "occurred_on": DAY.isoformat(), "source": "town", "record_number": "督查12号"}
    data["once"] = page.context["form"]["once"].value()
    for key, row in zip(keys, rows, strict=False):
        stem = key.removesuffix("village")
        data |= {stem + name: text for name, text in zip(("village", "clause", "quantity", "fact"), row, strict=True)}
    answer = office.post("/deductions/batch/", data)
    page_text = text_of(answer)
    assert answer.status_code == 422
    assert "保存2条，3条需修改" in page_text
    assert "村名写错" in answer.content.decode()
    made = {entry.village: entry for entry in ScoreEntry.objects.all()}
    assert set(made) == {cast.own, cast.other}
    assert (made[cast.own].fact, made[cast.own].points) == ("环境督查：公路边三处", Decimal("1.5"))
    assert made[cast.other].record_number == "督查12号"
    # Put right in place: nothing is recorded twice.
    data[keys[2]], data[keys[3].removesuffix("village") + "clause"] = "示例二村", "E1"
    data |= {keys[4].removesuffix("village") + name: "" for name in ("village", "clause", "quantity", "fact")}
    assert office.post("/deductions/batch/", data).status_code == 303
    assert ScoreEntry.objects.count() == 4


# --- The page of a deduction ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (Role.LEADER, {"没有异议", "申诉"}),
        (Role.CADRE, {"没有异议", "申诉"}),
        (Role.OFFICE, {"作废"}),
        (Role.OFFICE_LEAD, {"作废"}),
        (Role.DISTRICT, set()),
        (Role.COMMITTEE, set()),
    ],
)
def test_buttons_are_those_that_one_may_use(sign_in, cast, role, buttons):
    entry = deduct(cast)
    page = sign_in(role).get(f"/deductions/{entry.pk}/").content.decode()
    head = page[page.index('class="actions"') : page.index('class="status-line"')]
    assert set(re.findall(r"<a class=\"btn[^>]*>([^<]+)</a>", head)) == buttons


def test_outsiders_and_other_villages_find_nothing(sign_in, cast):
    far = deduct(cast, village=cast.other)
    assert sign_in(Role.LEADER).get(f"/deductions/{far.pk}/").status_code == 404
    assert sign_in(cast.outsider).get(f"/deductions/{far.pk}/").status_code == 404


def test_what_waits_is_not_the_teams_to_see(sign_in, cast):
    entry = waiting(cast)
    assert sign_in(Role.LEADER).get(f"/deductions/{entry.pk}/").status_code == 404
    assert sign_in(Role.DISTRICT).get(f"/deductions/{entry.pk}/").status_code == 200


def test_recused_reads_why(sign_in, cast):
    entry = waiting(cast)
    lead = serve_too(cast, Role.OFFICE_LEAD)
    client = sign_in(lead)
    assert "涉及本人所在工作组，请由其他同志处理。" in text_of(client.get(f"/deductions/{entry.pk}/"))
    assert client.post(f"/deductions/{entry.pk}/confirm/", {"agrees": "1"}).status_code == 403


def test_confirmed_and_sent_back_from_the_page(sign_in, cast):
    first, second = waiting(cast), waiting(cast, village=cast.other)
    lead = sign_in(Role.OFFICE_LEAD)
    lead.post(f"/deductions/{first.pk}/confirm/", {"agrees": "1", "version": first.version})
    assert lead.post(f"/deductions/{second.pk}/confirm/", {"agrees": "0"}).status_code == 422
    lead.post(f"/deductions/{second.pk}/confirm/", {"agrees": "0", "note": "请核对", "version": second.version})
    states = dict(ScoreEntry.objects.values_list("pk", "state"))
    assert states == {first.pk: State.NOTIFIED, second.pk: State.RETURNED}


def test_steps_by_their_pages(sign_in, cast, scheme):
    set_clause(scheme, "D1", rectify_days=7)
    entry = deduct(cast, "D1")
    leader = sign_in(Role.LEADER)
    leader.post(f"/deductions/{entry.pk}/read/", {})
    done = {"rectified_on": TODAY.isoformat(), "result": "已清理"}
    assert leader.post(f"/deductions/{entry.pk}/rectify/", done).status_code == 303
    office = sign_in(Role.OFFICE)
    assert office.post(f"/deductions/{entry.pk}/rectify/check/", {"ok": "1", "note": ""}).status_code == 303
    lead = sign_in(Role.OFFICE_LEAD)
    assert lead.post(f"/deductions/{entry.pk}/reverse/", {"reason": "经查不属实"}).status_code == 303
    entry.refresh_from_db()
    assert (entry.read_by, entry.rectify_ok, entry.state) == (cast.users[Role.LEADER], True, State.REVERSED)
    other = deduct(cast, "B1")
    assert sign_in(Role.OFFICE).post(f"/deductions/{other.pk}/withdraw/", {"reason": "登记有误"}).status_code == 303
    other.refresh_from_db()
    assert other.state == State.WITHDRAWN


def test_sealed_month_offers_nothing_and_takes_nothing(sign_in, cast):
    entry = deduct(cast)
    close_month("final")
    leader = sign_in(Role.LEADER)
    page = leader.get(f"/deductions/{entry.pk}/").content.decode()
    assert f"/deductions/{entry.pk}/appeal/" not in page
    assert "计入2026年11月，已锁定" in page
    answer = leader.post(
        f"/deductions/{entry.pk}/appeal/", {"reason": "fact", "text": "当天有人在村部值守。", "confirmed": "on"}
    )
    assert answer.status_code == 422
    assert "已于11月26日定稿，不能再改" in text_of(answer)


# --- Appeals ---------------------------------------------------------------------------------------------------
def test_appeal_in_two_steps_with_a_photo(sign_in, cast):
    entry = deduct(cast)
    leader, url = sign_in(Role.LEADER), f"/deductions/{entry.pk}/appeal/"
    said = {"reason": "fact", "text": "当天上午李示例在村部值守。"}
    assert leader.post(url, {"reason": "fact", "text": "短"}).status_code == 422
    page = leader.post(url, said)
    assert page.status_code == 200
    assert "提交申诉" in text_of(page)
    entry.refresh_from_db()
    assert entry.state == State.NOTIFIED
    assert "当天上午李示例" in leader.post(url, {**said, "change": "1"}).content.decode()
    answer = leader.post(url, {**said, "confirmed": "on", "photo": a_photo()}, follow=True)
    assert "已提交申诉，编号申202611-0001。由联村工作办主任处理，12月3日前答复。" in text_of(answer)
    found = entry.appeals.get()
    assert found.evidence.count() == 1


def test_after_the_deadline_the_page_says_so(sign_in, cast):
    entry = deduct(cast)
    with time_machine.travel(NOW + timedelta(days=6), tick=False):
        client = sign_in(Role.LEADER)
        assert "申诉期已于12月1日17:00结束。" in text_of(client.get(f"/deductions/{entry.pk}/"))
        page = text_of(client.get(f"/deductions/{entry.pk}/appeal/"))
    assert "申诉期已于12月1日17:00结束。" in page
    assert "核对申诉" not in page


def test_deciding_shows_the_effect_first(sign_in, cast):
    entry = deduct(cast, "B1", answers={"quantity": "2"})
    found = appeal(cast, entry)
    lead, url = sign_in(Role.OFFICE_LEAD), f"/appeals/{found.pk}/"
    shown = text_of(lead.post(f"{url}preview/", {"outcome": "change", "points_after": "0.5"}))
    assert "变更后11月得分98.0分→99.5分" in shown
    assert "小于2.0分" in text_of(lead.post(f"{url}preview/", {"outcome": "change", "points_after": "3"}))
    looked = lead.post(f"{url}decide/", {"outcome": "revoke", "answer": "经核查", "look": "1"})
    assert (looked.status_code, "撤销后11月得分98.0分→100.0分" in text_of(looked)) == (200, True)
    given = {"outcome": "change", "points_after": "0.5", "answer": "经核查，只有一起属实。", "version": found.version}
    assert lead.post(f"{url}decide/", given).status_code == 303
    assert "变更后11月得分98.0分→99.5分" in text_of(lead.get(url))
    assert sign_in(Role.COMMITTEE).post(f"{url}decide/", given).status_code == 403


def test_checking_and_withdrawing_by_page(sign_in, cast):
    found = appeal(cast)
    lead = sign_in(Role.OFFICE_LEAD)
    assert lead.post(f"/appeals/{found.pk}/check/", {"check_note": "看过去向牌"}).status_code == 303
    assert sign_in(Role.OFFICE).get(f"/appeals/{found.pk}/check/").status_code == 403
    assert sign_in(Role.LEADER).post(f"/appeals/{found.pk}/withdraw/", {}).status_code == 303
    found.refresh_from_db()
    assert (found.state, found.check_note) == ("withdrawn", "看过去向牌")


# --- Bonuses -----------------------------------------------------------------------------------------------------
def test_bonus_by_pages(sign_in, cast):
    leader = sign_in(Role.LEADER)
    facts = {
        "village": cast.own.pk,
        "occurred_on": DAY.isoformat(),
        "clause": "G2",
        "choice": "镇认定",
        "points": "1.5",
        "fact": "湘莲合作社带动十户。",
    }
    shown = text_of(leader.post("/bonuses/preview/", facts))
    assert "本月加分上限10.0分，已用0.0分" in shown
    assert "11月得分100.0分→101.5分" in shown
    assert leader.post("/bonuses/new/", {**facts, "points": "3"}).status_code == 422
    assert leader.post("/bonuses/new/", {**facts, "village": cast.other.pk}).status_code == 422
    assert leader.post("/bonuses/new/", facts).status_code == 303
    entry = ScoreEntry.objects.get()
    url = f"/bonuses/{entry.pk}/"
    assert sign_in(Role.DISTRICT).post(f"{url}opinion/", {"is_for": "1", "opinion": "属实"}).status_code == 303
    office = sign_in(Role.OFFICE)
    assert office.post(f"{url}verify/", {"holds": "1", "verified_points": ""}).status_code == 422
    assert office.post(f"{url}verify/", {"holds": "1", "verified_points": "1", "note": "七户"}).status_code == 303
    assert sign_in(Role.OFFICE_LEAD).post(f"{url}agree/", {"agrees": "1"}).status_code == 303
    entry.refresh_from_db()
    assert (entry.state, entry.effective_points) == (State.AGREED, Decimal(1))
    page = text_of(sign_in(Role.LEADER).get(url))
    assert "1.5分，核实为1.0分" in page
    assert "11月得分100.0分→101.0分" in page
    assert leader.get(f"/deductions/{entry.pk}/").status_code == 404


# --- Suggestions ---------------------------------------------------------------------------------------------------
@pytest.fixture
def suggestions(cast):
    found = []
    with acting(by=None, action="test", label="测试"):
        for number, (team, kind) in enumerate(
            ((cast.team, "duty"), (cast.other_team, "duty"), (cast.team, "report_none"))
        ):
            row = Suggestion(
                kind=kind,
                key=f"x:{number}",
                team=team,
                week_start="2026-11-16",
                occurred_on="2026-11-17",
                quantity=2,
                text="第47周驻村差2天",
                facts=[{"label": "本周应到", "value": "2天", "url": ""}],
            )
            row.save()
            row.refresh_from_db()
            found.append(row)
    return found


def test_suggestion_presets_the_form_and_becomes_an_entry(office, cast, suggestions):
    row = suggestions[0]
    assert f"/deductions/new/?suggestion={row.pk}" in office.get(f"/suggestions/{row.pk}/").content.decode()
    form = office.get(f"{NEW}?suggestion={row.pk}").context["form"]
    assert [form[name].value() for name in ("village", "clause", "quantity")] == [str(cast.own.pk), "B3", "2"]
    sent = typed(cast, quantity="2", occurred_on="2026-11-17", fact=form["fact"].value())
    assert office.post(f"{NEW}?suggestion={row.pk}", sent).status_code == 303
    row.refresh_from_db()
    entry = ScoreEntry.objects.get()
    assert (row.state, row.entry, row.decided_by) == ("confirmed", entry, cast.users[Role.OFFICE])
    page = office.get(f"/suggestions/{row.pk}/").content.decode()
    assert f'href="/deductions/{entry.pk}/"' in page
    # What was decided stays decided, whatever becomes of the entry.
    entry_ends.withdraw(entry=entry, by=cast.users[Role.OFFICE], now=NOW, reason="登记有误")
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_several_confirmed_at_once(office, cast, suggestions):
    chosen = [row.pk for row in suggestions[:2]]
    assert office.post("/suggestions/confirm/", {"suggestions": chosen}).status_code == 303
    made = ScoreEntry.objects.order_by("village__code")
    assert [(one.clause_number, one.points, one.source) for one in made] == [("B3", Decimal(2), "system")] * 2
    assert {one.suggestion_id for one in made} == set(chosen)


def test_what_can_be_is_confirmed_and_the_rest_stays_with_its_reason(office, cast, suggestions):
    """One has no clause, one stands already as a deduction by hand; the third becomes an entry."""
    like = deduct(cast, village=cast.other, occurred_on=suggestions[1].occurred_on)
    sent = {"suggestions": [row.pk for row in suggestions]}
    page = office.post("/suggestions/confirm/", sent, follow=True)
    made = ScoreEntry.objects.exclude(pk=like.pk).get()
    assert made.suggestion == suggestions[0]
    assert [row.state for row in Suggestion.objects.order_by("pk")] == ["confirmed", "open", "open"]
    told = text_of(page)
    assert "已登记1条扣分" in told
    assert "已有一条B3（−1.0分，扣202611-0001）。确需再记的，请单独确认。" in told
    assert "没有对应“周报未报”的条款" in told
    assert page.content.decode().count(f'href="/suggestions/{suggestions[1].pk}/"') == 2
    # Nothing of what was refused is left in the trail; and where none can be, the page says why and keeps the choice.
    trail = AuditEntry.objects.filter(action="entry.record", model="appraisal.scoreentry")
    assert set(trail.values_list("object_id", flat=True)) == {like.pk, made.pk}
    again = office.post("/suggestions/confirm/", {"suggestions": [suggestions[2].pk]})
    assert again.status_code == 422
    assert "没有对应“周报未报”的条款" in text_of(again)


def test_deducted_by_hand_already_is_marked(office, cast, suggestions):
    deduct(cast, occurred_on=suggestions[0].occurred_on)
    assert "11月17日已有一条B3" in text_of(office.get(f"/suggestions/{suggestions[0].pk}/"))


# --- Lists and inbox -------------------------------------------------------------------------
def test_list_filters_sums_and_exports(office, cast):
    deduct(cast)
    deduct(cast, "D1", village=cast.other, answers={"quantity": "3"}, fact="公路边三处")
    gone = deduct(cast, "B1")
    entry_ends.withdraw(entry=gone, by=cast.users[Role.OFFICE], now=NOW, reason="登记有误")

    def numbers(query: str) -> set[str]:
        return set(re.findall(r"扣202611-\d{4}", office.get(f"/deductions/?{query}").content.decode()))

    assert numbers("") == {"扣202611-0001", "扣202611-0002"}
    assert numbers("state=over") == {"扣202611-0003"}
    assert numbers("month=2026-10") == set()
    assert numbers("month=2026-11&category=environment") == {"扣202611-0002"}
    assert numbers(f"village={cast.other.pk}") == {"扣202611-0002"}
    assert numbers(f"group={cast.group.pk}") == {"扣202611-0001"}
    assert numbers("q=公路") == {"扣202611-0002"}
    assert numbers("q=b3") == {"扣202611-0001"}
    assert numbers(f"by={cast.users[Role.OFFICE_LEAD].pk}") == set()
    assert numbers("sort=points") == {"扣202611-0001", "扣202611-0002"}
    assert "−2.5" in office.get("/deductions/").content.decode()
    assert "扣202611-0001" in office.get("/deductions/?print=1").content.decode()
    book = office.post("/deductions/")
    assert book["Content-Type"].startswith("application/vnd.openxmlformats")
    for url in ("/bonuses/", "/appeals/", "/appeals/?state=late", "/bonuses/?state=over"):
        assert office.get(url).status_code == 200


def test_inbox_holds_what_one_may_decide(sign_in, cast):
    waiting(cast)
    appeal(cast)
    claim(cast)
    verified(cast, occurred_on=DAY - timedelta(days=1))
    lead = text_of(sign_in(Role.OFFICE_LEAD).get("/approvals/"))
    assert "复核扣分（1）" in lead
    assert "答复申诉（1）" in lead
    assert "决定加分（1）" in lead
    district = text_of(sign_in(Role.DISTRICT).get("/approvals/"))
    assert "出片区意见（1）" in district
    assert "复核扣分（1）" in district
    assert "答复申诉" not in district
    assert "没有等您办理的事" in text_of(sign_in(Role.COMMITTEE).get("/approvals/"))
    assert sign_in(Role.LEADER).get("/approvals/").status_code == 403


def test_inbox_leaves_out_what_concerns_oneself(sign_in, cast):
    waiting(cast, by=cast.users[Role.OFFICE_LEAD])
    assert "没有等您办理的事" in text_of(sign_in(Role.OFFICE_LEAD).get("/approvals/"))


# --- Constant ----------------------------------------------------------------------------------
PAGES = {
    Role.OFFICE: ["/deductions/", NEW, "/deductions/batch/", "/bonuses/", "/appeals/", "/approvals/"],
    Role.OFFICE_LEAD: ["/approvals/"],
    Role.COMMITTEE: ["/approvals/"],
    Role.LEADER: ["/deductions/", "/bonuses/new/"],
}


@pytest.mark.parametrize(("role", "url"), [(role, url) for role, urls in PAGES.items() for url in urls])
def test_queries_do_not_grow(sign_in, cast, role, url, django_assert_max_num_queries):
    waiting(cast)
    appeal(cast)
    claim(cast)
    client = sign_in(role)
    client.get(url)
    with django_assert_max_num_queries(15) as few:
        client.get(url)
    with acting(by=None, action="test", label="测试"):
        for number in range(8):
            Village(code=f"43132110199{number}", name=f"示例{number}号村", group=cast.group).save()
    for number in range(6):
        day = DAY - timedelta(days=number + 1)
        waiting(cast, occurred_on=day)
        appeal(cast, deduct(cast, occurred_on=day))
        verified(cast, occurred_on=day)
    with django_assert_max_num_queries(15) as many:
        client.get(url)
    assert len(many.captured_queries) <= len(few.captured_queries)


@pytest.mark.parametrize("kind", ["deduction", "appealed", "bonus", "appeal", "decide", "preview"])
def test_pages_of_one_ask_a_fixed_number_of_questions(sign_in, cast, kind, django_assert_max_num_queries):
    found = appeal(cast)
    client = sign_in(Role.OFFICE if kind == "preview" else Role.OFFICE_LEAD)
    url = {
        "deduction": lambda: f"/deductions/{deduct(cast, 'B1').pk}/",
        "appealed": lambda: f"/deductions/{found.entry_id}/",
        "bonus": lambda: f"/bonuses/{verified(cast).pk}/",
        "appeal": lambda: f"/appeals/{found.pk}/",
        "decide": lambda: f"/appeals/{found.pk}/decide/",
        "preview": lambda: "/deductions/preview/",
    }[kind]()
    client.get("/")  # the town is asked about once a minute
    with django_assert_max_num_queries(15):
        client.post(url, typed(cast, clause="B1")) if kind == "preview" else client.get(url)


def test_home_of_the_team_leads_to_the_deduction(sign_in, cast):
    entry = deduct(cast)
    client = sign_in(Role.LEADER)
    assert f'href="/deductions/{entry.pk}/"' in client.get("/").content.decode()
    entry_ends.mark_entry_read(entry=entry, by=cast.users[Role.LEADER], now=timezone.now())
    assert f'href="/deductions/{entry.pk}/"' not in client.get("/").content.decode()


def test_office_records_from_every_page(sign_in, cast):
    assert 'href="/deductions/new/"' in sign_in(Role.OFFICE).get("/villages/").content.decode()
    assert 'href="/deductions/new/"' not in sign_in(Role.LEADER).get("/villages/").content.decode()


def test_the_sum_of_the_list_is_written_in_points(office, cast):
    deduct(cast, fact="上午无人在岗。")
    deduct(cast, occurred_on=DAY - timedelta(days=1), fact="下午无人在岗。")
    html = office.get("/deductions/").content.decode()
    assert "−2.0分</td>" in html[html.index("<tfoot") : html.index("</tfoot")]


def test_what_waits_for_me(cast, sign_in):
    """Of two that wait, the one that this person may confirm; not what was confirmed, nor what is one's own."""
    mine, told = waiting(cast), deduct(cast, occurred_on=DAY - timedelta(days=1), fact="下午无人在岗。")
    shown = {
        role: sign_in(role).get("/deductions/?state=mine").content.decode() for role in (Role.OFFICE_LEAD, Role.OFFICE)
    }
    assert mine.number in shown[Role.OFFICE_LEAD]
    assert told.number not in shown[Role.OFFICE_LEAD]
    assert mine.number not in shown[Role.OFFICE]
    lead = serve_too(cast, Role.OFFICE_LEAD)
    assert mine.number not in sign_in(lead).get("/deductions/?state=mine").content.decode()

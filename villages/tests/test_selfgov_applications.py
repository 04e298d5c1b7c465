"""自治申请: step by step and resumable, four different people, everything at once on agreement, and the way back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import selfgov_applications as actions
from villages.actions.selfgov_rules import set_conditions
from villages.extensions import open_matters
from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovApplication, SelfGovernance
from villages.models.self_governance import EXAMPLE_CONDITIONS
from villages.tests.selfgov_scene import GROUND, NOW, SAID, TODAY, build, decision, meeting, paper

State = SelfGovApplication.State
BACKEND = "lianzhen.accounts.backends.AccountOrPhoneBackend"


@pytest.fixture(autouse=True)
def _now(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def scene(cast):
    return build(cast)


def client_of(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def url(application, step=""):
    return reverse(f"selfgov_{step}" if step else "selfgov_application", args=[application.pk])


def fresh(application):
    return SelfGovApplication.objects.get(pk=application.pk)


def sent(application, **more):
    return {"version": fresh(application).version, **more}


# --- Steps of the village -------------------------------------------------------------------------
def test_secretary_writes_it_in_steps_and_goes_on_after_closing(scene, cast):
    client = client_of(scene.secretary)
    page = client.get(reverse("selfgov_new")).content.decode()
    assert all(condition in page for condition in EXAMPLE_CONDITIONS)
    assert "镇党委研究决定" in page
    assert "由镇党委一年考核一次" in page
    answer = client.post(reverse("selfgov_new"), {"village": cast.own.pk})
    made = SelfGovApplication.objects.get()
    assert answer["Location"] == url(made, "step_facts")
    assert (made.origin, made.started_by, made.conditions) == ("village", scene.secretary, list(EXAMPLE_CONDITIONS))
    assert "示例一村" in client.get(url(made, "step_facts")).content.decode()
    # Half a page, and away.
    half = {"answer_1": SAID, "later": "1"}
    assert client.post(url(made, "step_conditions"), sent(made, **half))["Location"] == url(made)
    assert fresh(made).answers == [SAID, "", "", "", ""]
    again = client_of(scene.secretary)
    assert url(made, "step_conditions") in again.get(url(made)).content.decode()
    page = again.get(url(made, "step_conditions")).content.decode()
    assert SAID in page
    whole = {f"answer_{n}": SAID for n in range(1, 6)}
    assert again.post(url(made, "step_conditions"), sent(made, **whole))["Location"] == url(made, "step_meeting")
    met = {"met_on": "2026-11-20", "votes_for": 41, "votes_against": 3, "votes_abstain": 2, "file": paper()}
    assert again.post(url(made, "step_meeting"), sent(made, **met))["Location"] == url(made, "step_instructor")
    named = {"instructor": scene.staff.pk}
    assert again.post(url(made, "step_instructor"), sent(made, **named))["Location"] == url(made, "step_review")
    review = again.get(url(made, "step_review")).content.decode()
    for words in (SAID, "赞成41票，反对3票，弃权2票", "决议.pdf", "丁指导", "更改"):
        assert words in review
    assert again.post(url(made, "step_submit"), sent(made)).status_code == 422
    assert again.post(url(made, "step_submit"), sent(made, sure="on"))["Location"] == url(made)
    made = fresh(made)
    assert (made.state, made.submitted_by, made.instructor) == (State.DISTRICT, scene.secretary, scene.staff)
    assert "人口：1,000人" in made.facts
    file = again.get(url(made, "file"))
    assert b"".join(file.streaming_content) == b"%PDF-1.4 resolution"


def test_too_long_and_two_editors_lose_no_word(scene):
    """The browser cuts nothing off; the page says how much too long, and shows what the other one saved."""
    made = scene.started()
    client, step = client_of(scene.secretary), url(made, "step_conditions")
    assert "maxlength" not in client.get(step).content.decode()
    typed = {f"answer_{n}": f"{SAID}第{n}条" for n in range(1, len(made.conditions) + 1)}
    answer = client.post(step, sent(made, **typed | {"answer_1": "长" * 301}))
    assert answer.status_code == 422
    assert "第1条不能超过300字，现在是301字。" in answer.content.decode()
    assert "长" * 301 in answer.content.decode()
    second = sent(made, **typed)
    actions.explain(application=made, answers=["另一个人写的话。"] * len(made.conditions), by=scene.secretary)
    answer = client.post(step, second)
    assert answer.status_code == 409
    assert answer.content.decode().count("另一个人写的话。") == len(made.conditions)


def test_whoever_is_next_is_told(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        scene.checked()
    told = {notice.user: notice.text for notice in Notice.objects.all()}
    assert "请出片区意见" in told[scene.user(Role.DISTRICT)]
    assert "请核查" in told[scene.user(Role.OFFICE_LEAD)]
    assert "请登记党委研究" in told[scene.user(Role.COMMITTEE)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"met_on": date(2026, 11, 27)}, "met_on"),
        ({"votes_against": 60}, "votes_for"),
        ({"file": None}, "file"),
        ({"file": paper("决议.exe")}, "file"),
    ],
)
def test_meeting_that_carries_nothing_is_refused(scene, wrong, field):
    made = scene.started()
    with pytest.raises(ValidationError) as refusal:
        actions.note_meeting(application=made, **meeting(**wrong), by=scene.secretary, today=TODAY)
    assert list(refusal.value.message_dict) == [field]
    assert fresh(made).met_on is None


def test_unfinished_one_is_not_submitted(scene):
    made = scene.started()
    client = client_of(scene.secretary)
    answer = client.post(url(made, "step_submit"), sent(made, sure="on"))
    assert answer.status_code == 422
    assert "第1、2、3、4、5条还没有说明" in answer.content.decode()
    assert "会议决议还没有填写" in answer.content.decode()
    assert fresh(made).state == State.DRAFT


def test_one_application_at_a_time_and_none_for_who_governs_itself(scene, cast):
    scene.started()
    with pytest.raises(ValidationError, match="正在办理"):
        scene.started()
    with pytest.raises(ValidationError, match="已实行村为主自治"):
        scene.started(cast.selfgov)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        acting(by=None, action="test", label="测试"),
    ):
        SelfGovApplication(village=cast.own).save()


def test_submitted_steps_lead_to_the_page(scene):
    made = scene.submitted()
    client = client_of(scene.secretary)
    assert client.get(url(made, "step_meeting"))["Location"] == url(made)
    answer = client.post(url(made, "step_conditions"), sent(made, answer_1="另写"))
    assert answer.status_code == 422
    assert fresh(made).answers == [SAID] * 5


# --- Opinions -------------------------------------------------------------------------------------
def test_four_people_one_after_the_other(scene, cast):
    made = scene.submitted()
    district, office = client_of(scene.user(Role.DISTRICT)), client_of(scene.user(Role.OFFICE))
    committee = client_of(scene.user(Role.COMMITTEE))
    opinion = {"is_for": "1", "opinion": "条件具备，赞成实行自治。"}
    assert district.post(url(made, "opinion"), sent(made, **opinion)).status_code == 303
    assert fresh(made).state == State.OFFICE
    checked = {"is_for": "1", "note": "逐条看过台账，情况属实。"}
    assert office.post(url(made, "check"), sent(made, **checked)).status_code == 303
    page = committee.get(url(made, "agree")).content.decode()
    assert "生效日期填2026年12月1日的，自2026年12月起不再按月考核，不再报送周报；2026年11月及以前照常考核。" in page
    assert "逐条看过台账" in page
    answers = {
        "decided_on": "2026-11-25",
        "basis": GROUND,
        "starts_on": "2026-12-01",
        "person": scene.staff.pk,
    }
    assert committee.post(url(made, "agree"), sent(made, **answers)).status_code == 303
    made = fresh(made)
    term = SelfGovernance.objects.open().get(village=cast.own)
    assert (made.state, made.term, made.starts_on) == (State.AGREED, term, date(2026, 12, 1))
    assert (term.starts_on, term.decided_on, term.basis) == (date(2026, 12, 1), date(2026, 11, 25), GROUND)
    cast.team.refresh_from_db()
    assert cast.team.ends_on == date(2026, 11, 30)
    assert not Posting.objects.open().filter(team=cast.team).exists()
    posting = Posting.objects.get(village=cast.own)
    assert (posting.person, posting.starts_on) == (scene.staff, date(2026, 12, 1))
    batches = {AuditEntry.objects.about(row).first().batch for row in (made, term, cast.team, posting)}
    assert len(batches) == 1
    # Done once.
    with pytest.raises(ValidationError, match="这一步不用再办"):
        actions.agree(application=made, **decision(scene), by=scene.user(Role.COMMITTEE), now=NOW)
    assert SelfGovernance.objects.filter(village=cast.own).count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_on": date(2026, 12, 15)}, "starts_on"),
        ({"starts_on": date(2026, 10, 1)}, "starts_on"),
        ({"starts_on": date(2062, 12, 1)}, "starts_on"),
        ({"decided_on": date(2026, 11, 19)}, "decided_on"),
        ({"decided_on": date(2026, 11, 27)}, "decided_on"),
        ({"person": None}, "person"),
    ],
)
def test_a_decision_that_cannot_be_changes_nothing(scene, cast, wrong, field):
    made = scene.checked()
    with pytest.raises(ValidationError) as refusal:
        actions.agree(application=made, **decision(scene, **wrong), by=scene.user(Role.COMMITTEE), now=NOW)
    assert list(refusal.value.message_dict) == [field]
    cast.team.refresh_from_db()
    assert cast.team.ends_on is None
    assert fresh(made).state == State.COMMITTEE
    assert not SelfGovernance.objects.filter(village=cast.own).exists()


def test_wrong_role_is_refused_with_the_reason_and_an_outsider_finds_nothing(scene, cast):
    made = scene.submitted()
    for role, step, reason in (
        (Role.CADRE, "opinion", "片区联络组"),
        (Role.OFFICE, "opinion", "由所在片区的联络组出意见"),
        (Role.DISTRICT, "check", "联村办工作人员、联村办主任"),
        (Role.OFFICE_LEAD, "agree", "党委委员"),
        (Role.CADRE, "step_meeting", "村支部书记或村主任"),
    ):
        answer = client_of(scene.user(role)).post(url(made, step), sent(made))
        assert answer.status_code == 403, (role, step)
        assert reason in answer.content.decode()
    assert client_of(cast.outsider).get(url(made)).status_code == 404
    assert client_of(scene.user(Role.DISTRICT)).delete(url(made, "opinion")).status_code == 405
    assert fresh(made).state == State.DISTRICT


def test_who_took_one_step_takes_no_other(scene, cast):
    """The office writes for the village; the same account neither checks nor decides."""
    clerk = scene.user(Role.OFFICE)
    made = scene.opined(by=clerk, origin="on_behalf")
    answer = client_of(clerk).get(url(made, "check"))
    assert answer.status_code == 403
    assert "不能核查" in answer.content.decode()
    with pytest.raises(ValidationError, match="不能核查"):
        actions.check(application=made, is_for=True, note="已核实。", by=clerk, now=NOW)


def test_whoever_only_filled_a_page_judges_nothing(scene, cast):
    """Another clerk helped the village with one page, and somebody else began and sent it."""
    clerk, other = scene.user(Role.OFFICE), scene.user(Role.OFFICE_LEAD)
    made = scene.written()
    made = actions.explain(application=made, answers=[f"{SAID}会上说过。"] * len(made.conditions), by=clerk)
    made = actions.submit(application=made, by=scene.secretary, now=NOW)
    district = scene.user(Role.DISTRICT)
    made = actions.give_opinion(application=made, is_for=True, opinion="赞成。", by=district, now=NOW)
    asked = "自治申请请核查"
    assert asked in client_of(other).get("/").content.decode()
    assert asked not in client_of(clerk).get("/").content.decode()
    assert client_of(clerk).get(url(made, "check")).status_code == 403
    with pytest.raises(ValidationError, match="不能核查"):
        actions.check(application=made, is_for=True, note="已核实。", by=clerk, now=NOW)
    assert actions.check(application=made, is_for=True, note="已核实。", by=other, now=NOW).checked_by == other


@pytest.mark.parametrize("stem", ["opinion", "checked", "decided"])
def test_the_database_itself_keeps_the_steps_apart(scene, stem):
    made = scene.agreed()
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovApplication.objects.filter(pk=made.pk).update(**{f"{stem}_by": scene.secretary})


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "committee"},
        {"opinion_at": None},
        {"starts_on": date(2026, 12, 2)},
        {"basis": ""},
        {"term": None},
        {"state": "returned"},
    ],
)
def test_the_database_knows_states_and_pairs(scene, wrong):
    made = scene.agreed()
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfGovApplication.objects.filter(pk=made.pk).update(**wrong)


def test_nobody_judges_the_village_he_serves_in(scene, cast):
    made = scene.submitted()
    with acting(by=None, action="test", label="测试"):
        Posting(person=cast.people[Role.DISTRICT], team=cast.team, starts_on=START).save()
    answer = client_of(scene.user(Role.DISTRICT)).get(url(made, "opinion"))
    assert answer.status_code == 403
    assert "请由其他同志处理" in answer.content.decode()
    # The liaison group has nobody else, so the office gives the opinion.
    assert client_of(scene.user(Role.OFFICE_LEAD)).get(url(made, "opinion")).status_code == 200


# --- Back, no, and never mind -----------------------------------------------------------------------
def test_returned_for_completion_and_submitted_again(scene, django_capture_on_commit_callbacks):
    made = scene.opined()
    reason = {"reason": "第3条请写明网格长人数。"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(scene.user(Role.OFFICE)).post(url(made, "return"), sent(made, **reason))
    assert answer.status_code == 303
    made = fresh(made)
    assert (made.state, made.opinion_at, made.opinion_by) == (State.RETURNED, None, None)
    assert "退回补充" in Notice.objects.get(user=scene.secretary).text
    page = client_of(scene.secretary).get(url(made, "step_conditions")).content.decode()
    assert "退回补充：第3条请写明网格长人数。" in page
    again = actions.submit(application=made, by=scene.secretary, now=NOW)
    assert again.state == State.DISTRICT


def test_declined_with_the_reason(scene, cast):
    made = scene.checked()
    client = client_of(scene.user(Role.COMMITTEE))
    said = {"decided_on": "2026-11-25", "basis": GROUND}
    assert client.post(url(made, "decline"), sent(made, **said)).status_code == 422
    said["note"] = "村级财务还需规范一年。"
    assert client.post(url(made, "decline"), sent(made, **said)).status_code == 303
    made = fresh(made)
    assert (made.state, made.decision_note, made.term) == (State.DECLINED, said["note"], None)
    assert not SelfGovernance.objects.filter(village=cast.own).exists()
    assert scene.started().state == State.DRAFT


def test_the_village_withdraws_until_it_is_decided(scene):
    made = scene.checked()
    assert client_of(scene.user(Role.OFFICE)).get(url(made, "withdraw")).status_code == 403
    client = client_of(scene.secretary)
    assert client.post(url(made, "withdraw"), {"x": "1"}).status_code == 303
    assert fresh(made).state == State.WITHDRAWN
    assert client.post(url(made, "withdraw"), {"x": "2"}).status_code == 422


# --- Open matters -----------------------------------------------------------------------------------
def test_unsealed_months_are_shown_before_the_decision(scene, cast):
    from appraisal.models import AppraisalMonth
    from lianzhen.tests.entry_rows import a_scheme

    with acting(by=None, action="test", label="测试"):
        scheme = a_scheme(cast)
        AppraisalMonth(month=date(2026, 10, 1), scheme=scheme).save()
    assert open_matters(cast.selfgov, TODAY) == []
    made = scene.checked()
    page = client_of(scene.user(Role.COMMITTEE)).get(url(made, "agree")).content.decode()
    assert "2026年10月考核还没有定稿（进行中）" in page


# --- Termination ------------------------------------------------------------------------------------
@pytest.fixture
def governed(scene, cast):
    with acting(by=None, action="test", label="测试"):
        term = CadreTerm.objects.get(person__user=scene.secretary)
        CadreTerm(person=term.person, village=cast.selfgov, position="director", starts_on=START).save()
        group = Posting.objects.get(person=cast.people[Role.DISTRICT])
        group.group = cast.other_group
        group.save()
    return cast.selfgov


def test_the_town_ends_it_and_a_team_has_to_be_set_up(scene, cast, governed, time_machine):
    office = client_of(scene.user(Role.OFFICE_LEAD))
    answer = office.post(reverse("selfgov_end", args=[governed.pk]), {"x": "1"})
    made = SelfGovApplication.objects.get()
    assert answer["Location"] == url(made, "step_facts")
    assert (made.kind, made.origin, made.term) == ("stop", "town", SelfGovernance.objects.get(village=governed))
    lead = scene.user(Role.OFFICE_LEAD)
    made = actions.give_reason(application=made, reason="班子长期不健全，需要派组加强。", by=lead)
    made = actions.submit(application=made, by=lead, now=NOW)
    made = actions.give_opinion(
        application=made, is_for=True, opinion="同意派组。", by=scene.user(Role.DISTRICT), now=NOW
    )
    made = actions.check(application=made, is_for=True, note="情况属实。", by=scene.user(Role.OFFICE), now=NOW)
    committee = client_of(scene.user(Role.COMMITTEE))
    assert "自2026年12月起按月考核" in committee.get(url(made, "agree")).content.decode()
    facts = {"decided_on": "2026-11-25", "basis": GROUND, "starts_on": "2026-12-01"}
    assert committee.post(url(made, "agree"), sent(made, **facts)).status_code == 303
    term = SelfGovernance.objects.get(village=governed)
    team = LiaisonTeam.objects.get(village=governed)
    assert (term.ends_on, team.starts_on) == (date(2026, 11, 30), date(2026, 12, 1))
    assert Posting.objects.get(village=governed).ends_on == date(2026, 11, 30)
    page = office.get(reverse("selfgov_village", args=[governed.pk])).content.decode()
    assert "2024年1月1日—2026年11月30日" in page
    # Until its last day it governs itself, on the register as well.
    assert "现在没有实行村为主自治" not in page
    assert "止于2026年11月30日" in office.get(reverse("selfgov_list")).content.decode()
    time_machine.move_to(NOW + timedelta(days=5), tick=False)
    assert (
        "现在没有实行村为主自治" in client_of(lead).get(reverse("selfgov_village", args=[governed.pk])).content.decode()
    )
    assert "止于" not in client_of(lead).get(reverse("selfgov_list")).content.decode()


def test_the_village_itself_may_ask_for_the_end(scene, governed):
    client = client_of(scene.secretary)
    assert client.post(reverse("selfgov_end", args=[governed.pk]), {"x": "1"}).status_code == 303
    made = SelfGovApplication.objects.get()
    assert made.origin == "village"
    made = actions.give_reason(application=made, reason="村里人手不足，请求派组。", by=scene.secretary)
    with pytest.raises(ValidationError, match="会议决议还没有填写"):
        actions.submit(application=made, by=scene.secretary, now=NOW)
    assert client_of(scene.user(Role.INSTRUCTOR)).get(reverse("selfgov_end", args=[governed.pk])).status_code == 403


# --- Register, conditions, queries --------------------------------------------------------------------
def test_register_lists_and_counts(scene, cast, django_assert_max_num_queries):
    client = client_of(scene.user(Role.OFFICE))
    page = client.get(reverse("selfgov_list")).content.decode()
    assert "示例三社区" in page
    assert cast.people[Role.INSTRUCTOR].name in page
    scene.agreed()
    with django_assert_max_num_queries(15):
        assert "示例一村" in client.get(reverse("selfgov_list")).content.decode()
    with django_assert_max_num_queries(15):
        client.get(reverse("selfgov_village", args=[cast.own.pk]))
    made = SelfGovApplication.objects.get()
    with django_assert_max_num_queries(15):
        client.get(url(made))
    printed = client.get(reverse("selfgov_village", args=[cast.own.pk]) + "?print=1").content.decode()
    assert "联村工作指导员丁指导" in printed


def test_empty_register_says_so(cast, sign_in):
    """Whoever sees his own village alone is not told about all of them."""
    seen = sign_in(Role.LEADER).get(reverse("selfgov_list")).content.decode()
    assert "您能查看的村都没有实行村为主自治。" in seen
    with acting(by=None, action="test", label="测试"):
        Posting.objects.filter(village=cast.selfgov).delete()
        SelfGovernance.objects.all().delete()
    assert "还没有村实行村为主自治。" in sign_in(Role.OFFICE).get(reverse("selfgov_list")).content.decode()


def test_conditions_change_for_applications_to_come(scene, cast):
    under_way = scene.started()
    lead = client_of(scene.user(Role.OFFICE_LEAD))
    add = reverse("selfgov_rules_add")
    shown = lead.get(add).context["form"]
    assert [shown[name].value() for name in ("majority", "opens_month", "opens_day")] == ["half", 12, 1]
    typed = {"starts_on": "2026-11-26", "conditions": "班子健全。\n\n 村务公开。", "basis": GROUND}
    typed |= {"majority": "two_thirds", "opens_month": "11", "opens_day": "31"}
    answer = lead.post(add, typed)
    assert answer.status_code == 422
    assert "每年都有的开始日期" in answer.content.decode()
    assert lead.post(add, typed | {"opens_day": "15"}).status_code == 303
    for text in ("达到到会人数的三分之二", "11月15日起由村里填写自评", GROUND):
        assert text in lead.get(reverse("selfgov_rules")).content.decode()
    assert (fresh(under_way).conditions, fresh(under_way).majority) == (list(EXAMPLE_CONDITIONS), "half")
    actions.withdraw(application=under_way, by=scene.secretary, now=NOW)
    later = scene.started()
    assert later.conditions == ["班子健全。", "村务公开。"]
    page = client_of(scene.secretary).get(url(later, "step_meeting")).content.decode()
    assert "达到到会人数的三分之二" in page
    votes = {"application": later, "by": scene.secretary, "today": TODAY}
    with pytest.raises(ValidationError, match="达到到会人数的三分之二"):
        actions.note_meeting(**votes, **meeting(votes_for=65, votes_against=34, votes_abstain=1))
    met = actions.note_meeting(**votes, **meeting(votes_for=66, votes_against=32, votes_abstain=1))
    assert met.votes_for == 66
    with pytest.raises(ValidationError, match="不能早于今天"):
        set_conditions(
            starts_on=date(2026, 11, 1), conditions="一", basis="二", today=TODAY, by=scene.user(Role.OFFICE_LEAD)
        )
    assert client_of(scene.user(Role.OFFICE)).post(reverse("selfgov_rules_add"), typed).status_code == 403


# --- Homes ------------------------------------------------------------------------------------------
def test_each_home_asks_for_its_own_step_and_no_other(scene):
    def asked(user):
        return client_of(user).get("/").content.decode()

    made = scene.started()
    assert "示例一村自治申请还没有提交" in asked(scene.secretary)
    # Whoever writes it is told to go on with it: the office for a village, or for the town itself.
    assert "自治申请还没有提交" not in asked(scene.user(Role.OFFICE))
    for origin, told in (("on_behalf", (True, True)), ("town", (True, False)), ("village", (False, True))):
        with acting(by=None, action="test", label="测试"):
            SelfGovApplication.objects.update(origin=origin)
        both = (scene.user(Role.OFFICE), scene.secretary)
        assert tuple("示例一村自治申请还没有提交" in asked(user) for user in both) == told
    scene_steps = (
        (Role.DISTRICT, "请出片区意见"),
        (Role.OFFICE, "自治申请请核查"),
        (Role.COMMITTEE, "请登记党委研究的结果"),
    )
    actions.withdraw(application=made, by=scene.secretary, now=NOW)
    for bring, (role, words) in zip((scene.submitted, scene.opined, scene.checked), scene_steps, strict=True):
        made = bring()
        for other, _ in scene_steps:
            assert (words in asked(scene.user(other))) == (other == role)
        assert words in client_of(scene.user(role)).get("/approvals/").content.decode()
        actions.withdraw(application=made, by=scene.secretary, now=NOW)
    assert "自治申请请核查" not in asked(scene.user(Role.OFFICE))

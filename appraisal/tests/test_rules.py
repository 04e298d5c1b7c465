"""Every rule type: its arithmetic by hand, its sentences, and what must hold whatever the figures."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal import rules
from appraisal.rules import Ask, BadEntry, EntryValues, rule_type
from appraisal.rules.counting import Variant
from appraisal.rules.judged import Level
from appraisal.rules.measured import Award, Step
from appraisal.tests.strategies import BY_TYPE, answers, any_rule

BANNED = ("失败", "非法", "无效", "异常", "抱歉", "参数", "请求", "！")

ABSENT = rules.PerEvent(subject="缺驻村", each=D("1"), unit="天", cap=D("6"))
MEETING = rules.PerEvent(subject="无故缺席", each=D("1"), variants=(Variant("迟到早退", D("0.5")),), cap=D("4"))
PLACE = rules.PerPlace(each=D("0.5"))
VISITS = rules.PerShort(subject="走访", each=D("0.5"), unit="户", cap=D("5"))
CHECKS = rules.PerShort(subject="督查", each=D("1.5"), unit="次", target=D(4))
INSURED = rules.Rate(subject="参保率", target=D(87), step=D(3), each=D("0.5"), cap=D(3))
STARTED = rules.Rate(subject="参保率", target=D(87), step=D(3), each=D("0.5"), partial="whole")
CONTENT = rules.Ladder(subject="满意度", unit="%", steps=(Step(D(90), D(0)), Step(D(80), D(1))), otherwise=D(5))
OVERDUE = rules.Ladder(subject="超期", unit="天", steps=(Step(D(1), D(1)), Step(D(10), D(5))), otherwise=D(0))
CLASSES = rules.Tier(awards=(Award("一类", D(10)), Award("二类", D(8)), Award("三类", D(6))))
SECRET = rules.All(condition="未公示", full=D(4))
STYLE = rules.Range(least=D("0.5"), most=D(1), cap=D(2))
CONTACT = rules.Uncapped(subject="无干部联系", each=D(1), unit="户")
AWARD = rules.Bonus(levels=(Level("县级", D(2), D(2)), Level("镇认定", D("0.5"), D(2))), cap=D(5))
CASES = rules.Bonus(levels=(Level("每例", D(1), D(1)),), unit="例")
DEBT = rules.Veto(condition="新增村级债务", effect="no_award", basis="示例文〔2018〕1号", enabled=True)

BY_HAND = [
    (ABSENT, EntryValues(quantity=D(1)), "1.0", "缺驻村1天 × 1.0分/天 = 1.0分"),
    (ABSENT, EntryValues(quantity=D(9)), "9.0", "缺驻村9天 × 1.0分/天 = 9.0分"),
    (MEETING, EntryValues(quantity=D(3), choice="迟到早退"), "1.5", "迟到早退3次 × 0.5分/次 = 1.5分"),
    (PLACE, EntryValues(quantity=D(3)), "1.5", "3处 × 0.5分/处 = 1.5分"),
    (VISITS, EntryValues(target=D(20), actual=D(17)), "1.5", "应走访20户，实际17户，少3户 × 0.5分/户 = 1.5分"),
    (VISITS, EntryValues(target=D(20), actual=D(22)), "0", "应走访20户，实际22户，不少，不扣分"),
    (CHECKS, EntryValues(actual=D(3)), "1.5", "应督查4次，实际3次，少1次 × 1.5分/次 = 1.5分"),
    (INSURED, EntryValues(actual=D("82.5")), "0.5", "目标87%，实际82.5%，低4.5个百分点，计1档 × 0.5分/档 = 0.5分"),
    (STARTED, EntryValues(actual=D("82.5")), "1.0", "目标87%，实际82.5%，低4.5个百分点，计2档 × 0.5分/档 = 1.0分"),
    (INSURED, EntryValues(actual=D("84")), "0.5", "目标87%，实际84%，低3个百分点，计1档 × 0.5分/档 = 0.5分"),
    (STARTED, EntryValues(actual=D("84")), "0.5", "目标87%，实际84%，低3个百分点，计1档 × 0.5分/档 = 0.5分"),
    (INSURED, EntryValues(actual=D("87")), "0", "目标87%，实际87%，达到目标，不扣分"),
    (CONTENT, EntryValues(actual=D(90)), "0", "满意度90%，在“达到90%”一档，不扣分"),
    (CONTENT, EntryValues(actual=D("89.99")), "1.0", "满意度89.99%，在“达到80%”一档，扣1.0分"),
    (CONTENT, EntryValues(actual=D("79.9")), "5.0", "满意度79.9%，不足80%，扣5.0分"),
    (OVERDUE, EntryValues(actual=D(12)), "5.0", "超期12天，在“达到10天”一档，扣5.0分"),
    (OVERDUE, EntryValues(actual=D(0)), "0", "超期0天，不足1天，不扣分"),
    (CLASSES, EntryValues(choice="二类"), "2.0", "二类：满分10.0分 − 得8.0分 = 扣2.0分"),
    (CLASSES, EntryValues(choice="一类"), "0", "一类：满分10.0分 − 得10.0分 = 扣0.0分"),
    (SECRET, EntryValues(met=True), "4.0", "未公示，本项4.0分全部扣除"),
    (STYLE, EntryValues(points=D("0.8")), "0.8", "在0.5—1.0分之间酌情扣0.8分"),
    (CONTACT, EntryValues(quantity=D(30)), "30.0", "无干部联系30户 × 1.0分/户 = 30.0分"),
    (AWARD, EntryValues(choice="县级", points=D(2)), "2.0", "县级加2.0分"),
    (AWARD, EntryValues(choice="镇认定", points=D("1.5")), "1.5", "镇认定加1.5分"),
    (CASES, EntryValues(choice="每例", quantity=D(3)), "3.0", "每例3例 × 1.0分/例 = 3.0分"),
    (DEBT, EntryValues(met=True), "0", "新增村级债务，取消评优资格，不计分"),
]

SENTENCES = [
    (rules.PerEvent(each=D(1), cap=D(6)), "每次扣1.0分，本项最多扣6.0分"),
    (ABSENT, "缺驻村每天扣1.0分，本项最多扣6.0分"),
    (MEETING, "无故缺席每次扣1.0分，迟到早退每次扣0.5分，本项最多扣4.0分"),
    (PLACE, "每处扣0.5分，扣完为止"),
    (VISITS, "走访每少1户扣0.5分，本项最多扣5.0分"),
    (CHECKS, "应督查4次，每少1次扣1.5分，扣完为止"),
    (INSURED, "参保率达到87%不扣分，每低3个百分点扣0.5分（不足3个百分点的不计），本项最多扣3.0分"),
    (STARTED, "参保率达到87%不扣分，每低3个百分点扣0.5分（不足3个百分点的按一档计），扣完为止"),
    (CONTENT, "满意度达到90%不扣分，达到80%扣1.0分，不足80%扣5.0分"),
    (OVERDUE, "超期达到10天扣5.0分，达到1天扣1.0分，不足1天不扣分"),
    (CLASSES, "一类得10.0分、二类得8.0分、三类得6.0分，与满分10.0分的差额扣除"),
    (SECRET, "未公示的，本项4.0分全部扣除"),
    (STYLE, "每次酌情扣0.5—1.0分，写明理由并由第二人确认，本项最多扣2.0分"),
    (CONTACT, "无干部联系每户扣1.0分，本项扣分不保底"),
    (AWARD, "县级每项加2.0分，镇认定每项加0.5—2.0分，本项每月最多加5.0分"),
    (DEBT, "新增村级债务的，取消评优资格（依据：示例文〔2018〕1号）"),
]


class TestRegistry:
    def test_eleven_types_with_short_codes(self):
        codes = [one.code for one in rules.RULE_TYPES]
        assert codes == [
            *("per_event", "per_place", "per_short", "rate", "ladder", "tier"),
            *("all", "range", "uncapped", "bonus", "veto"),
        ]
        assert [rule_type(code) for code in codes] == list(rules.RULE_TYPES)
        assert len({title for _, title in rules.RULE_CHOICES}) == 11

    def test_every_type_is_tried_here(self):
        assert set(BY_TYPE) == set(rules.RULE_TYPES)
        assert {type(case[0]) for case in BY_HAND} == set(rules.RULE_TYPES)
        assert {type(case[0]) for case in SENTENCES} == set(rules.RULE_TYPES)

    @pytest.mark.parametrize("cls", rules.RULE_TYPES, ids=lambda cls: cls.code)
    def test_parameters_are_the_fields(self, cls):
        """A form built from PARAMETERS asks for all there is, in Chinese."""
        assert {one.name for one in cls.PARAMETERS} == {field.name for field in fields(cls)}
        assert all(one.label.isascii() is False for one in cls.PARAMETERS)

    def test_unknown_code(self):
        with pytest.raises(KeyError):
            rule_type("nothing")


@pytest.mark.parametrize(("rule", "values", "points", "calculation"), BY_HAND)
def test_by_hand(rule, values, points, calculation):
    assert rule.points(values) == D(points)
    assert rule.calculation(values) == calculation


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES)
def test_catalogue_sentence(rule, sentence):
    assert rule.sentence() == sentence


@pytest.mark.parametrize("cls", rules.RULE_TYPES, ids=lambda cls: cls.code)
class TestWhateverTheFigures:
    @given(data=st.data())
    def test_points(self, cls, data):
        rule = data.draw(BY_TYPE[cls])
        values = data.draw(answers(rule))
        points = rule.points(values)
        assert isinstance(points, D)
        assert points >= 0
        assert points % D("0.1") == 0
        assert rule.points(values) == points
        assert rule.calculation(values) == rule.calculation(values)

    @given(data=st.data())
    def test_stored_and_read_again(self, cls, data):
        """Through JSON text, as the database keeps it: equal rule, equal answers, equal points."""
        rule = data.draw(BY_TYPE[cls])
        values = data.draw(answers(rule))
        again = rules.read_rule(cls.code, json.loads(json.dumps(rule.to_json())))
        answered = EntryValues.from_json(json.loads(json.dumps(values.to_json())))
        assert again == rule
        assert again.to_json() == rule.to_json()
        assert answered == values
        assert again.points(answered) == rule.points(values)
        assert again.sentence() == rule.sentence()

    @given(data=st.data())
    def test_no_figure_is_stored_as_a_float(self, cls, data):
        rule = data.draw(BY_TYPE[cls])
        text = json.dumps([rule.to_json(), data.draw(answers(rule)).to_json()])

        def refuse(found):
            raise AssertionError(found)

        json.loads(text, parse_float=refuse, parse_int=refuse)

    @given(data=st.data())
    def test_every_question_wants_its_answer(self, cls, data):
        rule = data.draw(BY_TYPE[cls])
        values = data.draw(answers(rule))
        for question in rule.asks():
            given = {field.name: getattr(values, field.name) for field in fields(values)} | {question.ask: None}
            with pytest.raises(BadEntry) as caught:
                rule.points(EntryValues(**given))
            assert question.ask in caught.value.errors

    @given(data=st.data())
    def test_nothing_that_is_not_asked(self, cls, data):
        rule = data.draw(BY_TYPE[cls])
        values = data.draw(answers(rule))
        strange = {"quantity": D(1), "target": D(1), "actual": D(1), "choice": "甲", "points": D(1), "met": True}
        for question in rule.asks():
            del strange[question.ask]
        for name, value in strange.items():
            given = {field.name: getattr(values, field.name) for field in fields(values)} | {name: value}
            with pytest.raises(BadEntry, match="不用填写"):
                rule.calculation(EntryValues(**given))

    @given(data=st.data())
    def test_sentences_are_the_offices(self, cls, data):
        rule = data.draw(BY_TYPE[cls])
        said = rule.sentence() + rule.calculation(data.draw(answers(rule)))
        assert not any(word in said for word in BANNED)
        assert "None" not in said
        assert "-" not in said  # the minus of the house is U+2212


class TestArithmetic:
    """Each type against a second way of working it out."""

    @given(rule=BY_TYPE[rules.PerPlace], data=st.data())
    def test_counting_adds_up_one_by_one(self, rule, data):
        values = data.draw(answers(rule))
        cost = next(case.each for case in rule.cases if values.choice in (None, case.name))
        assert rule.points(values) == sum((cost for _ in range(int(values.quantity))), D(0))

    @given(rule=BY_TYPE[rules.Rate], data=st.data())
    def test_rate_goes_down_step_by_step(self, rule, data):
        values = data.draw(answers(rule))
        level, steps = rule.target, 0
        while level - rule.step >= values.actual:
            level, steps = level - rule.step, steps + 1
        if rule.partial == "whole" and level > values.actual:
            steps += 1
        assert rule.points(values) == steps * rule.each

    @given(rule=BY_TYPE[rules.Ladder], data=st.data())
    def test_ladder_ends_are_where_they_are_written(self, rule, data):
        step = data.draw(st.sampled_from(rule.steps))
        assert rule.points(EntryValues(actual=step.at_least)) == step.cost
        lower = [one for one in rule.steps if one.at_least < step.at_least]
        if step.at_least > 0:
            below = max(lower).cost if lower else rule.otherwise
            assert rule.points(EntryValues(actual=step.at_least - D("0.01"))) == below

    @given(rule=BY_TYPE[rules.Ladder])
    def test_ladder_does_not_care_in_which_order_it_was_written(self, rule):
        turned = rules.Ladder(subject="满意度", unit="%", steps=rule.steps[::-1], otherwise=rule.otherwise)
        for step in rule.steps:
            values = EntryValues(actual=step.at_least)
            assert turned.points(values) == rule.points(values)
            assert turned.calculation(values) == rule.calculation(values)

    @given(rule=BY_TYPE[rules.Tier])
    def test_tier_keeps_what_it_says(self, rule):
        for award in rule.awards:
            assert rule.full - rule.points(EntryValues(choice=award.name)) == award.kept

    @given(rule=BY_TYPE[rules.PerShort], data=st.data())
    def test_short_is_never_negative(self, rule, data):
        values = data.draw(answers(rule))
        due = values.target if rule.target is None else rule.target
        assert rule.points(values) == rule.each * max(0, int(due - values.actual))

    @given(rule=any_rule, data=st.data())
    def test_cap_over_a_month(self, rule, data):
        """However many lines: together never more than the cap, and the cap is reached if there is enough."""
        lines = data.draw(st.lists(answers(rule).map(rule.points), max_size=6))
        counted = D(0)
        for points in lines:
            room = rule.room(counted)
            counted += points if room is None else min(points, room)
        if rule.month_cap is None:
            assert counted == sum(lines)
        else:
            assert counted == min(rule.month_cap, sum(lines))


class TestRefused:
    @pytest.mark.parametrize("value", [D("0.4"), D("1.1"), D("0.55")])
    def test_range_stays_within(self, value):
        with pytest.raises(BadEntry) as caught:
            STYLE.points(EntryValues(points=value))
        expected = "分值最小到0.1分" if value == D("0.55") else "分值应在0.5到1.0分之间"
        assert caught.value.errors == {Ask.POINTS: expected}

    def test_range_wants_a_reason_and_a_second_person(self):
        assert STYLE.wants_reason
        assert STYLE.wants_second_person
        assert not ABSENT.wants_second_person

    @pytest.mark.parametrize("value", [D(0), D("1.5"), D("-1")])
    def test_quantity(self, value):
        with pytest.raises(BadEntry, match="数量应为大于0的整数"):
            PLACE.points(EntryValues(quantity=value))

    def test_bonus_within_its_level(self):
        with pytest.raises(BadEntry, match="申报分值县级固定为"):
            AWARD.points(EntryValues(choice="县级", points=D("1.5")))
        with pytest.raises(BadEntry, match="请选择认定级别"):
            AWARD.points(EntryValues(choice="国家级", points=D(2)))

    def test_condition_has_to_be_met(self):
        for met in (None, False):
            with pytest.raises(BadEntry, match="属实才能登记"):
                SECRET.points(EntryValues(met=met))

    def test_more_than_the_column_holds(self):
        dear = rules.Uncapped(each=D(1000), unit="户")
        assert dear.points(EntryValues(quantity=D(9))) == 9000
        with pytest.raises(BadEntry, match="算得10,000"):
            dear.points(EntryValues(quantity=D(10)))

    def test_veto_is_off_until_switched_on(self):
        off = rules.Veto.from_json({"condition": "新增村级债务", "effect": "unqualified", "basis": "示例文〔2018〕1号"})
        assert off.enabled is False
        assert off.sentence() == "新增村级债务的，等次定为不合格（依据：示例文〔2018〕1号，未启用）"
        with pytest.raises(BadEntry, match="没有启用"):
            off.points(EntryValues(met=True))

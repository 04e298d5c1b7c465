"""A select drawn in Python is the one that Django's templates draw."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from lianzhen.pages.forms import PageForm, PinyinSelect
from lianzhen.pages.rendering import FormRenderer

ODD = "<b>\"甲\" & '乙'"


def drawn(html: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", html)


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=[("", "全部"), (1, "示例一村"), (2, ODD)]), 2),
        (forms.Select(choices=[("x", mark_safe("<i>斜</i>")), (ODD, "值")]), None),
        (forms.Select({"class": "a b", "required": True, "hidden": False, "data-x": ODD}, [(0, "零")]), 0),
        (forms.Select(choices=[("一片区", [(1, "甲"), (2, "乙")]), (ODD, [(3, "丙")]), (4, "丁")]), 3),
        (forms.SelectMultiple(choices=[(1, "甲"), (2, "乙"), (3, "丙")]), [1, 3]),
        (PinyinSelect(choices=[(None, "---------"), (1, "甲")]), 1),
        (forms.NullBooleanSelect(), True),
        (forms.Select(choices=[]), None),
    ],
)
def test_as_the_templates_draw_it(widget, value):
    mine, theirs = (
        widget.render("f<>", value, {"id": "id_f"}, renderer) for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert drawn(mine) == drawn(theirs)


def test_options_of_another_shape_are_left_to_their_template(monkeypatch):
    class Odd(forms.Select):
        option_template_name = "django/forms/widgets/input.html"

    widget = Odd(choices=[(1, "甲")])
    mine, theirs = (widget.render("f", 1, None, renderer) for renderer in (FormRenderer(), TemplatesSetting()))
    assert mine == theirs


class Plain(PageForm):
    words = forms.CharField(label="说明")
    one = forms.ChoiceField(label="结果", choices=[("a", "甲")])
    some = forms.MultipleChoiceField(label="名单", choices=[("a", "甲")])
    own = forms.CharField(label="事实", error_messages={"required": "请写明时间和地点"})


def test_forms_say_what_to_do_in_the_offices_words():
    nothing = Plain({})
    assert {name: said[0] for name, said in nothing.errors.items()} == {
        "words": "请填写说明",
        "one": "请选择结果",
        "some": "请选择名单",
        "own": "请写明时间和地点",
    }
    forged = Plain({"words": "x", "own": "y", "one": "b", "some": ["b"]})
    assert forged.errors["one"] == ["请从列出的选项中选择结果"]
    assert forged.errors["some"] == ["请从列出的选项中选择名单"]

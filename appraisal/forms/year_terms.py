"""The form of a version's rules for the year."""

from __future__ import annotations

from typing import Any

from django import forms

from appraisal.forms.schemes import parameter_field, parameter_text
from appraisal.models import Scheme
from appraisal.quarter_grades import BASES, GRADINGS
from appraisal.rules.parameters import BadParameters
from appraisal.year_facts import year_terms_of
from appraisal.year_terms import GRADING_CHOICES, OVER_QUOTA, YearTerms
from lianzhen.pages.forms import PageForm
from villages.forms.places import line


class YearTermsForm(PageForm):
    """When a year may begin, how its score is made and graded, how many teams may be 优秀."""

    month = forms.IntegerField(label="每年几月起开始", min_value=1, max_value=12)
    day = forms.IntegerField(label="几日起", min_value=1, max_value=31)
    basis = forms.ChoiceField(label="年度得分", choices=BASES, widget=forms.RadioSelect)
    grading = forms.ChoiceField(label="建议等次的办法", choices=GRADING_CHOICES, widget=forms.RadioSelect)
    excellent = line("限制比例的等次", 10, required=False, help_text="不填的，限制最好的一个等次。")
    quota = forms.IntegerField(
        label="最多占参加考核工作组的百分之几", min_value=0, max_value=100, help_text="按个数向下取整。"
    )
    over_quota = forms.ChoiceField(label="超过比例的", choices=OVER_QUOTA, widget=forms.RadioSelect)

    field_order = ("month", "day", "basis", "grading", "rows_score", "rows_share", "excellent", "quota", "over_quota")

    def __init__(self, *args: Any, record: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        terms = year_terms_of(record)
        month, day = terms.opens
        self.initial |= {"month": month, "day": day, "basis": terms.basis, "grading": terms.grading.code}
        self.initial |= {"excellent": terms.excellent, "quota": terms.quota, "over_quota": terms.over_quota}
        titles = dict(GRADING_CHOICES)
        for kind in GRADINGS:
            # Only the rows of the way that was chosen are read.
            field = parameter_field(kind.PARAMETERS[0], within=f"{titles[kind.code]}：")
            field.required = False
            self.fields[f"rows_{kind.code}"] = field
            if isinstance(terms.grading, kind):
                self.initial[f"rows_{kind.code}"] = parameter_text(kind.PARAMETERS[0], terms.grading.rows)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        code = data.get("grading") or ""
        given = {
            "opens": f"{data.get('month') or 0}-{data.get('day') or 0}",
            "basis": data.get("basis"),
            "grading": {"type": code, "rows": data.get(f"rows_{code}") or ""} if code else None,
            "excellent": data.get("excellent"),
            "quota": str(data["quota"]) if data.get("quota") is not None else "",
            "over_quota": data.get("over_quota"),
        }
        try:
            self.terms = YearTerms.from_json(given)
        except BadParameters as bad:
            for key, problem in bad.errors.items():
                # A field that is missing has said so already.
                if (name := self._field_of(key, code)) not in self.errors:
                    self.add_error(name, f"{problem}。")
        return data

    def _field_of(self, key: str, code: str) -> str:
        return {"opens": "day", "grading": f"rows_{code}"}.get(key, key)

    @property
    def values(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "year": self.terms.to_json()}

    def conflict_rows(self, theirs: Scheme) -> list[dict[str, Any]]:
        mine, now = self.terms.sentence(), year_terms_of(theirs).sentence()
        return [{"label": "年考核", "mine": mine, "theirs": now, "differs": mine != now}]

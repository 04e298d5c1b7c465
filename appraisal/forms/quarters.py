"""Forms of the quarter: its rules in a version of the scheme, the review of one team, the committee's decision."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from appraisal.forms.schemes import parameter_field, parameter_text
from appraisal.models import Payout, QuarterlyReview, Scheme, TeamReview
from appraisal.payouts import TO_CHOICES, Award, QuarterTerms, part_type
from appraisal.quarter_facts import quarter_terms_of
from appraisal.quarter_grades import BASES, GRADING_CHOICES, GRADINGS
from appraisal.rules.parameters import BadParameters
from lianzhen.pages.forms import PageForm
from villages.forms.places import line


# --- Rules of a version --------------------------------------------------------------------------
class QuarterTermsForm(PageForm):
    """How the score of a quarter is made, graded and paid. Awards are `p<number>_to`, `p<number>_<name>`;
    `added` is a type of award to begin with."""

    basis = forms.ChoiceField(label="季度得分", choices=BASES, widget=forms.RadioSelect)
    grading = forms.ChoiceField(label="建议等次的办法", choices=GRADING_CHOICES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, record: Scheme, added: str = "", **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        terms = quarter_terms_of(record)
        self.initial |= {"basis": terms.basis, "grading": terms.grading.code}
        for kind in GRADINGS:
            # Only the rows of the way that was chosen are read.
            field = parameter_field(kind.PARAMETERS[0], within=f"{kind.title}：")
            field.required = False
            self.fields[f"rows_{kind.code}"] = field
            if isinstance(terms.grading, kind):
                self.initial[f"rows_{kind.code}"] = parameter_text(kind.PARAMETERS[0], terms.grading.rows)
        awards: list[Award | None] = list(terms.awards)
        self.kinds = [type(one.part) for one in terms.awards]
        if added:
            self.kinds.append(part_type(added))
            awards.append(None)
        for number, (kind, award) in enumerate(zip(self.kinds, awards, strict=True)):
            self._add_award(number, kind, award)

    def _add_award(self, number: int, kind: Any, award: Award | None) -> None:
        name = f"{number + 1}. {kind.title}"
        self.fields[f"p{number}_to"] = forms.ChoiceField(label=f"{name}：兑现给谁", choices=TO_CHOICES)
        for one in kind.PARAMETERS:
            self.fields[f"p{number}_{one.name}"] = parameter_field(one, within=f"{name}：")
            if award is not None:
                self.initial[f"p{number}_{one.name}"] = parameter_text(one, getattr(award.part, one.name))
        if award is not None:
            self.initial[f"p{number}_to"] = award.to
        self.fields[f"p{number}_drop"] = forms.BooleanField(label=f"去掉“{name}”这一项", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        code = data.get("grading") or ""
        kept = [n for n in range(len(self.kinds)) if not data.get(f"p{n}_drop")]
        given = {
            "basis": data.get("basis"),
            "grading": {"type": code, "rows": data.get(f"rows_{code}") or ""} if code else None,
            "awards": [self._award(data, n) for n in kept],
        }
        try:
            self.terms = QuarterTerms.from_json(given)
        except BadParameters as bad:
            for key, problem in bad.errors.items():
                # A field that is missing has said so already.
                if (name := self._field_of(key, code, kept)) not in self.errors:
                    self.add_error(name, f"{problem}。")
        return data

    def _award(self, data: dict[str, Any], n: int) -> dict[str, Any]:
        values = {one.name: data.get(f"p{n}_{one.name}") for one in self.kinds[n].PARAMETERS}
        return {"to": data.get(f"p{n}_to"), "type": self.kinds[n].code, **values}

    def _field_of(self, key: str, code: str, kept: Sequence[int]) -> str:
        if key.startswith("awards."):
            _, place, name = key.split(".")
            return f"p{kept[int(place)]}_{name}"
        return f"rows_{code}" if key == "grading" else key

    @property
    def values(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "quarter": self.terms.to_json()}

    def conflict_rows(self, theirs: Scheme) -> list[dict[str, Any]]:
        other = quarter_terms_of(theirs)
        pairs = [
            ("季讲评", self.terms.review_sentence(), other.review_sentence()),
            ("季兑现", self.terms.payout_sentence(), other.payout_sentence()),
        ]
        return [{"label": name, "mine": mine, "theirs": now, "differs": mine != now} for name, mine, now in pairs]


# --- Review ------------------------------------------------------------------------------------------
class TeamReviewForm(PageForm):
    """讲评意见 and 等次 of one team, on the projector."""

    grade = forms.ChoiceField(label="等次", widget=forms.RadioSelect)
    reason = line("与建议不同的理由", 200, required=False, help_text="等次与建议相同的不用填。")
    note = line("讲评意见", 500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, record: TeamReview, grades: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["grade"].choices = [(name, name) for name in grades]


# --- Steps ---------------------------------------------------------------------------------------------
class QuarterStepForm(PageForm):
    """A step that asks nothing: its button says what it does."""


class QuarterBackForm(PageForm):
    reason = line("退回原因", 200)


class ApproveForm(PageForm):
    """`seen`: the total (元) on the page that was decided on."""

    seen = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=14, decimal_places=2)
    basis = line("依据", 200, help_text="党委会议纪要或文件的文号。")

    def __init__(self, *args: Any, record: QuarterlyReview, total: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial |= {"seen": total, "basis": record.basis}


class FurtherForm(PageForm):
    reason = line("补充原因", 300, help_text="例如：任职登记有误，已更正。")


class IssueReviewForm(PageForm):
    official_number = line(
        "发文字号",
        40,
        required=False,
        help_text="以镇党委、政府名义印发的，填写党政综合办编的文号，例如荷联发〔2018〕5号；不填则按普通材料印发。",
    )


class IssuePayoutForm(PageForm):
    """The list goes to the shelf as it stands."""


class DecideFurtherForm(PageForm):
    agrees = forms.TypedChoiceField(
        label="审定",
        choices=[("yes", "同意"), ("no", "不同意")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意"},
    )
    note = line("审定意见", 300, required=False, help_text="不同意的，请写明原因。")

    def __init__(self, *args: Any, record: Payout, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)

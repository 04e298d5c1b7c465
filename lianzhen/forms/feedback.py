"""Forms of 意见建议."""

from __future__ import annotations

from django import forms

from lianzhen.pages.forms import PageForm

LONGEST = 1000


def _words(label: str, missing: str, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": missing,
            "max_length": f"{label}不能超过%(limit_value)d字，现在是%(show_value)d字。",
        },
    )


class FeedbackForm(PageForm):
    text = _words("意见或建议", "请填写意见或建议", 6)
    page = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def clean_page(self) -> str:
        """Only an address of ours is kept; anything else would be a link to nowhere good."""
        page = self.cleaned_data["page"]
        return page if page.startswith("/") and not page.startswith("//") else ""


class AnswerForm(PageForm):
    answer = _words("答复", "请填写答复", 5)

"""Where the body decides, what is asked besides by forms whose ground is otherwise optional."""

from __future__ import annotations

from typing import TypeVar

from django import forms

from appraisal.as_body import MINUTES_ASKED
from lianzhen.accounts.verdicts import Verdict

AnyForm = TypeVar("AnyForm", bound=forms.Form)


def asking_minutes(form: AnyForm, verdict: Verdict, field: str = "note") -> AnyForm:
    """The form itself; where the verdict says that the body decides, the field is asked for and named after the
    minutes (会议纪要)."""
    if verdict.reason:
        asked = form.fields[field]
        asked.required, asked.label = True, "依据（会议纪要文号）"
        asked.help_text = "例如：荷党纪要〔2018〕9号。"
        asked.error_messages["required"] = MINUTES_ASKED
    return form

"""Issued papers about each village, and a template of the town, for the sweeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast

SERIAL = count(1)


def document_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act."""
    from appraisal.actions.document_templates import set_paper_settings, upload_template
    from appraisal.papers.shipped import shipped

    office = cast.users[Role.OFFICE]
    set_paper_settings(by=office, copies=60)
    template = upload_template(
        style="plain", name="镇里的模板", content=shipped("plain"), by=office, now=timezone.now()
    )
    papers = [issued(cast, village=village) for village in (cast.own, cast.other)]
    return {"documents": papers, "settings/papers/templates": [template, template]}


def issued(cast: Cast, *, now: datetime | None = None, rows: int = 2, **more: Any) -> Any:
    """A paper on the shelf, by the office and signed by its head. Each tells something of its own: what tells the same
    is not issued again."""
    from appraisal.actions.documents import issue
    from appraisal.papers.content import paragraph
    from appraisal.papers.sample import sample

    paper = sample("briefing", rows)
    paper = replace(paper, blocks=(*paper.blocks, paragraph(f"示例材料第{next(SERIAL)}份。")))
    facts = {"kind": "selfgov_result", "period": "2025", "year": 2025, "paper": paper, **more}
    by, lead = cast.users[Role.OFFICE], cast.users[Role.OFFICE_LEAD]
    return issue(signed_by=lead, by=by, now=now or timezone.now(), **facts)

"""Bulletins for the sweeps: a draft of the week and of the month of the sweep, and an issued one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import Cast

#: Of the addresses that the sweep fills in: 2026-W48, 2026-11; and a week before.
MONDAY, FIRST, EARLIER = date(2026, 11, 23), date(2026, 11, 1), date(2026, 11, 9)


def bulletin_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with: the draft, then the issued one. To be called inside an act."""
    draft = _bulletin(cast, "week", MONDAY)
    _bulletin(cast, "month", FIRST)
    rows = [draft, issued_bulletin(cast)]
    return {"bulletins": rows, "bulletins/blocks": [row.blocks.get(key="duty") for row in rows]}


def _bulletin(cast: Cast, kind: str, starts_on: date, **more: Any) -> Any:
    from appraisal.actions.bulletins import headings_of
    from appraisal.models import Bulletin, BulletinBlock
    from appraisal.papers.content import Column, Table, blocks_as_json, paragraph
    from appraisal.papers.content import row as cells

    row = Bulletin(kind=kind, starts_on=starts_on, title="关于联村工作情况的通报", **more)
    row.made_by = cast.users[Role.OFFICE]
    row.save()
    for position, (key, title) in enumerate(headings_of(kind).items(), start=1):
        table = Table((Column("村", 80), Column("实到（天）", 76)), (cells("示例一村", "2"),))
        auto = blocks_as_json((paragraph("没有需要说明的。"), *([table] if key == "duty" else [])))
        BulletinBlock(bulletin=row, key=key, title=title, position=position, auto=auto).save()
    return row


def issued_bulletin(cast: Cast) -> Any:
    """Of a week of its own, as the head of the office signed it."""
    from appraisal.models import IssuedDocument
    from appraisal.papers.content import Paper, as_json, paragraph

    lead, now = cast.users[Role.OFFICE_LEAD], timezone.now()
    document = IssuedDocument(
        kind="bulletin",
        year=2025,
        number=1,
        total_number=1,
        period="2026-W46",
        title="关于联村工作情况的通报",
        body=as_json(Paper("关于联村工作情况的通报", (paragraph("没有需要说明的。"),))),
        sha256="0" * 64,
        size=1,
        signed_at=now,
        signed_by=lead,
        issued_by=lead,
    )
    document.save()
    signed = {"submitted_at": now, "submitted_by": cast.users[Role.OFFICE], "signed_at": now, "signed_by": lead}
    return _bulletin(cast, "week", EARLIER, state="issued", document=document, **signed)

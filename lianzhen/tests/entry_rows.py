"""Deductions, bonuses, appeals and evidence of the own village and of the other, for the sweeps."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast


def entry_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with: deductions that the office recorded and told, claims of the leader (in
    the other village of somebody else) with a photo, appeals against further deductions."""
    from appraisal.actions import appeals, bonuses, entries

    scheme = a_scheme(cast)
    now = timezone.now()
    rows: dict[str, list[Any]] = {"deductions": [], "bonuses": [], "appeals": [], "evidence": []}
    for village, filer in ((cast.own, cast.users[Role.LEADER]), (cast.other, cast.outsider)):
        facts = {"village": village, "occurred_on": timezone.localdate(now) - timedelta(days=1), "now": now}

        def deduct(number: str, village_facts: dict[str, Any] = facts) -> Any:
            return entries.record_deduction(
                clause=scheme.clauses.get(number=number),
                answers={"quantity": "1"},
                fact="到村部未见到人。",
                by=cast.users[Role.OFFICE],
                **village_facts,
            ).entry

        rows["deductions"].append(deduct("B3"))
        claim = bonuses.claim_bonus(
            clause=scheme.clauses.get(number="G2"),
            answers={"choice": "镇认定", "points": "1"},
            fact="湘莲合作社带动十户。",
            files=[a_photo()],
            by=filer,
            **facts,
        ).entry
        rows["bonuses"].append(claim)
        rows["evidence"].append(claim.evidence.get())
        appeal = appeals.file_appeal(
            entry=deduct("B1"), reason="fact", text="当天有人值守，去向牌可以证明。", by=filer, now=now
        )
        rows["appeals"].append(appeal)
    return rows


def a_scheme(cast: Cast) -> Any:
    """The version in force; the shipped example where there is none."""
    from appraisal.actions import schemes
    from appraisal.models import Scheme

    found = Scheme.objects.adopted().first()
    if found is None:
        lead = cast.users[Role.OFFICE_LEAD]
        found = schemes.submit(scheme=schemes.install_example(by=lead), by=lead, today=timezone.localdate())
        first = (timezone.localdate() - timedelta(days=366)).replace(day=1)
        begin = min(first, date(2026, 1, 1))
        facts = {"month_from": begin, "basis": "荷党发〔2026〕1号", "adopted_on": START}
        found = schemes.adopt(scheme=found, today=timezone.localdate(), by=cast.users[Role.COMMITTEE], **facts)
    return found


def a_photo(name: str = "现场.png", colour: str = "teal") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")

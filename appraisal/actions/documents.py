"""印发: a paper is numbered, written, and kept as it was, with its checksum. Nothing afterwards changes it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Max

from appraisal.models import DocumentFile, IssuedDocument, PaperSettings
from appraisal.models.documents import issue_number
from appraisal.papers.content import OFFICIAL, Paper, as_json, says, texts
from appraisal.papers.responses import template_in_use
from appraisal.papers.word import write
from lianzhen.accounts.models import User
from lianzhen.town.models import Town
from lianzhen.trail import acting
from villages.models import Village

Kind = IssuedDocument.Kind
STAFF = IssuedDocument.Audience.STAFF
#: 荷联发〔2018〕5号: the year in 六角括号, no leading 0, no 第 (GB/T 9704-2012, 7.2.5).
OFFICIAL_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}〔(19|20)[0-9]{2}〕[1-9][0-9]{0,3}号")
NUMBER_FORM = "请按“荷联发〔2018〕5号”的格式填写发文字号：年份用六角括号〔〕，序号不编0，不加“第”。"


def next_number(kind: str, year: int) -> tuple[int, int]:
    """期号 and 总期号 that the next paper of a kind gets. Two queries, three for the bulletin, which goes on
    counting what was issued before the platform. Only `issue` takes it, under a lock."""
    rows = IssuedDocument.objects.filter(kind=kind)
    in_year = rows.filter(year=year).aggregate(last=Max("number"))["last"]
    total = rows.aggregate(last=Max("total_number"))["last"]
    if kind == Kind.BULLETIN:
        before = PaperSettings.current()
        in_year = in_year or (before.before_number if before.before_year == year else 0)
        total = max(total or 0, before.before_total)
    return (in_year or 0) + 1, (total or 0) + 1


def issue(
    *,
    kind: str,
    period: str,
    year: int,
    paper: Paper,
    signed_by: User,
    by: User,
    now: datetime,
    official_number: str = "",
    village: Village | None = None,
    audience: str = STAFF,
    corrects: IssuedDocument | None = None,
    numbered: bool = False,
) -> IssuedDocument:
    """Put a paper on the shelf. `numbered` takes the next 期号 of the kind and year and puts it into the masthead;
    an official paper needs its typed `official_number` (发文字号) instead.

    Raises `ValidationError` with what to do when the 发文字号 is missing, when what it corrects has been corrected,
    and when it tells what the last issue told (`unchanged`).
    """
    with acting(by=by, action="document.issue", label="印发文件"):
        # One after another: a number is never given twice and never left out.
        list(Town.objects.select_for_update().values_list("pk"))
        _refuse(kind, paper, official_number, corrects)
        if not official_number.strip() and (said := unchanged(kind, period, paper, village=village, corrects=corrects)):
            raise ValidationError(said)
        number, total = next_number(kind, year) if numbered else (None, None)
        paper = _numbered(paper, year, number, total, official_number)
        content = write(paper, template_in_use(paper.masthead.style), at=now)
        document = IssuedDocument(
            kind=kind,
            year=year,
            number=number,
            total_number=total,
            official_number=official_number.strip(),
            period=period,
            title=paper.title,
            body=as_json(paper),
            words="\n".join(text for text in texts(paper) if text),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            signed_at=now,
            signed_by=signed_by,
            issued_at=now,
            issued_by=by,
            corrects=corrects,
            village=village,
            audience=audience,
        )
        document.full_clean()
        document.save()
        DocumentFile.objects.create(document=document, content=content)
    return document


def _refuse(kind: str, paper: Paper, official_number: str, corrects: IssuedDocument | None) -> None:
    if problem := number_problem(official_number, needed=paper.masthead.style == OFFICIAL):
        raise ValidationError({"official_number": problem})
    if corrects is None:
        return
    if corrects.kind != kind:
        raise ValidationError("更正件应与原件是同一种文件。")
    later = corrects.corrections.first()
    if later is not None:
        raise ValidationError(f"{corrects}已由{later}更正，请更正最近的一期。")


def unchanged(
    kind: str, period: str, paper: Paper, *, village: Village | None = None, corrects: IssuedDocument | None = None
) -> str:
    """Why a paper is not issued again: it tells what was issued last. Empty where it differs or is the first; under
    another 发文字号 it may tell the same. One query where `corrects` is not at hand."""
    rows = IssuedDocument.objects.filter(kind=kind, period=period, village=village, title=paper.title)
    former = corrects or rows.order_by("-pk").first()
    if former is None or says(former.paper) != says(paper):
        return ""
    return f"内容与已印发的《{former.title}》相同，不用再印发。"


def further_words(issued: Sequence[IssuedDocument], same: str) -> list[str]:
    """What a further issue of a paper would be, said before it is made. `same`: that it tells nothing new."""
    if not issued:
        return []
    return [f"{same}填写发文字号的除外。" if same else f"已印发{len(issued)}次，再次印发作为更正件。"]


def number_problem(typed: str, *, needed: bool) -> str:
    """What is wrong with a typed 发文字号, or nothing. A number belongs to one paper. One query where one is typed."""
    typed = typed.strip()
    if not typed:
        return "红头公文须填写发文字号，由党政综合办编号。" if needed else ""
    if not OFFICIAL_NUMBER.fullmatch(typed):
        return NUMBER_FORM
    other = IssuedDocument.objects.filter(official_number=typed).values_list("title", flat=True).first()
    return f"{typed}已用于《{other}》，请向党政综合办核对发文字号。" if other else ""


def _numbered(paper: Paper, year: int, number: int | None, total: int | None, official_number: str) -> Paper:
    """The number goes where the masthead has its place for it."""
    if official_number.strip():
        return replace(paper, masthead=replace(paper.masthead, number=official_number.strip()))
    if number is None:
        return paper
    return replace(paper, masthead=replace(paper.masthead, number=issue_number(year, number, total)))

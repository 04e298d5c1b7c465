"""报头 and 报尾 as the town set them, for every kind of paper: no paper writes them a second way."""

from __future__ import annotations

from datetime import date

from appraisal.models import PaperSettings
from appraisal.papers.content import OFFICIAL, PLAIN, Ending, Masthead
from lianzhen.town.models import Town
from lianzhen.wording import full_date


def unit_name(settings: PaperSettings) -> str:
    """编印单位: as set, or the town's office. One query where it is not set."""
    return settings.issuing_unit or f"{town_name()}联村工作办"


def town_name() -> str:
    """Empty before the town has been set up. One query."""
    town = Town.objects.first()
    return town.name if town is not None else ""


def heads(style: str, day: date) -> tuple[Masthead, Ending]:
    """Masthead and ending of a paper of a day, without its number. Two queries at most.

    The bulletin names who compiles it and where copies go; an official paper is signed by the town; a plain one
    (tables to sign, forms) carries neither.
    """
    if style == PLAIN:
        return Masthead(), Ending()
    settings = PaperSettings.current()
    unit, written = unit_name(settings), full_date(day)
    if style == OFFICIAL:
        name = settings.official_name or f"{town_name()}联村工作领导小组文件"
        copied = (f"抄送：{settings.report_to}",) if settings.report_to else ()
        return Masthead(OFFICIAL, name), Ending(
            copied, unit, written, printed_by=unit, printed_on=written, copies=settings.copies or None
        )
    return Masthead(style, settings.bulletin_name, "", unit, written), Ending(
        settings.to_lines, copies=settings.copies or None
    )

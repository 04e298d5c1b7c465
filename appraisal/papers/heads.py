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


def official_name(settings: PaperSettings) -> str:
    """发文机关标志 in red: as set, or that of the town's leading group. One query where it is not set."""
    return settings.official_name or f"{town_name()}联村工作领导小组文件"


def town_name() -> str:
    """Empty before the town has been set up. One query."""
    town = Town.objects.first()
    return town.name if town is not None else ""


def heads(style: str, day: date, number: str = "") -> tuple[Masthead, Ending]:
    """Masthead and ending of a paper of a day; `number` is the 发文字号 where it is typed already. Three queries at
    most.

    The bulletin names who compiles it and where copies go; an official paper is signed by the agency that its red
    heading names, and printed by the town's office; a plain one (tables to sign, forms) carries neither.
    """
    if style == PLAIN:
        return Masthead(), Ending()
    settings = PaperSettings.current()
    unit, written = unit_name(settings), full_date(day)
    if style == OFFICIAL:
        name = official_name(settings)
        return Masthead(OFFICIAL, name, number, to=addressees(settings)), Ending(
            copied_to(settings), name.removesuffix("文件"), written, printed_by=unit, printed_on=written
        )
    return Masthead(style, settings.bulletin_name, number, unit, written), Ending(
        settings.to_lines, copies=settings.copies or None
    )


def signed(style: str, day: date) -> tuple[Masthead, Ending]:
    """As `heads`, of a paper that tells the town something: a plain one as well says who issues it and when."""
    masthead, ending = heads(style, day)
    if style == PLAIN:
        ending = Ending(unit=unit_name(PaperSettings.current()), day=full_date(day))
    return masthead, ending


def addressees(settings: PaperSettings) -> str:
    """主送机关: whom a briefing is distributed to, closed by a full-width colon."""
    return f"{(settings.distribute_to or '各村（社区）、各联村工作组').rstrip('。：')}："


def copied_to(settings: PaperSettings) -> tuple[str, ...]:
    """抄送机关: whom a briefing is reported and sent to, closed by a full stop."""
    names = "，".join(one.rstrip("。") for one in (settings.report_to, settings.send_to) if one)
    return (f"抄送：{names}。",) if names else ()

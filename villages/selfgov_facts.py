"""基本情况 of a village for its application, and what stands in the way or needs to be known before a decision."""

from __future__ import annotations

from datetime import date

from lianzhen.periods import Month
from lianzhen.wording import UNKNOWN, full_date, number
from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovApplication, SelfGovernance, Village

#: Whose account applies for the village.
HEADS = (CadreTerm.Position.SECRETARY, CadreTerm.Position.DIRECTOR)
FIGURES = (
    ("population", "人口", "人"),
    ("households", "户数", "户"),
    ("group_count", "村民小组", "个"),
    ("party_members", "党员", "名"),
)


def facts_of(village: Village, today: date) -> list[tuple[str, str]]:
    """What the register knows, in words. Four queries."""
    cadres = CadreTerm.objects.on(today).filter(village=village, position__in=HEADS).select_related("person")
    heads = {term.position: term.person.name for term in cadres}
    rows = [("村", village.name), ("片区", village.group.district_name if village.group else UNKNOWN)]
    for field, label, unit in FIGURES:
        value = getattr(village, field)
        rows.append((label, UNKNOWN if value is None else f"{number(value)}{unit}"))
    rows += [
        ("支部书记", heads.get(CadreTerm.Position.SECRETARY, UNKNOWN)),
        ("村主任", heads.get(CadreTerm.Position.DIRECTOR, UNKNOWN)),
        ("现在的管理方式", _management(village, today)),
    ]
    return rows


def _management(village: Village, today: date) -> str:
    term = SelfGovernance.objects.on(today).filter(village=village).first()
    if term is not None:
        posting = Posting.objects.on(today).filter(village=village).select_related("person").first()
        guided = f"，指导员{posting.person}" if posting else ""
        return f"{full_date(term.starts_on)}起村为主自治{guided}"
    team = LiaisonTeam.objects.on(today).filter(village=village).first()
    if team is None:
        return "未派联村工作组"
    leader = team.led_by(today)
    return f"联村工作组{f'，组长{leader}' if leader else '，暂无组长'}"


def scoring_words(kind: str, starts_on: date) -> str:
    """Which month is the last, or the first, that is scored."""
    month = Month.of(starts_on)
    if kind == SelfGovApplication.Kind.STOP:
        return f"自{month.title}起按月考核，联村工作组报送周报；{month.previous().title}及以前不补算。"
    return f"自{month.title}起不再按月考核，不再报送周报；{month.previous().title}及以前照常考核。"


def next_first(day: date) -> date:
    """The first of the month after the day."""
    return Month.of(day).next().start

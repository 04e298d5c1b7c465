"""Which step of a bulletin is due, and why another is not."""

from __future__ import annotations

from appraisal.models import Bulletin
from lianzhen.wording import step_closed

State = Bulletin.State


def not_due(bulletin: Bulletin, state: str) -> str:
    """Why a step that is taken in `state` cannot be taken now, or nothing."""
    return "" if bulletin.state == state else step_closed(bulletin, State, bulletin.state, state)


def correct_problem(wrong: Bulletin) -> str:
    """Why no further issue of it can be begun, or nothing. One query at most."""
    if told := not_due(wrong, State.ISSUED):
        return told
    if wrong.corrections.exclude(state=State.DROPPED).exists():
        return f"{wrong}的更正稿已经生成，请打开原来的。"
    return ""


def drop_problem(bulletin: Bulletin) -> str:
    """Why it cannot be dropped, or nothing."""
    if told := not_due(bulletin, State.DRAFT):
        return told
    return "" if bulletin.corrects_id else "只有更正稿可以撤销；这份草稿请直接修改，或逐段恢复自动。"

"""The six areas of work that the article names, and what a duty day may have been about besides.

Pure. Codes are stored and never change; the town names the areas of its scheme as it likes.
"""

from __future__ import annotations

#: 重点考核内容是基层党建、综治维稳、精准扶贫、环境整建、农业农村、安全生产 (the article).
WORK_AREAS = {
    "party": "基层党建",
    "peace": "综治维稳",
    "poverty": "精准扶贫",
    "environment": "环境整建",
    "farming": "农业农村",
    "safety": "安全生产",
}

#: What was done on a duty day, in the order of the page (design §8.1).
TOPICS = {
    "visitors": "接待群众",
    "households": "入户走访",
    **WORK_AREAS,
    "meeting": "会议",
    "other": "其他",
}


def topic_names(codes: list[str]) -> str:
    """接待群众、入户走访, in the order of the page."""
    return "、".join(name for code, name in TOPICS.items() if code in codes)

"""考核条款的规则类型: eleven small objects, in the order in which the 考核办法 lists them.

Pure: no ORM, no clock, no request. `RULE_TYPES` is the registry; `rule_type(code)` finds one;
`read_rule(code, parameters)` builds a rule from what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appraisal.rules.base import Kind, Rule
from appraisal.rules.counting import PerEvent, PerPlace, PerShort, Uncapped
from appraisal.rules.entries import Ask, BadEntry, EntryValues, Question
from appraisal.rules.judged import All, Bonus, Range, Veto, VetoEffect
from appraisal.rules.measured import Ladder, Rate, Tier
from appraisal.rules.parameters import BadParameters

__all__ = [
    "RULE_CHOICES",
    "RULE_TYPES",
    "All",
    "Ask",
    "BadEntry",
    "BadParameters",
    "Bonus",
    "EntryValues",
    "Kind",
    "Ladder",
    "PerEvent",
    "PerPlace",
    "PerShort",
    "Question",
    "Range",
    "Rate",
    "Rule",
    "Tier",
    "Uncapped",
    "Veto",
    "VetoEffect",
    "read_rule",
    "rule_type",
]

RULE_TYPES: tuple[type[Rule], ...] = (
    PerEvent,
    PerPlace,
    PerShort,
    Rate,
    Ladder,
    Tier,
    All,
    Range,
    Uncapped,
    Bonus,
    Veto,
)

#: For a field of a model: stored code and Chinese name.
RULE_CHOICES = [(one.code, one.title) for one in RULE_TYPES]

_BY_CODE = {one.code: one for one in RULE_TYPES}


def rule_type(code: str) -> type[Rule]:
    """The type with this stored code. KeyError when there is none: codes never change."""
    return _BY_CODE[code]


def read_rule(code: str, parameters: Mapping[str, Any]) -> Rule:
    """A rule from its code and the JSON of its parameters. BadParameters with a sentence per parameter."""
    return rule_type(code).from_json(parameters)

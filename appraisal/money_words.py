"""Moved to `lianzhen.money_words`, where the register finds it too."""

from lianzhen.money_words import money_words

__all__ = ["money_words"]

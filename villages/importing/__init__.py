"""What of the register can be imported."""

from lianzhen.importing.kinds import register
from villages.importing.people import People
from villages.importing.places import Villages


def register_kinds() -> None:
    for kind in (Villages(), People()):
        register(kind)

"""What of the register can be imported."""

from lianzhen.importing.kinds import register
from villages.importing.organizations import Organizations
from villages.importing.people import People
from villages.importing.places import Villages
from villages.importing.teams import Teams


def register_kinds() -> None:
    for kind in (Villages(), People(), Organizations(), Teams()):
        register(kind)

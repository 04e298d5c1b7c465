"""Who may do what with the working week. Read it aloud to the head of the township.

Rows first: every object here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from lianzhen.accounts.roles import Role

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
#: Who serves in a team.
TEAM = (Role.LEADER, Role.MEMBER)

"""Everything that changes grids. Keyword arguments, `by=`, one transaction, one act on the trail.

What happens to a grid's heads and areas is also noted on the grid, so that its page tells the whole story.
"""

from grids.actions.grids import add_grid, change_grid, end_grid, follow_village_code, return_grid, set_areas
from grids.actions.heads import (
    appoint_new_person,
    correct_head,
    end_head,
    heads_as_opened,
    replace_head,
)

__all__ = [
    "add_grid",
    "appoint_new_person",
    "change_grid",
    "correct_head",
    "end_grid",
    "end_head",
    "follow_village_code",
    "heads_as_opened",
    "replace_head",
    "return_grid",
    "set_areas",
]

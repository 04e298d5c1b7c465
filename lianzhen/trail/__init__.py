"""操作记录: who changed what, when, before and after, and why.

`acting` opens the only door through which tracked rows may be written; `track` puts a model behind
that door. The table itself refuses updates and deletes, in the database (`guards`).
"""

from lianzhen.trail.recording import UntrailedWrite, acting, track

__all__ = ["UntrailedWrite", "acting", "track"]

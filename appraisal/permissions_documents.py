"""Who may do what with papers. Read it aloud to the head of the township.

Rows first: every paper here has already been found through `visible_to(user)`.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.models import IssuedDocument
from appraisal.models.documents import STAFF
from appraisal.permissions import OFFICE
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import Verdict, only
from villages.visibility import VILLAGE_ROLES


def see_documents(user: User, record: Model | None = None) -> Verdict:
    """What was issued is for everybody who works for the town or a village."""
    return only(user, *STAFF)


def follow_figures(user: User, document: IssuedDocument | None = None) -> Verdict:
    """From a figure of a paper to its rows. Of one about the whole town: who may see the rows of every village; of
    one about a village: whoever works with that village, which is how the paper was found. The window knows all
    villages, and yet neither their duty nor their scores."""
    about_one = document is not None and document.village_id is not None
    return only(user, *TOWN_WIDE, *((Role.DISTRICT, *VILLAGE_ROLES) if about_one else ()))


def see_paper_settings(user: User, record: Model | None = None) -> Verdict:
    """报名, 编印单位 and templates."""
    return only(user, *TOWN_WIDE)


def keep_paper_settings(user: User, record: Model | None = None) -> Verdict:
    """The office prints the papers, and so keeps what stands on all of them."""
    return only(user, *OFFICE)


def draft_papers(user: User, record: Model | None = None) -> Verdict:
    """Drafts are the office's work."""
    return only(user, *OFFICE)


def sign_papers(user: User, record: Model | None = None) -> Verdict:
    """签发: the head of the office."""
    return only(user, Role.OFFICE_LEAD)

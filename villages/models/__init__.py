"""The register: who and where."""

from villages.models.charters import VillageCharter
from villages.models.organizations import OrganizationKind, OrganizationMember, SocialOrganization
from villages.models.party import PartyBranch, PartyGroup
from villages.models.people import CadreTerm, Person
from villages.models.places import LiaisonGroup, Speciality, Village, VillagerGroup
from villages.models.self_governance import SelfGovApplication, SelfGovRules
from villages.models.teams import DutyPlan, LiaisonTeam, Posting, SelfGovernance
from villages.models.work_budgets import BudgetUse, WorkBudget

#: Every model of the register stands behind the trail's door.
TRACKED = (
    LiaisonGroup,
    Village,
    Speciality,
    VillagerGroup,
    LiaisonTeam,
    Posting,
    DutyPlan,
    SelfGovernance,
    Person,
    CadreTerm,
    OrganizationKind,
    SocialOrganization,
    OrganizationMember,
    PartyBranch,
    PartyGroup,
    VillageCharter,
    SelfGovRules,
    SelfGovApplication,
    WorkBudget,
    BudgetUse,
)

__all__ = [model.__name__ for model in TRACKED] + ["TRACKED"]

from django.apps import AppConfig
from django.urls import reverse


class VillagesConfig(AppConfig):
    name = "villages"
    verbose_name = "台账"

    def ready(self) -> None:
        from lianzhen.accounts.standing import register_holdings
        from lianzhen.trail import guards, track
        from villages import models as m
        from villages import person_roles
        from villages.actions import merging_kinds, merging_service
        from villages.extensions import register_roles, register_row_page
        from villages.holdings import CADRES, FORMERS, POSTINGS
        from villages.importing import register_kinds
        from villages.merging import register_carried
        from villages.views import organization_tab, team_tab, village_tabs

        for model in m.TRACKED:
            track(model, leave_out=["pinyin", "initials", "phone_tail", "stored_as", "file_sha256"])
        # The conditions of an application are a copy of a version that has an entry of its own.
        track(m.SelfGovApplication, leave_out=["stored_as", "file_sha256", "conditions"])
        register_holdings(POSTINGS)
        register_holdings(CADRES)
        register_holdings(FORMERS)
        for source in (
            person_roles.postings,
            person_roles.cadre_terms,
            person_roles.memberships,
            person_roles.group_heads,
        ):
            register_roles(source)
        register_kinds()
        register_carried(
            merging_kinds.VillagerGroups,
            merging_kinds.Party,
            merging_kinds.Organizations,
            merging_kinds.Specialities,
            merging_kinds.Figures,
            merging_service.Cadres,
            merging_service.Teams,
            merging_service.SelfGoverned,
        )
        register_row_page(
            m.SelfGovApplication, lambda row: reverse("selfgov_application", args=[row.pk]), related=("village",)
        )
        village_tabs.register()
        team_tab.register()
        organization_tab.register()
        guards.no_overlap(m.LiaisonTeam, name="team_terms", keys=["village_id"])
        guards.no_overlap(
            m.SelfGovernance, name="selfgov_terms", keys=["village_id"], only_if="{row}.withdrawn_at IS NULL"
        )
        guards.no_overlap(m.DutyPlan, name="duty_plan_terms", keys=["team_id"])
        guards.no_overlap(m.CadreTerm, name="cadre_terms", keys=["person_id", "village_id", "position"])
        for target in ("team_id", "group_id", "village_id"):
            short = target.removesuffix("_id")
            guards.no_overlap(m.Posting, name=f"posting_{short}_person", keys=["person_id", target])
            guards.no_overlap(m.Posting, name=f"posting_{short}_lead", keys=[target], only_if="{row}.is_leader")
        guards.no_overlap(m.Posting, name="posting_village_one", keys=["village_id"])
        guards.no_overlap(m.OrganizationMember, name="org_member_terms", keys=["organization_id", "person_id"])
        guards.no_overlap(
            m.OrganizationMember,
            name="org_chair_terms",
            keys=["organization_id"],
            only_if="{row}.position = 'chair'",
        )

from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from grids.actions import follow_village_code
        from grids.actions.merging import Grids
        from grids.holdings import GRID_HEADS
        from grids.importing import register_kinds
        from grids.models import Grid, GridArea, GridHeadTerm
        from grids.person_roles import grid_heads
        from grids.views.village_tab import grids_dossier, village_grids
        from grids.village_column import GRID_COUNT
        from lianzhen.accounts.standing import register_holdings
        from lianzhen.trail import guards, track
        from villages import extensions
        from villages.merging import register_carried
        from villages.permissions import see_villages

        for model in (Grid, GridArea, GridHeadTerm):
            track(model)
        register_kinds()
        register_holdings(GRID_HEADS)
        guards.no_overlap(GridHeadTerm, name="grid_head_terms", keys=["grid_id"])
        extensions.register_roles(grid_heads)
        extensions.register_code_follower(follow_village_code)
        extensions.register_column(GRID_COUNT)
        register_carried(Grids)
        extensions.register_tab(
            extensions.VillageTab(
                key="grids",
                title="网格",
                template="grids/village_tab.html",
                build=village_grids,
                permission=see_villages,
                place=30,
                dossier=grids_dossier,
            )
        )

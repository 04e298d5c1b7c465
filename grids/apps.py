from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from grids.holdings import grid_head_holdings
        from grids.models import Grid, GridArea, GridHeadTerm
        from lianzhen.accounts.standing import register_holdings
        from lianzhen.trail import guards, track

        for model in (Grid, GridArea, GridHeadTerm):
            track(model)
        register_holdings(grid_head_holdings)
        guards.no_overlap(GridHeadTerm, name="grid_head_terms", keys=["grid_id"])

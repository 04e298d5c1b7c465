"""Pages of grids."""

from django.urls import path

from grids.views import grids, heads, lists

urlpatterns = [
    path("grids/", lists.grid_list, name="grid_list"),
    path("grids/coverage/", lists.grid_coverage, name="grid_coverage"),
    path("grids/new/", grids.grid_add, name="grid_add"),
    path("grids/<int:pk>/", grids.grid_page, name="grid"),
    path("grids/<int:pk>/history/", grids.grid_history, name="grid_history"),
    path("grids/<int:pk>/edit/", grids.grid_edit, name="grid_edit"),
    path("grids/<int:pk>/end/", grids.grid_end, name="grid_end"),
    path("grids/<int:pk>/return/", grids.grid_return, name="grid_return"),
    path("grids/<int:pk>/replace/", heads.grid_replace, name="grid_replace"),
    path("grids/<int:pk>/vacate/", heads.grid_vacate, name="grid_vacate"),
    path("grids/terms/<int:pk>/edit/", heads.grid_term_edit, name="grid_term_edit"),
]

"""All addresses of the platform."""

from django.contrib import admin
from django.urls import include, path

from lianzhen.views import home, search

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("", include("lianzhen.page_urls")),
    path("", include("villages.urls")),
    path("", include("grids.urls")),
    path("", include("appraisal.urls")),
    path("admin/", admin.site.urls),
]

handler403 = "lianzhen.views.errors.not_allowed"
handler404 = "lianzhen.views.errors.not_found"
handler500 = "lianzhen.views.errors.broken"

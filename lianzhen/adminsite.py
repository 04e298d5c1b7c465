"""The admin panel of the party committee."""

from django.contrib import admin


class TownAdminSite(admin.AdminSite):
    site_header = "荷叶镇联村工作平台 管理面板"
    site_title = "管理面板"
    index_title = "全镇一览"

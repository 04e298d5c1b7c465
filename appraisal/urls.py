"""Pages of the working week."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

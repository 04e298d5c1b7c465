"""Pages of the register."""

from django.urls import path

from villages.views import people

urlpatterns = [
    path("people/", people.person_list, name="person_list"),
    path("people/new/", people.person_add, name="person_add"),
    path("people/<int:pk>/", people.person_page, name="person"),
    path("people/<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/phone/", people.person_phone, name="person_phone"),
    path("people/<int:pk>/end/", people.person_end, name="person_end"),
    path("people/<int:pk>/return/", people.person_return, name="person_return"),
]

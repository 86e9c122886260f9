"""Addresses of the identities of the practice: doubles, pairs, what to assign. Ids only."""

from django.urls import path

from carnet.web.identity import later, views

app_name = "identity"

urlpatterns = [
    path("", views.home, name="home"),
    path("doubles/look", views.look, name="look"),
    path("doubles", views.doubles, name="doubles"),
    path("<str:one>/<str:other>", views.pair, name="pair"),
    path("<str:one>/<str:other>/merge", views.merge, name="merge"),
    path("<str:one>/<str:other>/separate", views.separate, name="separate"),
    path("<str:one>/<str:other>/apart", views.apart, name="apart"),
    path("<str:one>/<str:other>/again", views.again, name="again"),
    path("<str:one>/<str:other>/later", later.page, name="later"),
    path("<str:one>/<str:other>/later/assign", later.assign, name="assign"),
]

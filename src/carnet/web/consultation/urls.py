"""Addresses of a note being written. Ids only."""

from django.urls import path

from carnet.web.consultation import margin, views

app_name = "consultation"

urlpatterns = [
    path("open", views.open, name="open"),
    path("amend", views.amend, name="amend"),
    path("restore", views.restore, name="restore"),
    path("take", views.take, name="take"),
    path("<str:draft>", views.note, name="note"),
    path("<str:draft>/draft", views.save, name="save"),
    path("<str:draft>/offers", margin.offers, name="offers"),
    path("<str:draft>/offers/mark", margin.mark, name="mark"),
    path("<str:draft>/sign", views.sign, name="sign"),
    path("<str:draft>/drop", views.drop, name="drop"),
]

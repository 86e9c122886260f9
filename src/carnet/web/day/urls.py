"""Addresses of *Ma journée*."""

from django.urls import path
from django.views.generic import RedirectView

from carnet.web.day import views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="day"), name="home"),
    path("day", views.day, name="day"),
    path("day/tasks", views.add_task, name="day_task_add"),
    path("day/tasks/<str:id>/done", views.complete_task, name="day_task_done"),
    path("day/tasks/<str:id>/again", views.reopen_task, name="day_task_again"),
]

"""Addresses of the record. Ids only: no name and no clinical word, ever."""

from django.urls import path

from carnet.web.patient import documents, identity, insi, problems, received, views

app_name = "patient"

urlpatterns = [
    path("new", identity.new, name="new"),
    path("problem/undo", problems.undo, name="problem_undo"),
    path("<str:id>/problem/<str:condition>", problems.move, name="problem"),
    path("<str:id>", views.record, name="record"),
    path("<str:id>/edit", identity.edit, name="edit"),
    path("<str:id>/insi", insi.answer, name="insi"),
    path("<str:id>/insi/ask", insi.ask, name="insi_ask"),
    path("<str:id>/results", views.measures, name="results"),
    path("<str:id>/note/<str:composition>", views.note, name="note"),
    path("<str:id>/task/<str:task>/done", views.task_done, name="task_done"),
    path("<str:id>/received", received.page, name="received"),
    path("<str:id>/received/take-up", received.take_up, name="take_up"),
    path("<str:id>/received/dismiss", received.dismiss, name="dismiss"),
    path("<str:id>/received/undo", received.undo, name="undo"),
    path("<str:id>/documents", documents.add, name="add_document"),
    path("<str:id>/document/<str:document>", documents.document, name="document"),
    path("<str:id>/document/<str:document>/shown/<int:part>", documents.shown, name="document_shown"),
    path("<str:id>/document/<str:document>/original", documents.original, name="document_original"),
]

"""The one form of *Ma journée*: a task in a sentence, perhaps for a day."""

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.actions.task import LONGEST


class TaskForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("Écrivez ce qu’il y a à faire.")}
    )
    due = forms.DateField(required=False)
    patient = forms.CharField(max_length=64, required=False)

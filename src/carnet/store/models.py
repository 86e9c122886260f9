"""The tables of the record. Rows are read and written with plain SQL in this package; the models give the
schema and the migrations for both engines."""

from __future__ import annotations

from django.db import models

from carnet.store.search.tables import (
    Alias,
    Date,
    Finder,
    FinderPart,
    FinderWord,
    Number,
    Quantity,
    Reference,
    String,
    Token,
    Uri,
)

__all__ = [
    "Alias",
    "Audit",
    "Blob",
    "Date",
    "Draft",
    "Finder",
    "FinderPart",
    "FinderWord",
    "History",
    "Mark",
    "Number",
    "Quantity",
    "Reference",
    "Refusal",
    "Resource",
    "String",
    "Tally",
    "Token",
    "Uri",
]


class Resource(models.Model):
    """The current version of each resource; `updated` in microseconds, `subject` the patient it belongs to."""

    id = models.BigAutoField(primary_key=True)
    type = models.TextField()
    fhir_id = models.TextField()
    version = models.IntegerField()
    subject = models.TextField(null=True)
    updated = models.BigIntegerField()
    deleted = models.BooleanField(default=False)
    body = models.BinaryField()

    class Meta:
        db_table = "store_resource"
        constraints = [models.UniqueConstraint(fields=["type", "fhir_id"], name="store_resource_ref")]
        indexes = [
            models.Index(fields=["subject", "type", "updated"], name="store_resource_subject"),
            models.Index(fields=["type", "updated"], name="store_resource_updated"),
        ]


class History(models.Model):
    """Superseded versions only."""

    id = models.BigAutoField(primary_key=True)
    resource = models.BigIntegerField()
    version = models.IntegerField()
    updated = models.BigIntegerField()
    deleted = models.BooleanField(default=False)
    body = models.BinaryField()

    class Meta:
        db_table = "store_history"
        constraints = [models.UniqueConstraint(fields=["resource", "version"], name="store_history_version")]
        indexes = [models.Index(fields=["updated"], name="store_history_updated")]


class Draft(models.Model):
    """A note being written: one per actor, patient and composition; compare-and-set on `revision`."""

    id = models.TextField(primary_key=True)
    actor = models.TextField()
    patient = models.TextField()
    composition = models.TextField(null=True)
    revision = models.IntegerField()
    text = models.TextField()
    opened = models.BigIntegerField()
    updated = models.BigIntegerField()

    class Meta:
        db_table = "store_draft"
        indexes = [models.Index(fields=["actor", "updated"], name="store_draft_actor")]


class Mark(models.Model):
    """What a person said of one offer beside a draft; gone with the draft."""

    id = models.BigAutoField(primary_key=True)
    draft = models.TextField()
    key = models.TextField()
    verdict = models.TextField()
    fact = models.TextField()

    class Meta:
        db_table = "store_mark"
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="store_mark_key")]


class Refusal(models.Model):
    """A term that is not to be offered again for this patient."""

    id = models.BigAutoField(primary_key=True)
    subject = models.TextField()
    term = models.TextField()

    class Meta:
        db_table = "store_refusal"
        constraints = [models.UniqueConstraint(fields=["subject", "term"], name="store_refusal_term")]


class Tally(models.Model):
    """How often a term was accepted and refused in this practice; it never leaves it."""

    term = models.TextField(primary_key=True)
    accepted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)

    class Meta:
        db_table = "store_tally"


class Audit(models.Model):
    """One row per action; `mac` chains it to the row before."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    actor = models.TextField()
    role = models.TextField()
    purpose = models.TextField()
    action = models.TextField()
    outcome = models.TextField()
    patient = models.TextField(null=True)
    entities = models.TextField()
    mac = models.BinaryField()

    class Meta:
        db_table = "store_audit"
        indexes = [
            models.Index(fields=["patient", "seq"], name="store_audit_patient"),
            models.Index(fields=["action", "actor", "seq"], name="store_audit_action"),
        ]


class Blob(models.Model):
    """The documents kept beside the database: name (HMAC of the content) and size in bytes."""

    name = models.TextField(primary_key=True)
    size = models.BigIntegerField()
    kept = models.BigIntegerField()

    class Meta:
        db_table = "store_blob"

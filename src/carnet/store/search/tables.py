"""The index tables: one per kind of value, filled by `write`, read by `compile`. Rows are never updated.

A row's key is its resource's key times SLOTS plus a number, so that all rows of a resource lie side by side:
deleting them, or testing one of them for a given resource, is a range of the primary key and needs no further
index. `ordinal` is 0 for what hangs on the resource itself, and i + 1 inside item i of a top-level list; the
components of a composite match when their ordinals are equal."""

from __future__ import annotations

from django.db import models

from carnet.store.search.columns import PlainText, RowKey

SLOTS = 1 << 20


class Token(models.Model):
    """Codes and identifiers. `system` is a number (see keys.system); `text` the folded display, for :text."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    system = models.BigIntegerField()
    code = PlainText(null=True)
    text = PlainText(null=True)

    class Meta:
        db_table = "store_token"
        indexes = [models.Index(fields=["param", "code", "system", "resource"], name="store_token_code")]


class String(models.Model):
    """Names, addresses, titles: folded for searching, and as written for :exact."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    folded = PlainText()
    exact = PlainText()

    class Meta:
        db_table = "store_string"
        indexes = [models.Index(fields=["param", "folded", "resource"], name="store_string_folded")]


class Date(models.Model):
    """Moments and periods as half-open [low, high) in microseconds since 1970, UTC."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()

    class Meta:
        db_table = "store_date"
        # `high` first: every prefix but lt and le bounds it from below, and people look for recent things.
        indexes = [models.Index(fields=["param", "high", "low", "resource"], name="store_date_high")]


class Reference(models.Model):
    """References. `target` is the id, or the whole URL (never a valid id) when it is not of this record."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    type = PlainText()
    target = PlainText()
    version = PlainText(null=True)

    class Meta:
        db_table = "store_reference"
        indexes = [
            models.Index(fields=["param", "target", "type", "resource"], name="store_reference_target")
        ]


class Quantity(models.Model):
    """Amounts as closed [low, high]; a negative `param` holds the same amount in its canonical unit."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    low = models.FloatField()
    high = models.FloatField()
    system = models.BigIntegerField()
    code = PlainText(null=True)
    unit = PlainText(null=True)

    class Meta:
        db_table = "store_quantity"
        indexes = [models.Index(fields=["param", "low", "high", "resource"], name="store_quantity_low")]


class Number(models.Model):
    """Plain numbers as closed [low, high]."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        db_table = "store_number"
        indexes = [models.Index(fields=["param", "low", "high", "resource"], name="store_number_low")]


class Uri(models.Model):
    """URIs, as written."""

    id = RowKey(primary_key=True)
    resource = models.BigIntegerField()
    param = models.IntegerField()
    ordinal = models.IntegerField()
    value = PlainText()

    class Meta:
        db_table = "store_uri"
        indexes = [models.Index(fields=["param", "value", "resource"], name="store_uri_value")]


class Alias(models.Model):
    """Merged identities: the patient `old_id` is now `new_id`. References keep the old id; queries read both."""

    old_id = PlainText(primary_key=True)
    new_id = PlainText()

    class Meta:
        db_table = "store_alias"
        indexes = [models.Index(fields=["new_id"], name="store_alias_new")]


class Finder(models.Model):
    """One row per patient who can be found: `id` grows at each change, so that the latest changed come first;
    `terms` as patient_terms makes them. Their full-text table is in finder_schema."""

    id = models.BigAutoField(primary_key=True)
    resource = models.BigIntegerField(unique=True)
    patient = PlainText()
    terms = PlainText()

    class Meta:
        db_table = "store_finder"
        indexes = [models.Index(fields=["patient"], name="store_finder_patient")]


class FinderWord(models.Model):
    """Each different word of a name that any patient ever bore, to find it again through a typing error."""

    word = PlainText(primary_key=True)

    class Meta:
        db_table = "store_finder_word"


class FinderPart(models.Model):
    """The ends of those words, to find a name by its middle."""

    id = models.BigAutoField(primary_key=True)
    part = PlainText()
    word = PlainText()

    class Meta:
        db_table = "store_finder_part"
        indexes = [models.Index(fields=["part", "word"], name="store_finder_part_part")]

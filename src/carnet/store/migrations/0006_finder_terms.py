from django.db import migrations

from carnet.store.search import reindex


def fill(apps, schema_editor):
    reindex.finder()


class Migration(migrations.Migration):
    """The finder again: fewer terms of each patient, the index in one piece."""

    dependencies = [
        ('store', '0005_merging'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

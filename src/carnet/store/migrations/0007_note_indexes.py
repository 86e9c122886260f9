from django.db import migrations

from carnet.store.search import fulltext_schema


class Migration(migrations.Migration):
    """On PostgreSQL, the words of notes and documents apart from those of all else."""

    dependencies = [
        ('store', '0006_finder_terms'),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: fulltext_schema.index_notes(schema_editor),
            lambda apps, schema_editor: fulltext_schema.forget_notes(schema_editor),
        ),
    ]

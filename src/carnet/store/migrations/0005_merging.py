from django.db import migrations

from carnet.store.search import fulltext_merge


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0004_offers'),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: fulltext_merge.own(schema_editor),
            migrations.RunPython.noop,
        ),
    ]

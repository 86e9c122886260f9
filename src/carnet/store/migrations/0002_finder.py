import carnet.store.search.columns
from django.db import migrations, models

from carnet.store.search import reindex
from carnet.store.search.finder_schema import create_finder, drop_finder


def fill(apps, schema_editor):
    reindex.finder()
    reindex.notes()


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Finder',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('resource', models.BigIntegerField(unique=True)),
                ('patient', carnet.store.search.columns.PlainText()),
                ('terms', carnet.store.search.columns.PlainText()),
            ],
            options={
                'db_table': 'store_finder',
                'indexes': [models.Index(fields=['patient'], name='store_finder_patient')],
            },
        ),
        migrations.CreateModel(
            name='FinderPart',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('part', carnet.store.search.columns.PlainText()),
                ('word', carnet.store.search.columns.PlainText()),
            ],
            options={
                'db_table': 'store_finder_part',
                'indexes': [models.Index(fields=['part', 'word'], name='store_finder_part_part')],
            },
        ),
        migrations.CreateModel(
            name='FinderWord',
            fields=[
                ('word', carnet.store.search.columns.PlainText(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'store_finder_word',
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: create_finder(schema_editor),
            lambda apps, schema_editor: drop_finder(schema_editor),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

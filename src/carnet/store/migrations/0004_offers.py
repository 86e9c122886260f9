from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0003_history_updated'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('draft', models.TextField()),
                ('key', models.TextField()),
                ('verdict', models.TextField()),
                ('fact', models.TextField()),
            ],
            options={
                'db_table': 'store_mark',
                'constraints': [models.UniqueConstraint(fields=('draft', 'key'), name='store_mark_key')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subject', models.TextField()),
                ('term', models.TextField()),
            ],
            options={
                'db_table': 'store_refusal',
                'constraints': [models.UniqueConstraint(fields=('subject', 'term'), name='store_refusal_term')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('term', models.TextField(primary_key=True, serialize=False)),
                ('accepted', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'store_tally',
            },
        ),
    ]

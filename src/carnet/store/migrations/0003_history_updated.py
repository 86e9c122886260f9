from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0002_finder'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='history',
            index=models.Index(fields=['updated'], name='store_history_updated'),
        ),
    ]

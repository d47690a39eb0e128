from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0006_reminder_pause'),
    ]

    operations = [
        migrations.AddField(
            model_name='projectresult',
            name='kpis_preliminary',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='projectresult',
            name='kpis_valued',
            field=models.PositiveIntegerField(default=0),
        ),
    ]

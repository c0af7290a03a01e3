from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_import_flow")]

    operations = [
        migrations.CreateModel(
            "DocumentCounter",
            [
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("series", models.CharField(max_length=10)),
                ("year", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("series", "year"), name="documentcounter_once_a_year"),
                ],
            },
        ),
    ]

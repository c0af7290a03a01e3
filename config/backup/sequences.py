"""The last id that each table has given out: an id of something deleted is not given to something new."""

from django.core.management.color import no_style
from django.db.models import AutoField, BigAutoField, SmallAutoField


def counted(models) -> dict[str, str]:
    """The column with the automatic id, by table."""
    automatic = (AutoField, BigAutoField, SmallAutoField)
    return {model._meta.db_table: model._meta.pk.column for model in models if isinstance(model._meta.pk, automatic)}


def last_ids(connection, models) -> dict[str, int]:
    columns = counted(models)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {table: last for table, last in sorted(cursor.fetchall()) if last and table in columns}
        last = {}
        for table, column in columns.items():
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {cursor.fetchone()[0]}")
            last[table] = cursor.fetchone()[0]
        return last


def set_last_ids(connection, models, last: dict[str, int]) -> None:
    """Go on counting where the backup stood; never below an id that is there."""
    columns = counted(models)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        for table, number in last.items():
            if not number or table not in columns:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [number, table])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            else:
                sequence = "pg_get_serial_sequence(%s, %s)"
                cursor.execute(f"SELECT {sequence}", [f'"{table}"', columns[table]])
                name = cursor.fetchone()[0]
                cursor.execute(f"SELECT setval('{name}', greatest(last_value, %s)) FROM {name}", [number])

"""Rows that prove each other: each carries a hash over itself and the row before it of the same record.

Whoever changes, erases or inserts a row past the program breaks the chain at that place; the last hash of a record
(its head) stands with the record, so that the end of a chain cannot be cut off either. Who owns the database can
compute everything anew: only a head that was written down elsewhere tells of that.

A hash reads `1:…`: the number is the version of the scheme, which names the columns that it covers. Rows keep the
version that they were written with. The text that is hashed is the same on every database: canonical JSON, times in
UTC with microseconds, money in cents, without what is NULL.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted

from django.db import connection, models

BATCH = 5000
PLAIN = {str, int}  # most values are


def canonical(value) -> str | int | None:
    """A value as it is hashed."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"  # in a fifth of strftime's time
    if isinstance(value, Decimal):
        return int(value.scaleb(2).to_integral_value())
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int) else str(value)


@dataclass
class Found:
    """What reading a whole chain found: the id of the first row that is wrong, and the last hash of each record.

    `levels`: what each record that still is there came to with its last row (money in cents), if the chain is one of
    such changes.
    """

    heads: dict[int, str] = field(default_factory=dict)
    levels: dict[int, list[int]] = field(default_factory=dict)
    rows: int = 0
    broken_row: int | None = None

    def head(self) -> str:
        """One line for all chains together, to be written down elsewhere."""
        digest = hashlib.sha256()
        for key, last in sorted(self.heads.items()):
            digest.update(f"{key} {last}\n".encode())
        return f"{self.rows}-{digest.hexdigest()}"


class HashChain:
    """The scheme of one table: the column that names the record, and the columns that a hash covers, by version.

    Rows that say from what to what something went may name the `levels`: the column of the record (NULL when that is
    gone), and for each thing those of what was before and what is after (NULL: nothing). Then each row also has to
    begin where the one before it ended.
    """

    def __init__(
        self,
        key: str,
        versions: Mapping[int, tuple[str, ...]],
        levels: tuple[str, *tuple[tuple[str, str], ...]] = ("",),
    ):
        self.key, self.versions, self.latest = key, versions, max(versions)
        self.record, *self.levels = levels
        names = {name for names in versions.values() for name in names} | {
            name for pair in self.levels for name in pair
        }
        self.names = sorted(names | {key, self.record or key})
        # Where each column of a version stands among all names, and how its pair begins in JSON.
        self.pairs = {
            version: [(self.names.index(name), f'"{name}":') for name in sorted(names)]
            for version, names in versions.items()
        }

    def link(self, row: models.Model, previous: str | None) -> str:
        """The hash of a row that is about to be written behind the one with the hash `previous` (None: the first)."""
        known = row.__dict__
        return self.hash_of(self.latest, [canonical(known[name]) for name in self.names], previous)

    def hash_of(self, version: int, values: Sequence, previous: str | None) -> str:
        """The hash of these canonical values of `names`. (What json.dumps makes of them, in half the time.)"""
        parts = [
            begin + (quoted(value) if type(value) is str else str(value))
            for place, begin in self.pairs[version]
            if (value := values[place]) is not None
        ]
        text = f"{previous}:{{{','.join(parts)}}}"
        return f"{version}:{hashlib.sha256(text.encode()).hexdigest()}"

    def verify(self, model: type[models.Model]) -> Found:
        """Read every row once; stop at the first that is not what was written, or does not follow the one before it."""
        found = Found()
        heads, place, follows = found.heads, self.names.index(self.key), self.follows(found.levels)
        for values, row_hash, pk in self.read(model):
            key, number = values[place], row_hash.partition(":")[0]
            version = int(number) if number.isdecimal() else 0
            if (
                version not in self.versions
                or self.hash_of(version, values, heads.get(key)) != row_hash
                or not follows(values)
            ):
                found.broken_row = pk
                break
            heads[key] = row_hash
            found.rows += 1
        return found

    def follows(self, reached: dict[int, list[int]]) -> Callable[[Sequence], bool]:
        """Whether a row begins where the one before it ended; `reached` learns where each ends."""
        if not self.levels:
            return lambda values: True
        record_place, nothing = self.names.index(self.record), [0] * len(self.levels)
        before, after = ([self.names.index(pair[end]) for pair in self.levels] for end in (0, 1))

        def follows(values: Sequence) -> bool:
            record = values[record_place]
            if record is None:
                return True
            begins_right = [values[place] or 0 for place in before] == reached.get(record, nothing)
            reached[record] = [values[place] or 0 for place in after]
            return begins_right

        return follows

    def heads(self, model: type[models.Model]) -> Found:
        """The last hash of each record as it stands there, without verifying any."""
        table = model._meta.db_table
        latest = f"SELECT max(id) FROM {table} GROUP BY {self.key}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self.key}, row_hash FROM {table} WHERE id IN ({latest})")
            heads = dict(cursor.fetchall())
        return Found(heads=heads, rows=model._base_manager.count())

    def read(self, model: type[models.Model], rows=None) -> Iterator[tuple[Sequence, str, int]]:
        """Canonical values, hash and id of each row in the order of writing. In SQL: a million rows take seconds."""
        fields = {model_field.attname: model_field for model_field in model._meta.concrete_fields}
        columns = ", ".join([*(in_sql(fields[name]) for name in self.names), "row_hash", "id"])
        for row in (rows or at_one_moment)(model._meta.db_table, columns):
            yield row, row[-2], row[-1]

    def hash_existing(self, model: type[models.Model]) -> dict[int, str]:
        """For a migration: give every row of a table without hashes its own; the head of each record."""
        heads: dict[int, str] = {}
        update = f"UPDATE {model._meta.db_table} SET row_hash = %s WHERE id = %s"
        hashed = []
        place = self.names.index(self.key)
        for values, _, pk in self.read(model, rows=while_written):
            key = values[place]
            heads[key] = self.hash_of(self.latest, values, heads.get(key))
            hashed.append((heads[key], pk))
            if len(hashed) == BATCH:
                write_many(update, hashed)
                hashed = []
        write_many(update, hashed)
        return heads


def at_one_moment(table: str, columns: str) -> Iterator[tuple]:
    """All rows by ascending id, as they are when this begins; others go on writing meanwhile."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def while_written(table: str, columns: str) -> Iterator[tuple]:
    """The same in pages, for whoever changes these rows on the way."""
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT {columns} FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}", [last])
            rows = cursor.fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][-1]


def in_sql(model_field: models.Field) -> str:
    """The SQL of a column in its canonical form."""
    column, kind = model_field.column, model_field.get_internal_type()
    if kind == "DecimalField":
        return f"CAST(ROUND({column} * 100) AS {'INTEGER' if connection.vendor == 'sqlite' else 'BIGINT'})"
    if kind == "BooleanField":
        return f"CAST({column} AS INTEGER)"
    if kind == "DateField":
        return f"to_char({column}, 'YYYY-MM-DD')" if connection.vendor == "postgresql" else f"CAST({column} AS TEXT)"
    if kind == "DateTimeField" and connection.vendor == "postgresql":
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    if kind == "DateTimeField":  # SQLite has text, without microseconds where there are none
        return f"replace({column}, ' ', 'T') || CASE length({column}) WHEN 19 THEN '.000000Z' ELSE 'Z' END"
    return column


def write_many(statement: str, parameters: list[tuple]) -> None:
    if parameters:
        with connection.cursor() as cursor:
            cursor.executemany(statement, parameters)

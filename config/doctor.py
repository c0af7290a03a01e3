"""What may be wrong with an installation, found without changing anything.

A check returns Findings. The database does the counting; at most a few names are read into memory.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import User
from config import checks, uploads
from config.backup import MANIFEST, applied_migrations, unknown_migrations
from config.backup.record import last_backup
from config.health import unapplied_migrations
from config.tables import missing_parts
from core.cache import cache_answers
from inventory.models import Product
from inventory.stock_check import stock_problem
from sales.account_check import account_problem
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.order_check import disagreeing_order, past_the_history, without_snapshot

MB = 1_000_000
BACKUP_IS_OLD = timedelta(days=2)
SHOWN = 3


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    level: Level
    text: str

    def __str__(self):
        return f"{self.level:<8} {self.text}"


def ok(text: str) -> Finding:
    return Finding(Level.OK, text)


def warning(text: str) -> Finding:
    return Finding(Level.WARNING, text)


def problem(text: str) -> Finding:
    return Finding(Level.PROBLEM, text)


def diagnose() -> Iterable[Finding]:
    """One finding after the other. Without the right tables, what is in them is not looked at."""
    applied = migrations()
    yield applied
    if applied.level == Level.OK:
        yield from map(run_check, RECORDS)
    yield from settings_checks()
    yield from map(run_check, INSTALLATION)


def run_check(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (DatabaseError, OSError) as error:
        return problem(f"{check.__name__.replace('_', ' ').capitalize()} could not be looked at: {error}")


def migrations() -> Finding:
    try:
        missing = unapplied_migrations()
    except DatabaseError as error:
        return problem(f"The database does not answer: {str(error).strip()}")
    if missing:
        return problem(f"{some(missing, len(missing), 'migration')} not applied: run `manage.py migrate`.")
    if unknown := unknown_migrations(connection, applied_migrations(connection)):
        return problem(f"{some(unknown, len(unknown), 'migration')} of a newer version applied: install that version.")
    return ok("All migrations are applied.")


def tables() -> Finding:
    first, count = first_of(missing_parts())
    if count:
        return problem(
            f"{some(first, count, 'part')} of the tables missing: what they guard is unguarded. Restore a backup into "
            "a new database."
        )
    return ok("The tables have all their columns, indexes, constraints and triggers.")


# The records


def stock() -> Finding:
    if wrong := stock_problem():
        return problem(f"{wrong} `manage.py check_stock --fix` writes what can be corrected.")
    return ok("The stock of every product is what its stock changes say.")


def sales() -> Finding:
    if number := disagreeing_order():
        return problem(f"{number} and the stock change log disagree about what was sold or given back.")
    return ok("What is confirmed was sold, and nothing else was.")


def accounts() -> Finding:
    if wrong := account_problem():
        return problem(wrong)
    return ok("What every customer owes is what their account and their orders say.")


def history() -> Finding:
    for model, field in ((Product, "stock_qty"), (Order, "status"), (User, "role"), (User, "is_active")):
        wrong = past_the_history(model, field)
        if first := wrong.first():
            return problem(
                f"{number_of(wrong.count(), str(model._meta.verbose_name))} of which the history does not know the "
                f"{model._meta.get_field(field).verbose_name} that it has, e.g. {first}: changed past the program, or "
                "the history was."
            )
    return ok("The history knows every product, order and person as they are.")


def admins() -> Finding:
    if User.objects.admins().active().exists():
        return ok("There is an active admin.")
    return problem("There is no active admin: run `manage.py createsuperuser`.")


def order_totals() -> Finding:
    wrong = Order.objects.disagreeing_with_lines()
    if first := wrong.first():
        return problem(
            f"{number_of(wrong.count(), 'order')} with a total that is not the sum of the lines: {first} says "
            f"{first.total_amount:.2f}, its lines come to {first.lines_total:.2f}."
        )
    return ok("The total of every order is the sum of its lines.")


def order_snapshots() -> Finding:
    wrong = without_snapshot()
    if first := wrong.first():
        return problem(f"{number_of(wrong.count(), 'order')} without the customer's name as it was then, e.g. {first}.")
    return ok("Every order knows its customer's name as it was then.")


def order_lines() -> Finding:
    wrong = OrderItem.objects.miscalculated()
    if first := wrong.select_related("order").first():
        return problem(
            f"{number_of(wrong.count(), 'order line')} with a total that is not quantity times price: "
            f"{first} of {first.order} says {first.total_price:.2f}, not {first.calculated:.2f}."
        )
    return ok("The total of every order line is quantity times price.")


def order_numbers() -> Finding:
    counters = {f"{day:%Y%m%d}": last for day, last in OrderNumberCounter.objects.values_list("day", "last")}
    for row in Order.objects.highest_numbers().iterator():
        if row["highest"] > (counter := counters.get(row["day"], 0)):
            return problem(
                f"The counter of order numbers of {row['day']} stands at {counter}, but there is a number "
                f"{row['highest']}: the next order of that day would be refused."
            )
    return ok("No order number is ahead of its counter.")


def missing_uploads() -> Finding:
    first, count = first_of(uploads.missing_files())
    if count:
        return problem(f"{some(first, count, 'record')} whose uploaded file is missing.")
    return ok("The file of every picture is there.")


def orphaned_uploads() -> Finding:
    first, count = first_of(uploads.orphaned_files())
    if count:
        return warning(f"{some(first, count, 'uploaded file')} that no record refers to.")
    return ok("Every uploaded file belongs to a record.")


# The installation


def settings_checks() -> Iterable[Finding]:
    """What config/checks.py says of the settings."""
    messages = run_checks(tags=[checks.TAG], include_deployment_checks=True)
    for message in messages:
        judge = problem if message.level >= ERROR else warning
        yield judge(" ".join(filter(None, [message.msg, message.hint])))
    if not messages:
        yield ok("The settings are fit for production.")


def backup_age() -> Finding:
    if not (last := last_backup()):
        return warning("No backup is known: run `manage.py backup FILE` every night.")
    made, file = last
    try:
        with zipfile.ZipFile(file) as archive:
            archive.getinfo(MANIFEST)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        return problem(f"The last backup cannot be read: {file} ({error}).")
    age = timezone.now() - made
    text = f"The last backup is {age.days} days and {age.seconds // 3600} hours old: {file}."
    return warning(text) if age > BACKUP_IS_OLD else ok(text)


def folders() -> Finding:
    """Tried with a file that has no name and is gone at once."""
    places = {"MEDIA_ROOT": settings.MEDIA_ROOT, "IMPORT_ROOT": storages["imports"].location}
    for name, place in places.items():
        try:
            Path(place).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            return problem(f"Nothing can be written to {name}, {place}: {error.strerror}.")
    return ok("Uploads and import files can be written.")


def shared_cache() -> Finding:
    if cache_answers():
        return ok("The cache answers.")
    return problem("The cache (CACHE_URL) does not answer: each process counts for itself.")


def disk_space() -> Finding:
    folders = {"the uploads": settings.MEDIA_ROOT}
    if connection.vendor == "sqlite":
        folders["the database"] = Path(connection.settings_dict["NAME"]).parent
    text, tight, full = [], False, False
    for what, folder in folders.items():
        folder = Path(folder).absolute()
        usage = shutil.disk_usage(next(place for place in [folder, *folder.parents] if place.exists()))
        text.append(f"{usage.free // MB:,} MB ({usage.free * 100 // usage.total} %) for {what}")
        full = full or usage.free < 100 * MB
        tight = tight or usage.free < 1000 * MB or usage.free * 20 < usage.total
    judge = problem if full else warning if tight else ok
    return judge(f"Free disk space: {', '.join(text)}.")


RECORDS = [
    tables,
    stock,
    sales,
    accounts,
    order_totals,
    order_lines,
    order_snapshots,
    order_numbers,
    history,
    admins,
    missing_uploads,
    orphaned_uploads,
]
INSTALLATION = [backup_age, folders, shared_cache, disk_space]


# In words


def number_of(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def some(first: list[str], count: int, noun: str) -> str:
    """`5 uploaded files (a.png, b.png, c.png, …)`"""
    return f"{number_of(count, noun)} ({', '.join(first[:SHOWN])}{', …' if count > SHOWN else ''})"


def first_of(names: Iterable[str]) -> tuple[list[str], int]:
    """The first few, and how many there are in all."""
    names = iter(names)
    first = list(islice(names, SHOWN))
    return first, len(first) + sum(1 for _ in names)

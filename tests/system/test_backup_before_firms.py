"""A backup of the version in which everybody had an e-mail and a first name (or was meant to) comes back whole."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Customer, User
from tests.tables import drop_tables

pytestmark = pytest.mark.usefixtures("committed_db")

BEFORE = [("accounts", "0001_initial"), ("core", "0002_firm_and_saved_views"), ("sales", "0001_initial")]


def migrate_to_before():
    """A database as the version before made it; its models."""
    drop_tables()
    ContentType.objects.clear_cache()
    others = {"admin", "axes", "sessions", "token_blacklist", "auth", "contenttypes"}
    executor = MigrationExecutor(connection)
    leaves = [key for key in executor.loader.graph.leaf_nodes() if key[0] in others]
    state = executor.migrate([*BEFORE, *leaves])
    return state.apps


def test_it_is_restored_and_everybody_has_a_name(tmp_path):
    apps = migrate_to_before()
    OldUser = apps.get_model("accounts", "User")
    for email, first, last in (
        ("boss@example.com", "", ""),
        ("lee@example.com", "", "Lee"),
        ("a@example.com", "A", "B"),
    ):
        OldUser.objects.create(email=email, role="CUSTOMER", first_name=first, last_name=last, password="!x")
    OldUser.objects.filter(email="boss@example.com").update(role="ADMIN")
    OldUser.objects.create(email="", role="CUSTOMER", first_name="Nobody", password="x", phone="+4930901820")
    call_command("backup", str(tmp_path / "before.zip"))

    drop_tables()
    ContentType.objects.clear_cache()
    call_command("restore", str(tmp_path / "before.zip"))

    assert [(str(user), user.email) for user in User.objects.order_by("pk")] == [
        ("boss@example.com", "boss@example.com"),
        ("Lee", "lee@example.com"),
        ("A B", "a@example.com"),
        ("Nobody", None),
    ]
    nobody = Customer.objects.get(email=None)
    assert (nobody.company, nobody.payment_days, nobody.credit_limit, nobody.can_sign_in) == ("", None, None, False)
    nobody.pk = None
    nobody.set_unusable_password()
    nobody.save()  # neither the e-mail nor the phone collides

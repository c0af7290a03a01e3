"""Importing customers: whom a row means, what is written, and what is refused."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, User
from accounts.resources import CustomerResource
from core.imports.questions import questions_of
from core.imports.registry import undo_import
from tests.factories import make_customer, make_customer_import, make_sales, make_user
from tests.imports import layout_of, mapped

pytestmark = pytest.mark.django_db

HEADER = "customer_code,email,first_name,last_name,phone,address,opening_balance,is_active\n"


def run(text: str, *, name="list.csv", **options):
    dry_run = options.pop("dry_run", False)
    resource = CustomerResource(reference=name, **options)
    resource.import_data(mapped(text, CustomerResource), dry_run=dry_run)
    return resource.report


def errors_of(report) -> list[tuple]:
    return [(row.line, column, reason) for row in report.error_rows for column, _, reason in row.errors]


def test_new_customers_are_added_and_cannot_sign_in():
    user = make_sales()
    report = run(
        HEADER
        + ' C-1 ,Ann@Example.com, Ann ,Lee,+49 30 901820,"Main St 1\nBerlin",-12.5,\n,bob@example.com,Bob,,,,,no\n',
        user=user,
    )
    assert report.summary == "2 new, 0 changed, 0 unchanged, 0 errors"
    ann, bob = Customer.objects.get(email="ann@example.com"), Customer.objects.get(email="bob@example.com")
    assert (ann.customer_code, str(ann), ann.phone, ann.address, ann.opening_balance, ann.is_active) == (
        "C-1",
        "Ann Lee",
        "+4930901820",
        "Main St 1\nBerlin",
        Decimal("-12.50"),
        True,
    )
    assert (bob.customer_code, bob.phone, bob.is_active, bob.role) == (None, None, False, "CUSTOMER")
    assert not ann.has_usable_password() and not bob.has_usable_password() and ann.password != bob.password
    version = ann.history.get()
    assert (version.history_type, version.history_user, version.history_change_reason) == ("+", user, "Import list.csv")
    assert (ann.created_by, ann.modified_by) == (user, user)


def test_a_row_means_the_customer_with_its_code_else_the_one_with_its_e_mail():
    by_code = make_customer(customer_code="C-1", email="old@example.com", first_name="Ann")
    by_email = make_customer(email="bob@example.com", first_name="Bob", phone="+4930901820")
    user = make_sales()
    report = run("customer_code,email,last_name\nC-1,new@example.com,Lee\nC-2,BOB@example.com,\n", user=user)
    assert [row.changes for row in report.rows] == [
        [("email", "old@example.com", "new@example.com"), ("last_name", by_code.last_name, "Lee")],
        [("customer_code", "", "C-2")],
    ]
    for person in (by_code, by_email):
        person.refresh_from_db()
    assert (by_code.email, by_code.last_name) == ("new@example.com", "Lee")
    assert (by_email.customer_code, by_email.first_name, by_email.phone) == ("C-2", "Bob", "+4930901820")
    latest = by_email.history.first()
    assert (latest.history_type, latest.history_user, latest.customer_code) == ("~", user, "C-2")
    assert by_email.modified_by == user and Customer.objects.count() == 2


def test_the_same_file_twice_changes_nothing_the_second_time():
    text = HEADER + 'C-1,ann@example.com,Ann,Lee,+49 30 901820,"  Main St 1\r\nBerlin ",12.5051,yes\n'
    assert run(text).notes == ["1 value in Opening balance with more than two decimals: rounded."]
    assert run(text).summary == "0 new, 0 changed, 1 unchanged, 0 errors"
    assert Customer.history.count() == 1


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",,Ann,Lee,,,,", "email", "needs a code or an e-mail, and both are missing"),
        (",a@example.com,,Lee,,,,", "first_name", "Please enter a company or a first name."),
        (",nonsense,Ann,,,,,", "email", "Enter a valid email address."),
        (",a@example.com,Ann,,030 901820,,,", "phone", "with its country code"),
        (",a@example.com,Ann,,+4,,,", "phone", "phone number entered is not valid"),
        (",a@example.com,Ann,,,,1.2.3,", "opening_balance", "This is not a number."),
        (",a@example.com,Ann,,,,99999999999,", "opening_balance", "more than an amount may be"),
        (",a@example.com,Ann,,,,,maybe", "is_active", "Please write yes or no."),
        ("C-2,known@example.com,Ann,,,,,", "email", "Known Person has this e-mail, and the code C-1."),
        ("C-1,other@example.com,Ann,,,,,", "email", "Other Person has this e-mail."),
        (",boss@example.com,Ann,,,,,", "email", "The Boss is a member of staff, not a customer."),
        ("C-1,boss@example.com,Ann,,,,,", "email", "The Boss has this e-mail."),
        (f",a@example.com,Ann,,,,{'9' * 40},", "opening_balance", "more than an amount may be"),
        (",a@example.com,Ann,,+49 30 901820 ext 5,,,", "phone", "number entered is not valid"),
        (f",a@example.com,Ann,,,{'x' * 2001},,", "address", "at most 2000 characters"),
        ("1.00E+12,a@example.com,Ann,,,,,", "customer_code", "has shortened this number"),
        (f"{'C' * 51},a@example.com,Ann,,,,,", "customer_code", "at most 50 characters"),
    ],
)
def test_a_bad_row_is_named_by_line_column_and_reason_and_nothing_is_written(row, column, reason):
    make_customer(
        email="known@example.com", customer_code="C-1", phone="+49301111111", first_name="Known", last_name="Person"
    )
    make_customer(email="other@example.com", first_name="Other", last_name="Person")
    make_user("ADMIN", email="boss@example.com", first_name="The", last_name="Boss")
    before = list(User.objects.order_by("pk").values())
    report = run(HEADER + "GOOD,good@example.com,Fine,,,,,\n" + row + "\n")
    ((line, where, why),) = errors_of(report)
    assert (line, where) == (3, column) and reason in why
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("rows", "column", "reason"),
    [
        ("C-1,a@example.com,A,\nC-1,b@example.com,B,\n", "customer_code", "have the same code."),
        (",a@example.com,A,\n,A@Example.com,B,\n", "email", "have the same e-mail."),
        ("K-1,,A,\n,known@example.com,B,\n", "email", "refer to the same customer."),
    ],
)
def test_rows_that_contradict_each_other_name_both_lines(rows, column, reason):
    make_customer(email="known@example.com", customer_code="K-1")
    report = run("customer_code,email,first_name,phone\n" + rows)
    assert errors_of(report) == [(line, column, f"Lines 2 and 3 {reason}") for line in (2, 3)]


def test_who_is_deactivated_by_an_import_loses_their_tokens_and_nobody_else():
    gone, stays = make_customer(email="a@example.com"), make_customer(email="b@example.com")
    run("email,is_active,last_name\na@example.com,No,\nb@example.com,TRUE,Changed\n")
    for person in (gone, stays):
        person.refresh_from_db()
    assert (gone.is_active, gone.token_version, stays.is_active, stays.token_version) == (False, 1, True, 0)
    assert stays.last_name == "Changed" and stays.check_password("correct horse")


def test_without_a_code_and_an_e_mail_it_is_asked_by_what_customers_are_known():
    layout = layout_of("first_name,phone\nAnn,+49 30 901820\n", CustomerResource)
    assert "No column is taken for Code or e-mail" in questions_of(layout)[0].sentence


def test_columns_that_nobody_may_import_are_ignored_and_named():
    report = run("email,first_name,role,password,is_staff\na@example.com,Ann,ADMIN,secret,1\n")
    assert report.notes == ["Columns left out: role, password, is_staff."]
    person = User.objects.get()
    assert person.role == "CUSTOMER" and not person.has_usable_password()


def test_the_number_of_queries_does_not_grow_with_the_rows():
    counts = []
    for rows in (3, 300):
        header = "email,first_name,phone,is_active\n"
        old = [f"old{rows}-{number}@example.com" for number in range(rows)]
        make_customer_import(header + "".join(f"{email},Old,,\n" for email in old))
        text = header + "".join(f"{email},New,,{'yes' if email[-13] == '1' else 'no'}\n" for email in old)
        text += "".join(f"n{rows}-{number}@example.com,Ann,+4930{rows:03}{number:04},\n" for number in range(rows))
        with CaptureQueriesContext(connection) as captured:
            record = make_customer_import(text)
        counts.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            record = undo_import(record, user=None)
        counts.append(len(captured))
        assert (record.new_count, record.changed_count, record.not_undone) == (rows, rows, "")
    limit = 4 if connection.vendor == "postgresql" else 60  # SQLite writes some 60 rows in a statement
    few_in, few_out, many_in, many_out = counts
    assert many_in <= few_in + limit and many_out <= few_out + limit


def test_a_number_filled_down_a_long_column_is_told_in_few_words():
    report = run("email,first_name,phone\n" + "".join(f"a{n}@example.com,Ann,+49301111111\n" for n in range(3_000)))
    assert report.counts["new"] == 3_000
    (warning,) = report.notes
    assert warning == "Lines 2, 3, 4, 5, 6, 7 and 2994 more have phone numbers that are somebody else's too."


@pytest.mark.parametrize(
    ("cell", "code"), [(" A\u030a  1 ", "\u00c5 1"), ("'=1+1", "=1+1"), ("007", "007"), ('"A\nB"', "A B")]
)
def test_a_code_has_one_spelling(cell, code):
    run(f"customer_code,email,first_name\n{cell},a@example.com,Ann\n")
    assert Customer.objects.get().customer_code == code
    assert run(f"customer_code,address\n{cell},\n").summary == "0 new, 0 changed, 1 unchanged, 0 errors"


# From the command line


def command(tmp_path, text: str, *arguments: str) -> str:
    file, output = tmp_path / "customers.csv", StringIO()
    file.write_text(text)
    call_command("import_customers", str(file), *arguments, stdout=output, stderr=StringIO())
    return output.getvalue()


def test_the_command_imports_and_names_whom_it_is_told(tmp_path):
    user = make_sales()
    text = "email;first_name;opening_balance\na@example.com;Ann;1.234,50\n"
    assert "1 new" in command(tmp_path, text, "--dry-run") and not Customer.objects.exists()
    assert command(tmp_path, text, "--user", user.email).endswith("Done.\n")
    customer = Customer.objects.get()
    assert (customer.opening_balance, customer.created_by) == (Decimal("1234.50"), user)
    with pytest.raises(CommandError, match="Nothing was imported"):
        command(tmp_path, "email,first_name\nnonsense,Ann\n")


def test_an_import_that_failed_or_changed_nothing_leaves_no_record():
    text = "email,first_name\na@example.com,Ann\n"
    assert make_customer_import("email,first_name\nnonsense,Ann\n") is None
    record = make_customer_import(text)
    assert (record.new_count, record.rows.get().key) == (1, "a@example.com")
    assert make_customer_import(text) is None

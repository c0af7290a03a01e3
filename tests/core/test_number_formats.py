"""How numbers are written: decided once for a column, from all that it says, and never guessed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.formats import FORMATS, NumberFormat, Undecided, before_after, read_number, settle

ENGLISH, GERMAN, SWISS, FRENCH = (
    NumberFormat(".", ","),
    NumberFormat(",", "."),
    NumberFormat(".", "'"),
    NumberFormat(",", " "),
)


def read(text: str, *others: str) -> Decimal:
    form = settle([text, *others])
    assert isinstance(form, NumberFormat)
    return read_number(text, form)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("€12,50", "12.50"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("12 345,67", "12345.67"),
        ("12\u00a0345,67", "12345.67"),
        ("12\u202f345,67", "12345.67"),
        ("12\u2009345,67", "12345.67"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("15 000Fcfa", "15000"),
        ("15 000 F CFA", "15000"),
        ("1,234,567", "1234567"),
        ("12,34,567.50", "1234567.50"),
        ("1,200円", "1200"),
        ("15.000 ₫", "15000"),
        ("٣٫٥٠", "3.50"),
        ("١٬٢٣٤٫٥٠", "1234.50"),
        ("١٢ ر.س", "12"),
        ("\u200f12.50\u200e", "12.50"),
        ("１２．５０", "12.50"),
        ("1 250,00 руб.", "1250.00"),
        ("zł 12,50", "12.50"),
        ("Rs.500", "500"),
        ("S/.500", "500"),
        ("$12.50 USD", "12.50"),
        ("CHF 12.--", "12"),
        ("12,- €", "12"),
        (".50", "0.50"),
        ("0.125", "0.125"),
        ("12.", "12"),
        ("12 pcs", "12"),
        ("12 шт.", "12"),
        ("+5", "5"),
        ("007", "7"),
    ],
)
def test_a_number_is_read_however_lists_write_it(text, number):
    assert read(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-12.50", "-12.50"),
        ("−12.50", "-12.50"),
        ("- 12", "-12"),
        ("1.00-", "-1.00"),
        ("(1.00)", "-1.00"),
        ("(12,50 €)", "-12.50"),
        ("$(12.50)", "-12.50"),
        ("-€12", "-12"),
        ("€ -12,50", "-12.50"),
        ("250,00 H", "-250.00"),
        ("250,00 S", "250.00"),
        ("250,00H", "-250.00"),
        ("12.50 CR", "-12.50"),
        ("12.50 DR", "12.50"),
    ],
)
def test_every_way_to_write_less_than_nothing_is_understood(text, number):
    assert read(text) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    ["on request", "", "-", "–", "1-2", "10+", "> 10", "1e5", "--5", "(-5)", "-5 H", "2024-01-05", "USD 12 EUR", "S 12"]
    + ["1,2,3", "12.05.2024"]
    + [None, True, date(2026, 1, 5), Decimal("NaN"), float("inf")],
)
def test_what_is_no_number_is_said_to_be_none(cell):
    with pytest.raises(ValueError, match="This is not a number"):
        read_number(cell, ENGLISH)


def test_a_percentage_is_no_amount():
    with pytest.raises(ValueError, match="This is a percentage, not an amount"):
        read_number("12.5 %", ENGLISH)


@pytest.mark.parametrize("text", ["12,50", "1.234.567", "01,234", "1'234"])
def test_a_number_written_in_another_way_than_its_column_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"not written like the other numbers of its column, for example 1,234\.50"):
        read_number(text, ENGLISH)


@pytest.mark.parametrize("cell", [12, Decimal("12.5"), 12.5, 1234567, -3])
def test_what_the_spreadsheet_holds_as_a_number_needs_no_format(cell):
    assert read_number(cell, GERMAN) == Decimal(str(cell))
    assert settle([cell, "12,50"]) == NumberFormat(",")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["12,50", "3"], NumberFormat(",", "")),
        (["1.234", "12,50"], GERMAN),
        (["1.234", "12.5"], NumberFormat(".", "")),
        (["1,234", "12.5"], ENGLISH),
        (["1.234", "1.234.567"], GERMAN),
        (["1 234", "12,5"], FRENCH),
        (["1'234", "12.5"], SWISS),
        (["1234", "56789"], NumberFormat(".", "")),
        (["1.234", "0.125"], NumberFormat(".", "")),
        (["1.234", "1234.567"], NumberFormat(".", "")),
        ([], NumberFormat(".", "")),
        (["on request", "12,50", "n/a"], NumberFormat(",", "")),
        (["1.234", "on request", "٣٫٥٠", "2,5"], GERMAN),
    ],
)
def test_one_unmistakable_value_settles_its_column(column, expected):
    assert settle(column) == expected


@pytest.mark.parametrize("column", [["1.234"], ["1.234", "12", "56.789"], ["1,234", "5000"], ["$1.234", "-2.500"]])
def test_threes_behind_the_only_separator_are_asked_about(column):
    question = settle(column)

    assert isinstance(question, Undecided)
    assert {form.decimal for form in question.candidates} == {".", ","}
    text, meanings = question.examples[0]
    assert {abs(number) for number in meanings.values()} == {Decimal("1.234"), Decimal(1234)}
    assert text == column[0]


def test_values_that_contradict_each_other_are_asked_about_with_the_likeliest_first():
    question = settle(["12,50", "1.234,56", "7.25"])

    assert isinstance(question, Undecided)
    assert question.candidates == [GERMAN, NumberFormat(".", "")]
    assert dict(question.examples)["7.25"] == {NumberFormat(".", ""): Decimal("7.25")}


def test_the_currency_of_a_column_is_reported_and_another_one_in_it_refused():
    form = settle(["12,50 €", "3,20 €", "$4,10"])

    assert form == NumberFormat(",", "", "EUR")
    with pytest.raises(ValueError, match=r"This is in \$, but most of the column is in EUR"):
        read_number("$4,10", form)
    assert read_number("4,10", form) == Decimal("4.10")


def test_numbers_are_shown_before_and_after_each_way_of_writing_once():
    column = ["1", "2", "3", "1.234,56", "-2,50", "n/a", 7, "4"]

    assert before_after(column, GERMAN, count=4) == [
        ("1", Decimal(1)),
        ("1.234,56", Decimal("1234.56")),
        ("-2,50", Decimal("-2.50")),
        ("2", Decimal(2)),
    ]


# Whatever is written


numbers = st.decimals(min_value=-(10**10), max_value=10**10, places=2) | st.decimals(
    min_value=-(10**7), max_value=10**7, allow_nan=False, allow_infinity=False, places=3
)
around = st.sampled_from(["{}", "{} €", "€{}", "$ {}", " {} ", "\u200f{}", "{}\u00a0kr."])
formats = st.sampled_from(FORMATS)


def write(number: Decimal, form: NumberFormat, frame: str = "{}") -> str:
    text = f"{number:,f}" if form.thousands else f"{number:f}"
    return frame.format(text.translate(str.maketrans({",": form.thousands, ".": form.decimal})))


@given(st.lists(st.tuples(numbers, around), min_size=1, max_size=20), formats)
def test_a_column_in_any_format_is_read_back_exactly_or_asked_about(column, form):
    texts = {write(number, form, frame): number for number, frame in column}

    settled = settle(texts)

    if isinstance(settled, NumberFormat):
        plain = NumberFormat(settled.decimal, settled.thousands)
        assert {text: read_number(text, plain) for text in texts} == texts
    else:
        assert any(
            all(read_number(text, NumberFormat(it.decimal, it.thousands)) == texts[text] for text in texts)
            for it in settled.candidates
        )
        assert settled.examples


@given(st.lists(st.text("0123456789.,' -", min_size=1, max_size=9), max_size=8))
def test_a_settled_column_has_no_value_that_another_format_would_read_otherwise(column):
    settled = settle(column)
    if not isinstance(settled, NumberFormat):
        return
    for text in column:
        for other in FORMATS:
            try:
                theirs = read_number(text, other)
            except ValueError:
                continue
            if all(reads(value, other) for value in column if any(reads(value, form) for form in FORMATS)):
                assert read_number(text, settled) == theirs


def reads(text: str, form: NumberFormat) -> bool:
    try:
        read_number(text, form)
    except ValueError:
        return False
    return True


@given(st.text(max_size=30), formats)
def test_no_text_breaks_the_reading(text, form):
    settle([text])
    before_after([text], form)
    try:
        assert isinstance(read_number(text, form), Decimal)
    except ValueError as error:
        assert str(error)

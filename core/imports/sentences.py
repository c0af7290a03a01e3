"""What is said of a file: of rows that cannot be read, of lines that are none of the list, of what was left aside."""

from django.utils.translation import gettext


def ragged_sentence(code: str) -> str:
    return {
        "too_many": gettext(
            "This row has more values than the header has columns. "
            "Is a value with a separator in it missing its quotation marks?"
        ),
        "quotes": gettext("This row cannot be read: it has a quotation mark too few or too many."),
        "encoding": gettext("This row is written in another text encoding than the rest of the file."),
    }.get(code) or gettext("This row cannot be read.")


def skipped_sentence(code: str, lines: list[int]) -> str:
    kinds = {
        "repeated_header": gettext("Repeated headers, skipped: %(lines)s."),
        "page": gettext("Page numbers, skipped: %(lines)s."),
        "total": gettext("Totals, skipped: %(lines)s."),
        "hidden": gettext("Hidden rows, left out: %(lines)s."),
        "note": gettext("Notes, skipped: %(lines)s."),
        "beside": gettext("Notes beside the table, left out: %(lines)s."),
        "category": gettext("Rows with a single value, skipped: %(lines)s."),
    }
    shown = ", ".join(map(str, lines[:6])) + (" …" if len(lines) > 6 else "")
    return kinds.get(code, gettext("Rows skipped: %(lines)s.")) % {"lines": shown}


def remark_sentence(code: str) -> str:
    return {
        "columns_cut": gettext("The sheet has more columns than are read; those far to the right are left out."),
        "mixed_encoding": gettext("Some rows are written in another text encoding; they are among the errors."),
    }.get(code, "")


def foreign_sentence(field: str, theirs: str, ours: str) -> str:
    sentence = gettext(
        "%(field)s is in %(theirs)s, but our amounts are in %(ours)s: the numbers are taken as they are."
    )
    return sentence % {"field": field, "theirs": theirs, "ours": ours}


def mistake_sentence() -> str:
    """Of a row at which we have stumbled over something of our own."""
    return gettext("This line cannot be read. Please tell the person who runs the system.")


def undecided_sentence() -> str:
    return gettext("This could be thousands or a decimal fraction. Please write it without a thousands separator.")

"""What the page of a preview shows of a report: a page of its rows, and what a person should look at first."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.utils.translation import gettext

from core.i18n import format_count
from core.imports.described import label
from core.imports.models import ImportRecord
from core.imports.registry import resource_of
from core.imports.report import ImportReport, ReportRow
from core.money import format_amount

PAGE = 50
SHOWN_PRICES = 20
PERCENTAGES = (5, 10, 20, 50, 100)
BLOCKS_FROM = 2_000  # rows that take SQLite some seconds to write


def preview_context(request, record: ImportRecord, report: ImportReport) -> dict[str, Any]:
    kind, search = request.GET.get("show", ""), request.GET.get("q", "").strip()
    kind = kind if kind in ("new", "changed", "unchanged", "error") else ""
    page = Paginator(rows_shown(report, kind, search), PAGE).get_page(request.GET.get("p"))
    percent = request.GET.get("over", "")
    percent = int(percent) if percent.isascii() and percent.isdecimal() and len(percent) < 4 else 20
    resource = resource_of(record)
    prices = {name for name, kind in resource.kinds().items() if kind == "money"}
    changes = report.price_changes(prices, percent)
    return {
        "report": report,
        "cards": cards(report),
        "kind": kind,
        "q": search,
        "page": page,
        "rows": [
            (
                row,
                row.shown_changes(partial(label, resource)),
                [(shown_column(resource, column), *rest) for column, *rest in row.errors],
            )
            for row in page
        ],
        "good_count": len(report.rows_of("")),
        "totals": shown_totals(request, report),
        "reasons": [(shown_column(resource, column), *rest) for column, *rest in report.reasons],
        "percent": percent,
        "percentages": PERCENTAGES,
        "price_changes": changes[:SHOWN_PRICES],
        "price_change_count": len(changes),
        "may_see_prices": bool(prices),
        "new_groups": report.overview.get("new_groups", []),
        "blocks": blocks(len(report.rows_of(""))),
        "key_heading": resource.key_label,
    }


def cards(report: ImportReport) -> list[tuple[str, str, int]]:
    labels = {
        "new": gettext("New"),
        "changed": gettext("Changed"),
        "unchanged": gettext("Unchanged"),
        "error": gettext("Lines with errors"),
    }
    return [(name, label, report.counts[name]) for name, label in labels.items()]


def rows_shown(report: ImportReport, kind: str, search: str) -> list[ReportRow]:
    """Rows of one kind (or all that are not unchanged) that have the searched text in them."""
    rows = [row for row in report.rows if (row.kind == kind if kind else row.kind != "unchanged" or search)]
    words = search.casefold().split()
    return [row for row in rows if all(word in text_of(row) for word in words)] if words else rows


def text_of(row: ReportRow) -> str:
    values = (text for entry in (*row.changes, *row.errors) for text in entry)
    return " ".join([str(row.line), row.key, row.name, *map(str, values)]).casefold()


def shown_totals(request, report: ImportReport) -> list[tuple[str, str, str]]:
    """Figures before and after; some are not for everybody."""
    return [
        (total["label"], shown_figure(total["before"]), shown_figure(total["after"]))
        for total in report.overview.get("totals", [])
        if not total.get("permission") or request.user.has_perm(total["permission"])
    ]


def shown_figure(value: int | str) -> str:
    return format_count(value) if isinstance(value, int) else format_amount(Decimal(value))


def shown_column(resource, column: str) -> str:
    return resource.label_of(column) if column in resource.kinds() else ""


def blocks(count: int) -> str:
    """What is said beforehand where nobody else can save anything while so many rows are written."""
    if connection.vendor != "sqlite" or count < BLOCKS_FROM:
        return ""
    sentence = gettext(
        "While these %(number)s rows are being written, for about %(seconds)s seconds, nobody else can save anything; "
        "reading goes on."
    )
    return sentence % {"number": format_count(count), "seconds": max(1, round(count / 2_000))}

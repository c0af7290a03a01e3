"""The dashboard's charts, as unfold's chart component draws them."""

import json
from decimal import Decimal

from django.utils.translation import gettext

from core.money import with_currency


def chart(labels: list[str], values: list[Decimal]) -> str:
    """Sales as a picture: what unfold's chart component draws (floats: a picture needs no cents)."""
    colour, values = "var(--color-primary-600)", [float(value) for value in values]
    dataset = {"label": with_currency(gettext("Sales")), "data": values, "backgroundColor": colour}
    dataset |= {"maxBarThickness": 16, "borderColor": colour, "borderRadius": 4}
    return json.dumps({"labels": labels, "datasets": [dataset]})


def chart_options(**options) -> str:
    """Bars that grow from zero, with lines across them only."""
    grey = {"ticks": {"color": "#9ca3af"}, "border": {"display": False}}
    across, along = {**grey, "beginAtZero": True}, {**grey, "grid": {"display": False}}
    lies = options.get("indexAxis") == "y"
    options |= {"responsive": True, "maintainAspectRatio": False, "plugins": {"legend": {"display": False}}}
    return json.dumps({**options, "scales": {"x": across if lies else along, "y": along if lies else across}})

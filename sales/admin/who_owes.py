"""Who owes what since when, at the end of any day: on the screen, on paper and as a file; each amount has its list."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts.account_models import AccountEntry
from accounts.models import NAME_FIELDS, Customer
from accounts.roles import require
from core.admin.base import is_primary_key
from core.admin.export import xlsx_response
from core.bulk import find_all
from core.dates import end_of_day
from core.firm import current_firm, firm_address, firm_name
from core.forms import DayField
from core.money import NOTHING, format_amount, format_money
from sales.aging import LABELS, Aging, age_of, agings_at, balances_at
from sales.open_items import OpenItem, open_items
from sales.payment_models import Payment
from sales.tiles import overdue_note

PER_PAGE = 100


class DayForm(forms.Form):
    day = DayField()


def who_owes(request):
    """`?day=`, or today: all customers; with `age` or `customer` too: what one amount is made of."""
    require(request, "sales.view_account")
    form = DayForm({"day": request.GET.get("day") or timezone.localdate()})
    day = form.cleaned_data["day"] if form.is_valid() else timezone.localdate()
    age = request.GET.get("age", "")
    if age in LABELS:
        return list_items(request, form, day, age)
    agings = agings_at(day)
    people = find_all(Customer.objects.only(*NAME_FIELDS, "customer_code"), "pk", agings)
    customers = sorted(people, key=lambda customer: str(customer).casefold())
    if request.GET.get("format") == "xlsx":
        return as_file(day, customers, agings)
    total = Aging()
    for aging in agings.values():
        total.add(aging)
    page = Paginator(customers, PER_PAGE).get_page(request.GET.get("p"))
    on_paper = "print" in request.GET
    context = {
        "title": gettext("Who owes"),
        "form": form,
        "day": day,
        "labels": list(LABELS.values()),
        "rows": [row(day, customer, agings[customer.pk]) for customer in (customers if on_paper else page)],
        "total": row(day, None, total),
        "page": page,
        "address": f"?{urlencode({'day': day.isoformat()})}",
    }
    return on_screen_or_paper(request, "sales/who_owes", context)


def overdue(request) -> HttpResponse:
    """The note of the dashboard's tile."""
    require(request, "sales.view_account")
    return HttpResponse(format_html('<span id="overdue">{}</span>', overdue_note()))


def row(day: date, customer: Customer | None, aging: Aging) -> dict:
    """A customer's amounts (or all customers'), each with the list that it is the sum of."""
    whose = {"customer": customer.pk} if customer else {}
    cells = [
        (format_amount(amount), f"?{urlencode({'day': day.isoformat(), 'age': age, **whose})}" if amount else "")
        for age, amount in aging.amounts.items()
    ]
    url = ""
    if customer:
        statement = reverse("admin:accounts_customer_statement", args=[customer.pk])
        url = f"{statement}?{urlencode({'last': day.isoformat()})}"
    return {"customer": customer, "cells": cells, "balance": format_amount(aging.balance), "url": url}


def as_file(day: date, customers: list[Customer], agings: Mapping[int, Aging]):
    headers = [gettext("Customer"), gettext("Customer code"), *map(str, LABELS.values()), gettext("Balance")]
    rows = (
        [str(customer), customer.customer_code, *agings[customer.pk].amounts.values(), agings[customer.pk].balance]
        for customer in customers
    )
    return xlsx_response(f"{gettext('Who owes')} {day.isoformat()}", headers, rows)


def list_items(request, form: DayForm, day: date, age: str):
    """The orders (and opening balances) that an amount is the sum of; of a credit also what is for none of them."""
    key = request.GET.get("customer", "")
    chosen = [int(key)] if is_primary_key(key) else None
    every = open_items(chosen, before=end_of_day(day))
    items = [item for item in every if age_of(item, day) == age]
    people = {customer.pk: customer for customer in find_all(Customer.objects.all(), "pk", whose(chosen, items))}
    total = sum((item.amount for item in items), NOTHING)
    unassigned = NOTHING
    if age == "credit":
        balance = sum(balances_at(day, chosen).values(), NOTHING)
        unassigned = balance - sum((item.amount for item in every), NOTHING)
    customer = people.get(chosen[0]) if chosen else None
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("p"))
    query = {"day": day.isoformat(), "age": age, **({"customer": key} if chosen else {})}
    context = {
        "title": " · ".join(filter(None, [gettext("Who owes"), str(LABELS[age]), customer and str(customer)])),
        "form": form,
        "day": day,
        "page": page,
        "items": [shown(item, people, day) for item in (items if "print" in request.GET else page)],
        "unassigned": format_amount(unassigned) if unassigned else "",
        "payments_url": payments_url(key if chosen else ""),
        "total": format_money(total + unassigned),
        "address": f"?{urlencode(query)}",
        "kept": [pair for pair in query.items() if pair[0] != "day"],
        "back": f"?{urlencode({'day': day.isoformat()})}",
    }
    if request.GET.get("format") == "xlsx":
        return items_as_file(context["title"], items, people, day)
    return on_screen_or_paper(request, "sales/open_items", context)


def whose(chosen: list[int] | None, items: list[OpenItem]) -> set[int]:
    return {*(chosen or []), *(item.customer_id for item in items)}


def payments_url(customer: str) -> str:
    query = {"standing": "unallocated", **({"customer__id__exact": customer} if customer else {})}
    return f"{reverse(f'admin:sales_{Payment._meta.model_name}_changelist')}?{urlencode(query)}"


def shown(item: OpenItem, people: Mapping[int, Customer], day: date) -> dict:
    number = item.order_number
    return {
        "what": number or gettext("Opening balance"),
        "url": reverse("admin:sales_order_by_number", args=[number]) if number else "",
        "customer": people.get(item.customer_id),
        "due_on": date_format(item.due_on),
        "days": item.days_overdue(day),
        "amount": format_amount(item.amount),
    }


def items_as_file(name: str, items: list[OpenItem], people: Mapping[int, Customer], day: date):
    headers = [gettext("Customer"), gettext("Order"), gettext("Due on"), gettext("Days overdue"), gettext("Open")]
    rows = (
        [str(people.get(item.customer_id, "")), item.order_number, item.due_on, item.days_overdue(day), item.amount]
        for item in items
    )
    return xlsx_response(f"{name} {day.isoformat()}", headers, rows)


def on_screen_or_paper(request, template: str, context: dict) -> TemplateResponse:
    if "print" in request.GET:
        firm = {"firm": current_firm(), "firm_name": firm_name(), "firm_address": firm_address()}
        return TemplateResponse(request, f"{template}_print.html", {**context, **firm})
    opts = AccountEntry._meta
    frame = {**admin.site.each_context(request), "opts": opts, "step": context["title"]}
    return TemplateResponse(request, f"{template}.html", {**frame, **context})

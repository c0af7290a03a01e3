"""What the browser posts: the forms of orders, dialogs and imports."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

DIALOG = {"_form_submitted": "on"}


def form_data(customer, *lines, initial=0, **extra) -> dict:
    """What the browser posts: lines of (product, quantity, price)."""
    data = {"customer": customer.pk if customer else "", **extra}
    data |= {"items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": initial, "items-MIN_NUM_FORMS": 0}
    for number, (product, quantity, price) in enumerate(lines):
        data |= {
            f"items-{number}-product": getattr(product, "pk", product),
            f"items-{number}-quantity": quantity,
            f"items-{number}-unit_price": price,
        }
    return data


def upload(client, text: str | bytes, name="list.csv", stock_mode="keep", *, model="inventory_product", **options):
    """The preview of a list that is uploaded."""
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    data = {"file": file, "stock_mode": stock_mode, **options}
    return client.post(reverse(f"admin:{model}_import"), data, follow=True)


def confirm_import(client, preview, *, model="inventory_product", **options):
    context = preview.context
    data = {"token": context["token"], "last_seen": context["report"].fingerprint, **options}
    return client.post(reverse(f"admin:{model}_process_import"), data)

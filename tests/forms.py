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


READING = ("sheet", "encoding", "delimiter", "header_line", "hidden_rows")


def choose_file(client, text: str | bytes, name="list.csv", *, model="inventory_product"):
    """The page of the columns of a list that is uploaded; the upload's own page if it is refused."""
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(reverse(f"admin:{model}_import"), {"file": file}, follow=True)


def shown_values(form) -> dict:
    """What the browser would send of a form as it is shown."""
    values = {field.name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, "", False)}


def map_columns(client, page, **changes):
    """What follows when the page of the columns is sent as it is shown, or with these changes."""
    address = page.redirect_chain[-1][0] if page.redirect_chain else page.request["PATH_INFO"]
    data = shown_values(page.context["reading"]) | shown_values(page.context["form"]) | changes
    return client.post(address, data, follow=True)


def upload(client, text: str | bytes, name="list.csv", stock_mode="keep", *, model="inventory_product", **options):
    """The preview of a list that is uploaded, if nothing is left to ask."""
    page = choose_file(client, text, name, model=model)
    if "candidates" in page.context and "encoding" in options:
        page = client.post(page.redirect_chain[-1][0], {"encoding": options["encoding"]}, follow=True)
    reading = {key: value for key, value in options.items() if key in READING}
    if reading and "reading" in page.context:
        page = map_columns(client, page, **reading)
    if "reading" not in page.context:
        return page
    options = {key: value for key, value in options.items() if key not in READING}
    return map_columns(client, page, stock_mode=stock_mode, **options)


def confirm_import(client, preview, *, model="inventory_product", **options):
    """What follows when the import that a preview shows is carried out."""
    context = preview.context
    data = {"last_seen": context["report"].fingerprint, **options}
    return client.post(context["run_url"], data, follow=True)

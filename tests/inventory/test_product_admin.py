"""Products and stock changes in the admin: forms, the dialog, pictures, lists, import and export."""

from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags
from PIL import Image

from accounts import roles
from inventory.exceptions import SkuTaken
from inventory.models import Product, StockChange
from inventory.services.products import save_product
from inventory.services.stock import adjust_stock
from tests.factories import make_admin, make_order, make_product
from tests.files import picture_data

ADD = "admin:inventory_product_add"
LIST = "admin:inventory_product_changelist"
PRODUCT = {"name": "Chai", "sku": " nw-1 ", "category": "Tea", "cost_price": "9.00", "selling_price": "18.00"}
LOG = {"stock_changes-TOTAL_FORMS": "0", "stock_changes-INITIAL_FORMS": "0"}


def url(name: str, product) -> str:
    return reverse(f"admin:inventory_product_{name}", args=[product.pk])


# The form


def test_a_product_is_added_with_its_initial_stock(as_admin):
    response = as_admin.post(reverse(ADD), {**PRODUCT, "initial_stock": "12"})
    assert response.status_code == 302
    product = Product.objects.get(sku="NW-1")
    assert (product.stock_qty, product.created_by) == (12, as_admin.user)
    row = product.stock_changes.get()
    assert (row.kind, row.created_by) == ("INITIAL", as_admin.user)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("sku", "", "required"),
        ("sku", "A  B", "A SKU cannot have invisible"),
        ("sku", "taken", "Another product has this SKU"),
        ("name", "   ", "required"),
        ("selling_price", "abc", "not a number"),
        ("selling_price", "-1", "greater than or equal to 0"),
        ("selling_price", "0.001", "no more than 2 decimal places"),
        ("selling_price", "8.99", "below the cost price 9.00"),
        ("initial_stock", "-1", "greater than or equal to 0"),
        ("initial_stock", "1.5", "whole number"),
        ("initial_stock", "99999999999", "less than or equal to"),
        ("low_stock_threshold", "-1", "greater than or equal to 0"),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_written(as_admin, field, value, message):
    make_product(sku="TAKEN")
    response = as_admin.post(reverse(ADD), {**PRODUCT, field: value})
    assert message in str(response.context["adminform"].form.errors[field])
    assert Product.objects.count() == 1


def test_the_stock_cannot_be_posted(as_admin):
    product = make_product(stock=8)
    data = {**PRODUCT, **LOG, "stock_qty": "500", "initial_stock": "500"}
    assert as_admin.post(url("change", product), data).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.stock_qty) == ("Chai", 8)


def test_a_salesperson_sees_a_product_and_changes_nothing(as_sales):
    product = make_product(stock=8, cost_price=Decimal("4.56"))
    page = as_sales.get(url("change", product)).content.decode()
    assert "4.56" in page and "Adjust stock" not in page
    assert as_sales.post(url("change", product), {**PRODUCT, **LOG}).status_code == 403
    assert as_sales.post(url("adjust_stock", product), {"_form_submitted": "on"}).status_code == 403
    assert as_sales.post(url("delete", product), {"post": "yes"}).status_code == 403
    product.refresh_from_db()
    assert product.stock_qty == 8 and product.name != "Chai"


def test_cost_and_margin_have_a_permission_of_their_own(as_sales, monkeypatch):
    product = make_product(cost_price=Decimal("904.55"), selling_price=Decimal("4500.00"))
    product.cost_price = Decimal("904.56")
    save_product(product, user=None)
    pages = [url("change", product), reverse(LIST), url("history", product)]
    assert all("904.56" in as_sales.get(page).content.decode() for page in pages)

    monkeypatch.setitem(roles.MATRIX, "inventory.view_cost", {roles.ADMIN})
    for page in pages:
        shown = as_sales.get(page).content.decode()
        assert "904.56" not in shown and "397.48" not in shown and "Margin" not in shown
    export = as_sales.post(reverse("admin:inventory_product_export"), {"format": "1", "resource": ""})
    assert "cost_price" not in export.getvalue().decode()


def test_the_categories_in_use_are_offered_while_one_is_typed(as_admin):
    product = make_product(category="Tea & Co")
    for page in (url("change", product), reverse("admin:inventory_product_add")):
        shown = as_admin.get(page).content.decode()
        assert 'list="categories"' in shown and '<option value="Tea &amp; Co"></option>' in shown


# Pictures


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_stored_anew_under_a_random_name(as_admin, image_format):
    upload = SimpleUploadedFile("../../evil name.php", picture_data(image_format), "text/html")
    as_admin.post(reverse(ADD), {**PRODUCT, "image": upload})
    stored = Product.objects.get(sku="NW-1").image
    assert stored.name.startswith("products/images/") and "evil" not in stored.name
    assert stored.name.endswith(f".{image_format.lower()}")
    with Image.open(stored) as image:
        assert (image.format, image.size) == (image_format, (40, 30))


def test_what_hides_in_a_picture_is_not_kept(as_admin):
    upload = SimpleUploadedFile("a.png", picture_data() + b"<script>alert(1)</script>", "image/png")
    as_admin.post(reverse(ADD), {**PRODUCT, "image": upload})
    assert b"<script>" not in Product.objects.get(sku="NW-1").image.read()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.png", b"<html><script>alert(1)</script></html>", "not a picture we can read"),
        ("a.png", b"<html>" + b"x" * (10 * 1024 * 1024), "larger than 5 MB"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture we can read"),
        ("a.png", picture_data()[:60], "not a picture we can read"),
        ("a.gif", picture_data("GIF"), "not a picture we can read"),
        ("a.png", picture_data(size=(9000, 5000)), "more than 15 million pixels"),
    ],
)
def test_what_is_not_a_picture_is_refused_at_its_field(as_admin, name, data, message):
    response = as_admin.post(reverse(ADD), {**PRODUCT, "image": SimpleUploadedFile(name, data, "image/png")})
    assert message in str(response.context["adminform"].form.errors["image"])
    assert not Product.objects.exists()


# Lists


def test_the_list_is_filtered_by_category_status_and_price_and_searched(as_admin):
    make_product(sku="TEA-1", name="Chai", category="Tea", stock=0, selling_price=Decimal(5))
    make_product(sku="CUP-1", name="Cup", category="", stock=50, selling_price=Decimal(15))

    def found(**query):
        return [product.sku for product in as_admin.get(reverse(LIST), query).context["cl"].queryset]

    assert found(category="Tea") == found(stock_status="OUT_OF_STOCK") == found(q="cha") == ["TEA-1"]
    assert found(category="-") == found(stock_status="IN_STOCK") == found(selling_price_from="10") == ["CUP-1"]
    assert found(stock_status="nonsense") == []


def test_the_log_is_filtered_by_day_kind_and_person_and_never_edited(as_sales):
    admin, product = make_admin(), make_product(stock=5, user=as_sales.user)
    row = adjust_stock(product, user=admin, change=1, reason="Found").stock_changes.first()
    address = reverse("admin:inventory_stockchange_changelist")
    day = row.created_at.date().isoformat()

    def found(**query):
        return list(as_sales.get(address, query).context["cl"].queryset.values_list("kind", flat=True))

    assert found(created_at_from=day, created_at_to=day) == ["ADJUSTMENT", "INITIAL"]
    assert found(created_by=admin.pk) == found(kind__exact="ADJUSTMENT") == ["ADJUSTMENT"]
    assert found(created_at_to="2000-01-01") == []
    page = reverse("admin:inventory_stockchange_change", args=[row.pk])
    assert as_sales.get(page).status_code == 200
    assert as_sales.post(page, {"new_qty": 99}).status_code == 403
    assert as_sales.get(reverse("admin:inventory_stockchange_add")).status_code == 403
    assert as_sales.post(reverse("admin:inventory_stockchange_delete", args=[row.pk])).status_code == 403


def test_the_history_page_shows_stock_moves_with_reason(as_admin):
    product = make_product(stock=8)
    adjust_stock(product, user=as_admin.user, new_qty=5, reason="Counted on Friday")
    page = " ".join(strip_tags(as_admin.get(url("history", product)).content.decode()).split())
    assert "Counted on Friday" in page and "In stock: 8 → 5" in page


def test_the_history_page_tells_of_pictures(as_admin):
    product = make_product()
    data = {**PRODUCT, **LOG, "sku": product.sku}
    for size in ((40, 30), (30, 40)):
        upload = SimpleUploadedFile("a.png", picture_data(size=size), "image/png")
        as_admin.post(url("change", product), {**data, "image": upload})
    as_admin.post(url("change", product), {**data, "image-clear": "on"})
    page = " ".join(strip_tags(as_admin.get(url("history", product)).content.decode()).split())
    for told in ("Image: – → a picture", "Image: a picture → another picture", "Image: a picture → –"):
        assert told in page


def test_a_product_in_a_pending_order_cannot_be_deleted_and_the_page_says_so(as_admin):
    product = make_product()
    order = make_order((product, 1))
    page = as_admin.get(url("delete", product)).content.decode()
    assert "cannot be deleted" in page and order.order_number in page
    as_admin.post(url("delete", product), {"post": "yes"})
    assert Product.objects.filter(pk=product.pk).exists()


def test_a_product_is_deleted_through_the_stock_service(as_admin):
    product = make_product(stock=4)
    assert as_admin.post(url("delete", product), {"post": "yes"}).status_code == 302
    assert not Product.objects.exists()
    assert StockChange.objects.first().kind == "DELETION"


# Two people at one product


def test_an_edit_does_not_write_over_somebody_elses(as_admin):
    product = make_product(name="Chai")
    seen = as_admin.get(url("change", product)).context["adminform"].form.initial["last_seen"]
    save_product(Product.objects.get(pk=product.pk), user=None)  # nothing has changed: no reason to refuse
    changed = Product.objects.get(pk=product.pk)
    changed.selling_price = Decimal("99.00")
    save_product(changed, user=make_admin(first_name="Sara", last_name="Lee"))

    data = {**PRODUCT, **LOG, "sku": product.sku, "last_seen": seen}
    response = as_admin.post(url("change", product), data)
    assert "Sara Lee has changed" in str(response.context["adminform"].form.non_field_errors())
    product.refresh_from_db()
    assert product.selling_price == Decimal("99.00")


def test_a_sale_meanwhile_is_no_reason_to_refuse_an_edit(as_admin):
    product = make_product(stock=8)
    seen = as_admin.get(url("change", product)).context["adminform"].form.initial["last_seen"]
    adjust_stock(product, user=None, new_qty=5, reason="Sold")
    assert as_admin.post(url("change", product), {**PRODUCT, **LOG, "last_seen": seen}).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.stock_qty) == ("Chai", 5)


def test_what_a_service_refuses_comes_back_on_the_form_with_everything_typed(as_admin, monkeypatch):
    def somebody_was_faster(*args, **kwargs):
        raise SkuTaken("Somebody else has just entered a product with the SKU NW-1.")

    monkeypatch.setattr("inventory.admin.products.save_product", somebody_was_faster)
    response = as_admin.post(reverse(ADD), {**PRODUCT, "initial_stock": "12"})
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert form.non_field_errors() == ["Somebody else has just entered a product with the SKU NW-1."]
    assert form["initial_stock"].value() == "12"


def test_the_picture_of_a_phone_is_stored_as_what_browsers_show(as_admin):
    upload = SimpleUploadedFile("a.jpg", picture_data("MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))]))
    as_admin.post(reverse(ADD), {**PRODUCT, "image": upload})
    assert Product.objects.get().image.name.endswith(".jpeg")


def test_the_last_row_of_a_history_page_shows_its_change_too(as_admin, monkeypatch):
    product = make_product(stock=0)
    for stock in (1, 2, 3):
        adjust_stock(product, user=None, new_qty=stock, reason="Counted")
    monkeypatch.setattr("inventory.admin.products.ProductAdmin.history_list_per_page", 2)
    page = as_admin.get(url("history", product)).content.decode()
    assert page.count("In stock:") == 2


@pytest.mark.django_db
def test_a_refused_product_leaves_no_picture_behind():
    make_product(sku="NW-1")
    upload = SimpleUploadedFile("a.png", picture_data(), "image/png")
    with pytest.raises(SkuTaken):
        save_product(Product(sku="NW-1", name="x", selling_price=1, image=upload), user=None)
    assert default_storage.listdir("products/images")[1] == []

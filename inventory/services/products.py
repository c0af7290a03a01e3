"""Products: saving one, deleting one, and changing many at once."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bulk import update_all
from core.concurrency import check_last_seen, fingerprint
from core.i18n import in_firms_language
from core.images import delete_image_on_commit
from inventory.exceptions import BarcodeTaken, ProductInUse, SkuTaken
from inventory.models import Product, StockChange
from inventory.services.stock import LEDGER_FIELDS, lock_products, lock_record, post_moves

Kind = StockChange.Kind


@transaction.atomic
def save_product(product: Product, *, user: User | None, initial_stock: int = 0, at: datetime | None = None) -> Product:
    """Save a new product with its initial stock, or a changed one; whatever its `stock_qty` says is not believed.

    Raises RecordGone if it has been deleted meanwhile, SkuTaken or BarcodeTaken if somebody else was faster with its
    SKU or barcode.
    """
    if product._state.adding:
        product.stock_qty, product.stock_value, product.ledger_head = 0, Decimal(0), None
    else:
        stored, initial_stock = lock_record(product), 0
        for field in LEDGER_FIELDS:
            setattr(product, field, getattr(stored, field))
        if product.image != stored.image:
            delete_image_on_commit(stored.image)
    product.stamp(user, at=at)
    new_picture = bool(product.image) and not getattr(product.image, "_committed", True)
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if new_picture:
            product.image.delete(save=False)  # files know no transactions
        check_codes_free(product, error)
        raise
    if initial_stock:
        reason = in_firms_language(_("Initial stock"))
        post_moves([(product, initial_stock)], kind=Kind.INITIAL, reason=reason, user=user, at=at)
    return product


def check_codes_free(product: Product, error: IntegrityError) -> None:
    """Raise SkuTaken or BarcodeTaken if that is what the database has refused with this error."""
    others = Product.objects.exclude(pk=product.pk)
    if others.filter(sku=product.sku).exists():
        sentence = gettext("Somebody else has just entered a product with the SKU %(sku)s.")
        raise SkuTaken(sentence % {"sku": product.sku}) from error
    if product.barcode and others.filter(barcode=product.barcode).exists():
        sentence = gettext("Somebody else has just entered a product with the barcode %(barcode)s.")
        raise BarcodeTaken(sentence % {"barcode": product.barcode}) from error


def set_category(
    ids: Iterable[int], category: str, *, user: User | None, last_seen: str | None = None
) -> tuple[int, int]:
    """Give these products this category, as `set_for_all` does."""
    return set_for_all(ids, "category", category, user=user, last_seen=last_seen)


def set_low_stock_threshold(
    ids: Iterable[int], threshold: int | None, *, user: User | None, last_seen: str | None = None
) -> tuple[int, int]:
    """Give these products this threshold, None for the firm's usual one, as `set_for_all` does."""
    return set_for_all(ids, "low_stock_threshold", threshold, user=user, last_seen=last_seen)


def set_active(ids: Iterable[int], is_active: bool, *, user: User | None) -> tuple[int, int]:
    """Archive these products or (True) sell them again, as `set_for_all` does."""
    return set_for_all(ids, "is_active", is_active, user=user, last_seen=None)


@transaction.atomic
def set_for_all(ids: Iterable[int], field: str, value, *, user: User | None, last_seen: str | None) -> tuple[int, int]:
    """Write one value to all these products; returns how many it changed, and how many had it already.

    Raises RecordChanged, having changed none, if their `products_fingerprint` is no longer `last_seen`.
    """
    products = lock_products(ids).values()
    message = gettext("Somebody has changed or deleted some of these products. Here they are as they are now.")
    check_last_seen(products, last_seen, products_fingerprint(products, field), message=message)
    changed = [product for product in products if getattr(product, field) != value]
    for product in changed:
        setattr(product, field, value)
    number = len(changed)
    said = ngettext_lazy(
        "Bulk change of %(field)s (%(n)s product)", "Bulk change of %(field)s (%(n)s products)", number
    )
    name = in_firms_language(getattr(Product._meta.get_field(field), "verbose_name", field))
    reason = in_firms_language(said) % {"field": name, "n": number}
    update_all(Product, changed, [field], reason=reason, user=user)
    return number, len(products) - number


def products_fingerprint(products: Iterable[Product], field: str) -> str:
    """What somebody who decides on this field has seen of these products."""
    return fingerprint(sorted((product.pk, getattr(product, field)) for product in products))


@transaction.atomic
def delete_product(product: Product, *, user: User | None) -> None:
    """Take the product's stock to 0 and delete it; past orders and stock changes keep its name and SKU.

    Raises ProductInUse naming the pending orders that ask for it.
    """
    product = lock_record(product)
    reason = in_firms_language(_("Product deleted"))
    post_moves([(product, 0)], kind=Kind.DELETION, reason=reason, user=user)
    product.stamp(user, reason)
    delete_image_on_commit(product.image)
    try:
        product.delete()
    except ProtectedError as error:
        orders = ", ".join(sorted(str(order) for order in error.protected_objects))
        raise ProductInUse(
            gettext("%(product)s is in pending orders: %(orders)s. Confirm, cancel or delete these first.")
            % {"product": product, "orders": orders}
        ) from error

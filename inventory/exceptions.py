"""What the stock refuses."""

from core.exceptions import BusinessError


class InsufficientStock(BusinessError):
    """There is less than was asked for; one line for each short product."""

    def __init__(self, shortages):
        self.shortages = shortages
        super().__init__("\n".join(str(shortage) for shortage in shortages))


class InvalidQuantity(BusinessError):
    """The quantity is not one that a stock can have or a line can ask for."""


class InvalidValue(BusinessError):
    """The value is not one that the stock of this product can have."""


class ReasonMissing(BusinessError):
    """Stock was to change without a reason."""


class SkuTaken(BusinessError):
    """Another product has the SKU."""


class BarcodeTaken(BusinessError):
    """Another product has the barcode."""


class ProductInUse(BusinessError):
    """Pending orders ask for the product."""


class CannotReverse(BusinessError):
    """The stock change cannot be taken back: what stands in the way is in the message."""


class SupplierTaken(BusinessError):
    """Another supplier has the name."""


class SupplierInUse(BusinessError):
    """Products or deliveries name the supplier."""


class InvalidDelivery(BusinessError):
    """What is said of a delivery cannot be; `items` says it by the place of the line."""

    def __init__(self, message: str, *, items: dict[int, str] | None = None):
        super().__init__(message)
        self.items = items or {}


class DeliveryKnown(BusinessError):
    """The supplier's delivery note is booked already."""


class InvalidCount(BusinessError):
    """A stock count cannot be opened like this, or nothing can be counted like this."""


class CountClosed(BusinessError):
    """The stock count does not stand where this step starts from."""


class CannotPost(BusinessError):
    """Posting would take more than is left: `lines` has those ids of lines that have to be counted again."""

    def __init__(self, message: str, lines=()):
        self.lines = set(lines)
        super().__init__(message)

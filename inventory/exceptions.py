"""What the stock refuses."""

from core.exceptions import BusinessError


class InsufficientStock(BusinessError):
    """There is less than was asked for; one line for each short product."""

    def __init__(self, shortages):
        self.shortages = shortages
        super().__init__("\n".join(str(shortage) for shortage in shortages))


class InvalidQuantity(BusinessError):
    """The quantity is not one that a stock can have or a line can ask for."""


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

"""What another app has to say when goods have come in. (This one does not know who waits for them.)"""

from collections.abc import Callable, Collection

_announcers: list[Callable] = []


def announces(function: Callable) -> Callable:
    """Let the function say something: it gets the request and the products' ids, and returns a text or nothing."""
    _announcers.append(function)
    return function


def announcements(request, product_ids: Collection[int]) -> list[str]:
    """All that is to be said of the arrival of these products."""
    return list(filter(None, (function(request, product_ids) for function in _announcers)))

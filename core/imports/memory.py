"""Python's garbage collector while tens of thousands of records are alive."""

import gc
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused():
    """No search for garbage inside: it would look through all living records again and again, for a third of the time.

    What is no longer referred to is freed as ever; only circles wait until afterwards.
    """
    if not gc.isenabled():  # somebody else's import has paused it
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

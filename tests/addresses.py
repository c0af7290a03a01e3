"""Every address of the admin."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver

# A redirect of Django's by another table's key, and a page that is closed (tests/inventory/test_product_admin.py).
LEFT_OUT = ("view_on_site", "_simple_history")


def addresses() -> list[tuple[str, tuple[str, ...]]]:
    """The name of every address of the admin, and the names of what it needs to know."""
    found = []

    def walk(patterns, prefix=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, prefix)
            elif isinstance(pattern, URLPattern) and pattern.name and not pattern.name.endswith(LEFT_OUT):
                found.append((pattern.name, tuple(pattern.pattern.converters) or named_groups(pattern)))

    walk(admin.site.get_urls())
    return sorted(set(found))


def named_groups(pattern) -> tuple[str, ...]:
    regex = getattr(pattern.pattern, "regex", None)
    return tuple(regex.groupindex) if regex else ()

"""Where a request comes from."""

from ipaddress import ip_address

from ninja.throttling import BaseThrottle


def client_address(request) -> str | None:
    """The address a request comes from, as far as NUM_PROXIES lets us believe what it says. None: none that is one."""
    try:
        return str(ip_address(BaseThrottle().get_ident(request) or ""))
    except ValueError:
        return None

"""Where a request comes from."""

import re
from ipaddress import IPv6Address, ip_address

from ninja.throttling import BaseThrottle

WITH_PORT = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*)):\d{1,5}")  # as some proxies write it
NETWORK = 64  # bits of an IPv6 address that one customer of a provider is given; the others are theirs to choose


def client_address(request) -> str | None:
    """The address a request comes from, as far as NUM_PROXIES lets us believe what it says. None: none that is one."""
    found = parsed_address(request)
    return None if found is None else str(found)


def client_network(request) -> str | None:
    """The same for counting: an IPv4 address, or the first one of an IPv6 network."""
    found = parsed_address(request)
    if isinstance(found, IPv6Address):
        found = IPv6Address(int(found) >> (128 - NETWORK) << (128 - NETWORK))
    return None if found is None else str(found)


def parsed_address(request):
    given = BaseThrottle().get_ident(request) or ""
    if with_port := WITH_PORT.fullmatch(given):
        given = with_port[1] or with_port[2]
    try:
        found = ip_address(given.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found

"""Whose address a request comes from, in all spellings of proxies, and what of it is counted."""

import pytest
from django.test import RequestFactory

from core.client_address import client_address, client_network


@pytest.mark.parametrize(
    ("said", "address", "network"),
    [
        ("203.0.113.5", "203.0.113.5", "203.0.113.5"),
        ("203.0.113.5:54321", "203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.5", "203.0.113.5", "203.0.113.5"),
        ("unknown", None, None),
        ("203.0.113.5:port", None, None),
        ("", None, None),
    ],
)
def test_an_address_is_understood_as_proxies_write_it(settings, said, address, network):
    settings.NINJA_NUM_PROXIES = 1
    request = RequestFactory().get("/", headers={"X-Forwarded-For": said})
    assert (client_address(request), client_network(request)) == (address, network)

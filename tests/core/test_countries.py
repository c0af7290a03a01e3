"""Countries as lists name them."""

import subprocess
import sys

import pytest

from core.countries import region_of


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Germany", "DE"),
        (" allemagne ", "DE"),
        ("de", "DE"),
        ("UK", "GB"),
        ("日本", "JP"),
        ("مصر", "EG"),
        ("Nowhere", ""),
    ],
)
def test_a_country_is_known_by_its_name_in_any_language_or_its_code(said, code):
    assert region_of(said) == code


def test_knowing_them_does_not_bring_the_dialling_codes_of_the_world_along():
    program = "import sys, core.countries as c; c.region_of('x'); print('phonenumbers.geodata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

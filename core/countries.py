"""Which country a list means by its name (in any of some thirty languages) or its code."""

from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import phonenumbers

SHORT_NAMES = {"UK": "GB", "ENGLAND": "GB", "USA": "US", "U.S.A.": "US", "UAE": "AE"}
NAMES = "phonenumbers.geodata.locale"


def names_of_countries() -> dict[str, dict[str, str]]:
    """By code: the country's name in each language. The package around them would bring 90 MB of dialling codes."""
    spec = spec_from_file_location(NAMES, Path(phonenumbers.__file__).with_name("geodata") / "locale.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LOCALE_DATA


@lru_cache(maxsize=1)
def regions_by_name() -> dict[str, str]:
    countries = names_of_countries()
    named = {name.casefold(): code for code, names in countries.items() for name in names.values() if name[0] != "*"}
    codes = {code.casefold(): code for code in countries}
    return codes | named | {name.casefold(): code for name, code in SHORT_NAMES.items()}


def region_of(country: str) -> str:
    """The ISO 3166 code of this country, or nothing: `Germany`, `Allemagne` and `de` are DE."""
    return regions_by_name().get(country.strip().casefold(), "")

"""Which country a list means by its name (in any of some thirty languages) or its code."""

from functools import lru_cache

from phonenumbers.geodata.locale import LOCALE_DATA

SHORT_NAMES = {"UK": "GB", "ENGLAND": "GB", "USA": "US", "U.S.A.": "US", "UAE": "AE"}


@lru_cache(maxsize=1)
def regions_by_name() -> dict[str, str]:
    named = {name.casefold(): code for code, names in LOCALE_DATA.items() for name in names.values() if name[0] != "*"}
    codes = {code.casefold(): code for code in LOCALE_DATA}
    return codes | named | {name.casefold(): code for name, code in SHORT_NAMES.items()}


def region_of(country: str) -> str:
    """The ISO 3166 code of this country, or nothing: `Germany`, `Allemagne` and `de` are DE."""
    return regions_by_name().get(country.strip().casefold(), "")

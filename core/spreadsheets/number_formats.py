"""What a spreadsheet shows for a number, where that is another value than the number: 00042, ART-0042, a day, 19%."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.spreadsheets.sheet import Cell

Presenter = Callable[[int | Decimal], Cell]

BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((14, 15, 16, 17, *range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
}
# What shows no digit: quoted and escaped text, room for a sign, filling up, colours and countries (but not [h]).
TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[(?![hms]+\])[^\]]*\]|(.)', re.DOTALL | re.IGNORECASE
)
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
CURRENCIES = {"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY",
              "JPY", "CNY", "RMB", "KRW", "INR", "RS", "AED", "SAR", "EGP", "MAD", "XOF", "XAF", "FCFA", "BRL", "R",
              "MXN", "AUD", "CAD", "NZD", "SGD", "HKD", "NT", "RM", "KR", "FR", "SFR", "DM", "US", "C"}  # fmt: skip
SECONDS_OF_A_DAY = 24 * 60 * 60
LAST_DAY = 2_958_465  # 9999-12-31


def presenter(code: str, *, since_1904: bool = False) -> Presenter | None:
    """What makes of a number the cell that this format shows; None if that is the number itself."""
    sections = [tokens(section) for section in split_sections(code)]
    signs = "".join(sign for sign, is_literal in sections[0] if not is_literal)
    if signs.strip().lower() in ("general", "@", "0", ""):
        has_text = any(is_literal for _, is_literal in sections[0])
        if not (has_text and signs.strip() == "0"):
            return None
    if re.search("[dmyhs]", signs, re.IGNORECASE):
        has_day = re.search("[dy]", signs, re.IGNORECASE) or not re.search("[hs]", signs, re.IGNORECASE)
        return lambda number: as_moment(number, has_day=bool(has_day), since_1904=since_1904)
    if "%" in signs:
        return as_percentage
    if re.search("[.,e/]", signs, re.IGNORECASE) or not re.search("[0#?]", signs):
        return None
    condition = CONDITION.search(code.split(";")[0])
    return lambda number: as_shown(number, chosen(sections, condition, number))


def split_sections(code: str) -> list[str]:
    """The parts for positive and negative numbers, zero and text, at the semicolons outside quotes."""
    return re.findall(r'(?:"[^"]*"?|\\.|[^;"\\])+', code[:1000]) or [""]


def tokens(section: str) -> list[tuple[str, bool]]:
    """The signs of a format, each with whether it stands for itself."""
    found = []
    for match in TOKEN.finditer(section):
        quoted, escaped, currency, sign = match.groups()
        literal = quoted or escaped or currency
        if literal:
            found.append((literal, True))
        elif sign:
            found.append((sign, sign in "-/() :+$€£¥" and sign != "/"))
    return found


def chosen(sections: list, condition: re.Match | None, number) -> list[tuple[str, bool]]:
    """The section for this number, where the first has a condition (`[<=9999999]###-####;(###) ###-####`)."""
    if condition is None or len(sections) < 2:
        return sections[0]
    limit = Decimal(condition[2])
    holds = {"<=": number <= limit, ">=": number >= limit, "<": number < limit, ">": number > limit}
    return sections[0] if holds.get(condition[1], number == limit) else sections[1]


def as_shown(number: int | Decimal, section: list[tuple[str, bool]]) -> Cell:
    """The text that is shown, if it names something; the number if it counts or measures."""
    if not isinstance(number, int) or not 0 <= number < 10**15:
        return number
    places = sum(1 for sign, is_literal in section if not is_literal and sign in "0#?")
    digits = str(number)
    surplus, digits = digits[: max(len(digits) - places, 0)], digits[max(len(digits) - places, 0) :]
    digits = digits.rjust(places)
    shown, place = "", 0
    for sign, is_literal in section:
        if is_literal or sign not in "0#?":
            shown += sign
            continue
        digit = digits[place] if digits[place] != " " else {"0": "0", "?": " ", "#": ""}[sign]
        shown, place, surplus = shown + surplus + digit, place + 1, ""
    return shown.strip() if names_something(shown, number) else number


def names_something(shown: str, number: int) -> bool:
    """Whether what is shown for a number is a code such as 00042, 00-042 or ART-0042, not an amount (€ 5, 5 pcs)."""
    shown = shown.strip()
    found = re.search(r"\d(?:.*\d)?", shown, re.DOTALL)
    if found is None or number < 0:
        return False
    prefix, body = shown[: found.start()].strip(), found[0]
    if re.fullmatch(r"0[\d ]+", body) or re.search(r"[^\d.,'\s]", body):
        return True
    letters = "".join(sign for sign in prefix if unicodedata.category(sign) != "Sc").strip(" .$")
    return bool(letters) and letters.upper() not in CURRENCIES


def as_percentage(number: int | Decimal) -> Cell:
    return f"{(Decimal(number) * 100).normalize():f}%"


def as_moment(number: int | Decimal, *, has_day: bool, since_1904: bool) -> Cell:
    """The day (and time) that a serial number stands for; the number itself if it stands for none."""
    if not 0 <= number <= LAST_DAY:
        return number
    days, seconds = divmod(round(Decimal(number) * SECONDS_OF_A_DAY), SECONDS_OF_A_DAY)
    time = timedelta(seconds=int(seconds))
    if not has_day:
        hours, rest = divmod(int(days * SECONDS_OF_A_DAY + seconds), 3600)
        return f"{hours:02}:{rest // 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")
    leap = 0 if days >= 60 else 1  # Excel's 1900 is a leap year
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 + leap)
    try:
        moment = first + timedelta(days=int(days)) + time
    except OverflowError:
        return number
    return moment if seconds else date(moment.year, moment.month, moment.day)


def as_number(text: str) -> int | Decimal | str:
    """The number in a file's text, without the digits that only its binary form has; the text if it is none."""
    if text.isdigit() and len(text) <= 15:
        return int(text)
    try:
        number = float(text)
        return int(number) if number.is_integer() else Decimal(repr(number))
    except (ValueError, OverflowError):  # no number, infinite
        return text


def as_iso_date(text: str) -> Cell:
    """The day (and time, unless it is midnight) in a text such as 2026-01-05T10:30:00; the text if it is none."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
    return moment if moment.hour or moment.minute or moment.second else date(moment.year, moment.month, moment.day)

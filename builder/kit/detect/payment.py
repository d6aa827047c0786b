"""Payment cards (issuer prefix, length, Luhn) and IBANs (country, length, mod 97)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.kit.detect.checksums import luhn, mod97
from builder.kit.detect.spans import Span, last_match

PAYMENT_CARD = "payment_card@1"
IBAN = "iban@1"

_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    # first and last prefix, lengths (ISO/IEC 7812; ranges as the card networks publish them)
    (4, 4, frozenset({13, 16, 19})),  # Visa
    (51, 55, frozenset({16})), (2221, 2720, frozenset({16})),  # Mastercard
    (34, 34, frozenset({15})), (37, 37, frozenset({15})),  # American Express
    (300, 305, frozenset({14, 16})), (3095, 3095, frozenset({14, 16})), (36, 36, frozenset({14, 16})),  # Diners
    (38, 39, frozenset({14, 16})),
    (3528, 3589, frozenset({16, 17, 18, 19})), (2131, 2131, frozenset({15})), (1800, 1800, frozenset({15})),  # JCB
    (6011, 6011, frozenset({16, 19})), (644, 649, frozenset({16, 19})), (65, 65, frozenset({16, 19})),  # Discover
    (62, 62, frozenset({16, 17, 18, 19})), (81, 82, frozenset({16, 17, 18, 19})),  # UnionPay, RuPay
    (2200, 2204, frozenset({16, 17, 18, 19})), (9792, 9792, frozenset({16})), (60, 60, frozenset({16})),  # Mir, Troy
    (5018, 5018, frozenset(range(12, 20))), (5020, 5020, frozenset(range(12, 20))),  # Maestro
    (5038, 5038, frozenset(range(12, 20))), (5893, 5893, frozenset(range(12, 20))),
    (56, 58, frozenset(range(12, 20))), (6304, 6304, frozenset(range(12, 20))),
    (6390, 6390, frozenset(range(12, 20))), (6759, 6759, frozenset(range(12, 20))),
    (6761, 6763, frozenset(range(12, 20))), (50, 50, frozenset({16, 19})), (63, 63, frozenset({16, 19})),
    (66, 69, frozenset({16, 19})),
)  # fmt: skip
_ZERO_MAESTRO = "0604"

_UNBROKEN = re.compile(r"(?<![0-9A-Za-z])(?<!\d[.,])\d{12,19}(?![0-9A-Za-z]|[.,]\d)")
_GROUPED = re.compile(
    r"(?<![0-9A-Za-z])(?<!\d[.,])(?:"
    r"\d{4}([ .\-/\t\n]{1,3})\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?"
    r"|\d{4}([ .\-/\t]{1,3})\d{6}\2\d{4,5})(?![0-9A-Za-z])"
)
_SCATTERED = re.compile(r"(?<![0-9A-Za-z])\d(?:[ .\-/_*|]{0,3}\d){13,18}+(?![ .\-/]{0,3}\d|[A-Za-z])")
_OTHER_WORDS = re.compile(
    r"\b(?:ean|gtin|isbn|imei|barcode|tracking|order|invoice|parcel|shipment|serial|timestamp|bestell\w*|rechnung\w*|"
    r"sendung\w*|auftrag\w*|commande|pedido|ordine)\b",
    re.IGNORECASE,
)
_CARD_WORDS = re.compile(
    r"card|visa|mastercard|amex|maestro|credit|debit|karte|carte|tarjeta|carta|cart[ãa]o|karta|kaart|kort|pan\b",
    re.IGNORECASE,
)


def find_cards(text: str) -> Iterator[Span]:
    """Every payment card number, unbroken, in groups, or with separators scattered through it."""
    for found in _UNBROKEN.finditer(text):
        number = found.group()
        card_word = last_match(_CARD_WORDS, text, found.start(), 40)
        other_word = last_match(_OTHER_WORDS, text, found.start(), 40)
        called_a_card = card_word > other_word and luhn(number) and len(set(number)) > 1
        if called_a_card or (is_card(number) and other_word < 0):
            yield Span("payment_card", found.start(), found.end(), 0.95 if len(number) > 13 else 0.8, PAYMENT_CARD)
    for pattern in (_GROUPED, _SCATTERED):
        for found in pattern.finditer(text):
            if not found.group().isdigit() and is_card(re.sub(r"\D", "", found.group())):
                yield Span("payment_card", found.start(), found.end(), 0.95, PAYMENT_CARD)


def is_card(number: str) -> bool:
    """Whether some digits are the number of a card that an issuer could have given out."""
    if not luhn(number) or len(set(number)) == 1:
        return False
    if number.startswith(_ZERO_MAESTRO):
        return 12 <= len(number) <= 19
    for first, last, lengths in _ISSUERS:
        if len(number) in lengths and first <= int(number[: len(str(first))]) <= last:
            return True
    return False


IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
"""Country → length of its IBAN (SWIFT's IBAN registry)."""

_IBAN_START = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}[ .\-]?\d[ ]?\d(?=[ .\-_/]{0,2}[0-9A-Za-z])")
_IBAN_WORD = re.compile(r"\biban\b", re.IGNORECASE)


def find_ibans(text: str) -> Iterator[Span]:
    """Every IBAN, with or without separators, in either case.

    One that fails mod 97 counts when the word IBAN stands right before it: a typing error is still an account.
    """
    reached = 0
    for found in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(found.group()[:2].upper())
        if length is None or found.start() < reached:
            continue
        letters, end = _collect(text, found.start(), length)
        if len(letters) < length or text[end : end + 1].isalnum():
            continue
        valid = mod97(letters)
        if valid or _IBAN_WORD.search(text, max(0, found.start() - 16), found.start()):
            yield Span("iban", found.start(), end, 0.99 if valid else 0.6, IBAN)
            reached = end


def _collect(text: str, start: int, length: int) -> tuple[str, int]:
    """The next `length` letters and digits, with at most two separators between any of them; and where they end."""
    letters: list[str] = []
    place, gap = start, 0
    while place < len(text) and len(letters) < length and gap <= 2:
        letter = text[place]
        if letter.isascii() and letter.isalnum():
            letters.append(letter)
            gap = 0
        elif letter in " .-_/":
            gap += 1
        else:
            break
        place += 1
    return "".join(letters).upper(), place

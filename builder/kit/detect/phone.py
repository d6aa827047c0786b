"""Phone numbers. Digits alone say little, so a number counts by its form, by the words near it, or by its region."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.kit.detect.spans import Span, last_match

PHONE = "phone@1"

_CANDIDATE = re.compile(
    r"(?<![0-9A-Za-z$€£¥@_])(?<!\d[:,.])[+(]{0,2}\d(?:[ ().\-/]{0,3}\d){5,}+"
    r"(?:[ ,]{0,2}(?:x|ext\.?|extension|dw|durchwahl|poste)[ .:]?\d{1,6})?(?![0-9A-Za-z_@%]|[:,]\d| ?[€$£¥])",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?<![0-9A-Za-z+])(?:"
    r"(?:1[ .\-])?\([2-9]\d{2}\) ?[2-9]\d{2}[ .\-]\d{4}"  # (801) 990-9450
    r"|(?:1[ .\-]?)?[2-9]\d{2}([.\- ])[2-9]\d{2}\1\d{4}"  # 801-990-9450
    r"|0[1-9]([ .\-])\d{2}(?:\2\d{2}){3}"  # 01.78.26.89.85
    r"|\(0[1-9]\d{1,4}\) ?\d{2,4}(?:[ \-]?\d{2,4}){1,3}"  # (07700) 556 952
    r"|0[1-9]\d{1,4}[ \-/]\d{3,4}[ \-]?\d{3,4}"  # 0344 1575687, 020 7946 0958
    r"|0[1-9]\d{1,2}[ /]\d{2,4}(?: \d{2}){2,3}"  # 081 273 30 84
    r")(?:[ ,]{0,2}(?:x|ext\.?)[ .:]?\d{1,6})?(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:tel(?:e(?:ph|f)on\w*|efax|éfono|[ée]phone\w*|efone|emóvel)?|t[ée]l[ée]ph\w+|t[ée]l|tlf|phones?|phoned|cell|cellphone"
    r"|mobile?|mob"
    r"|fax|call(?:s|ed|ing|back)?|dial(?:l?ed|l?ing)?|ring|reach(?:ed|ing)?|whatsapp|sms|texted|text me"
    r"|messages?|hotline|answer(?:s|ed|ing)?|voicemail|contact|landline|pager|desk|(?:my|his|her|our|their|your) number"
    r"|handy\w*|mobil\w*|rufnummer|festnetz|durchwahl|anruf\w*|angerufen|rückruf|zurückrufen|erreich\w*|ruf\w*"
    r"|portable|appel\w*|rappel\w*|joindre|joignable"
    r"|m[óo]vil|celular|llam\w+|fijo|tel[ée]fono"
    r"|cellulare|chiam\w+|recapito"
    r"|telefoon\w*|mobiel\w*|bel(?:len|t)?|gsm"
    r"|ligar|ligue|contato|contacto|komórk\w*|zadzwo\w*|dzwoni\w*|numer tel\w*|puhelin\w*)\b",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"\b(?:customer|client|orders?|invoices?|tickets?|cases?|refs?|reference|account|acct|serial|sku|part|tracking|isbn|ean|vat|contract"
    r"|version|build|zip|postal|postcode|box|suite|amount|total|price|balance|licen[cs]e|passport|ssn|security"
    r"|card|iban|id|nr|item|batch|policy|parcel|bic|blz|claim|since|hash|transaction"
    r"|rechnung\w*|auftrag\w*|bestell\w*|vertrag\w*|aktenzeichen|kundenn\w*|konto\w*|karte|betrag|artikel\w*|ausweis\w*"
    r"|commande|facture|compte|dossier|pedido|factura|cuenta|importe|ordine|fattura|conto|zamówieni\w*|faktur\w*)\b",
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(
    r"(?:19|20)\d{2}([.\-/ ])(?:0?[1-9]|1[0-2])\1[0-3]?\d(?!\d)"  # a date, year first
    r"|(?<!\d)[0-3]?\d([./\-])[0-3]?\d\2(?:19|20)\d{2}(?!\d)"  # a date, year last
    r"|\A\d{1,3}(?:\.\d{1,3}){3}\Z"  # an IPv4 address
    r"|\A\d{3}-\d{2}-\d{4}\Z"  # the form of a US Social Security Number
    r"|\A[1-9]\d{0,2}(?:[. ]000)+\Z|\A\d+\.\d+\Z"  # a round amount, a decimal number
    r"|\A(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\Z"  # 20261123
    r"|\A(?:19|20)\d{2} ?[\-/] ?(?:19|20)\d{2}\Z"  # 2019-2026
)
_EXTENSION = re.compile(r"x|ext|dw|durch|poste", re.IGNORECASE)
_SEVERAL = re.compile(r" {2,}| [/\-] |, ?")


def find_phones(text: str, region: str | None) -> Iterator[Span]:
    """Every phone number.

    Args:
        text: in plain form.
        region: two-letter country whose national numbers count without a word nearby.
    """
    for found in _CANDIDATE.finditer(text):
        yield from _judge(text, found.start(), found.end(), region)


def _judge(text: str, start: int, end: int, region: str | None) -> Iterator[Span]:
    raw = text[start:end]
    if _count_digits(raw) > 15:
        yield from _take_apart(text, start, end, region)
        return
    score = _score(text, start, end, region)
    if score:
        unopened = raw.startswith("(") and ")" not in raw
        yield Span("phone", start + unopened, end, score, PHONE)


def _score(text: str, start: int, end: int, region: str | None) -> float:
    """How sure it is that this is a phone number; 0 when it is none."""
    raw = text[start:end]
    count = _count_digits(raw)
    if raw.lstrip("(").startswith(("+", "00")) and count >= 8 and _is_international(raw):
        return 0.95
    if _NOT_A_PHONE.search(raw):
        return 0.0
    phone_word = last_match(_WORDS, text, start, 48)
    other_word = last_match(_OTHER_WORDS, text, start, 40)
    if other_word > phone_word:
        return 0.0
    if phone_word < 0:
        after = _WORDS.search(text, end, end + 24)
        phone_word = after.start() if after else -1
    strong = _STRONG.fullmatch(raw) is not None
    if phone_word >= 0:
        return 0.9 if strong else 0.75
    if strong and 9 <= count <= 11:
        return 0.7
    if region is not None and _is_national(raw, region):
        return 0.7
    return 0.0


def _count_digits(raw: str) -> int:
    """How many digits stand in a number, its extension not counted."""
    return sum(letter.isdigit() for letter in _EXTENSION.split(raw, maxsplit=1)[0])


def _take_apart(text: str, start: int, end: int, region: str | None) -> Iterator[Span]:
    """A run too long for one number: the numbers in it, by what separates them, else by their forms."""
    cuts = [found.span() for found in _SEVERAL.finditer(text, start, end)]
    if cuts:
        begins = [start, *(stop for _, stop in cuts)]
        ends = [*(begin for begin, _ in cuts), end]
        for begin, stop in zip(begins, ends, strict=True):
            score = _score(text, begin, stop, region) if 6 <= _count_digits(text[begin:stop]) <= 15 else 0.0
            if score:
                yield Span("phone", begin, stop, score, PHONE)
        return
    for found in _STRONG.finditer(text, start, end):
        yield Span("phone", found.start(), found.end(), 0.7, PHONE)


def _is_international(raw: str) -> bool:
    import phonenumbers  # heavy: loaded on first use

    cleaned = raw.replace("(0)", "").lstrip("(")
    double_zero = cleaned.startswith("00")
    try:
        number = phonenumbers.parse("+" + cleaned.lstrip("0") if double_zero else cleaned, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) if double_zero else phonenumbers.is_possible_number(number)


def _is_national(raw: str, region: str) -> bool:
    import phonenumbers  # heavy: loaded on first use

    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)

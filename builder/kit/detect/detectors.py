"""A Detector is one rule of ours with a name, a version, and what was measured about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.kit.detect.birth import DATE_OF_BIRTH, find_birth_dates
from builder.kit.detect.contact import EMAIL, IP_ADDRESS, find_emails, find_ip_addresses
from builder.kit.detect.national import NATIONAL_IDS, find_national_ids
from builder.kit.detect.payment import IBAN, PAYMENT_CARD, find_cards, find_ibans
from builder.kit.detect.phone import PHONE, find_phones
from builder.kit.detect.secrets import NAMED_SECRETS, SECRET_RULES
from builder.kit.detect.spans import Span, make_plain, place_spans, settle_overlaps

NATIONAL_KINDS = frozenset(each.kind for each in NATIONAL_IDS)
PERSONAL_KINDS = frozenset({"email", "phone", "payment_card", "iban", "ip_address", "date_of_birth"}) | NATIONAL_KINDS
GROUPS = {"national_id": NATIONAL_KINDS}
"""Words that stand for several kinds."""


def spread_kinds(kinds: Iterable[str]) -> frozenset[str]:
    """Kinds with every group replaced by its members.

    Raises:
        ValueError: no detector finds such a kind.
    """
    spread: set[str] = set()
    for kind in kinds:
        if kind not in GROUPS and kind not in PERSONAL_KINDS:
            raise ValueError(f"no detector finds {kind!r}; there are {', '.join(sorted((*GROUPS, *PERSONAL_KINDS)))}")
        spread |= GROUPS.get(kind, {kind})
    return frozenset(spread)


def find_personal_data(text: str, kinds: frozenset[str] | None = None, region: str | None = None) -> list[Span]:
    """Structured personal data in a text, in order of place, without overlaps.

    Names, postal addresses and free descriptions of people are not found.

    Args:
        text: any text.
        kinds: what to look for (`email`, `iban`, or the group `national_id` …); None for all.
        region: two-letter country (`DE`) whose national phone numbers count without a word nearby.
    """
    wanted = PERSONAL_KINDS if kinds is None else spread_kinds(kinds)
    plain, indices = make_plain(text)
    return place_spans(settle_overlaps(_find_all(plain, wanted, region)), indices)


def _find_all(text: str, wanted: frozenset[str], region: str | None) -> Iterator[Span]:
    if "email" in wanted and "@" in text:
        yield from find_emails(text)
    digits = sum(map(text.count, "0123456789"))
    if digits < 1:
        return
    if "ip_address" in wanted:
        yield from find_ip_addresses(text)
    if digits >= 5 and "date_of_birth" in wanted:
        yield from find_birth_dates(text)
    if digits < 6:
        return
    if "phone" in wanted:
        yield from find_phones(text, region)
    if not wanted.isdisjoint(NATIONAL_KINDS):
        yield from find_national_ids(text, wanted)
    if "iban" in wanted:
        yield from find_ibans(text)
    if digits >= 12 and "payment_card" in wanted:
        yield from find_cards(text)


_CHECKED = "not measured on a corpus; its check digits are tested on numbers that the authorities publish"
_WORDED = "not measured on a corpus; it has no check digit, so it counts only behind words that announce it"
_FORMS = "not measured on a corpus; its form is tested on made-up keys and on near misses"


@dataclass(frozen=True, slots=True)
class Detector:
    """What is known of one detector.

    Attributes:
        kind: what it finds.
        title: what people call that.
        name: `name@version`; the version rises when what it finds changes.
        recall: share of the true ones that it found, or None where nothing was measured.
        precision: share of what it found that was true, or None where nothing was measured.
        sample: how many true ones the measurement had.
        corpus: what it was measured on.
    """

    kind: str
    title: str
    name: str
    recall: float | None = None
    precision: float | None = None
    sample: int = 0
    corpus: str = _CHECKED

    @property
    def recall_floor(self) -> float | None:
        """Lower end of the 95 % Wilson interval of the recall: what a small sample still lets one say."""
        if self.recall is None or not self.sample:
            return None
        z2, n = 1.96**2, self.sample
        middle = self.recall + z2 / (2 * n)
        spread = 1.96 * math.sqrt(self.recall * (1 - self.recall) / n + z2 / (4 * n * n))
        return (middle - spread) / (1 + z2 / n)


_SENTENCES = (
    "994 English sentences with made-up people, numbers in the style of many countries (from presidio-research's "
    "synthetic set); the rules were settled on the same sentences, so expect less elsewhere"
)

DETECTORS: dict[str, Detector] = {
    each.kind: each
    for each in (
        Detector("email", "E-mail address", EMAIL, 1.0, 1.0, 35, _SENTENCES),
        Detector("phone", "Phone number", PHONE, 1.0, 1.0, 95, _SENTENCES),
        Detector("payment_card", "Payment card number", PAYMENT_CARD, 1.0, 1.0, 111, _SENTENCES),
        Detector("iban", "Bank account (IBAN)", IBAN, 1.0, 1.0, 5, _SENTENCES),
        Detector("ip_address", "IP address", IP_ADDRESS, 1.0, 1.0, 6, _SENTENCES),
        Detector("date_of_birth", "Date of birth beside a word that says so", DATE_OF_BIRTH, 1.0, 1.0, 5, _SENTENCES),
        Detector("us_ssn", "US Social Security Number", "us_ssn@1", 1.0, 1.0, 9, _SENTENCES),
        *(
            Detector(each.kind, each.title, each.detector, corpus=_CHECKED if each.has_check else _WORDED)
            for each in NATIONAL_IDS
            if each.kind != "us_ssn"
        ),
        *(Detector(rule.kind, rule.title, rule.detector, corpus=_FORMS) for rule in SECRET_RULES),
        *(Detector(kind, title, f"{kind}@1", corpus=_FORMS) for kind, title in NAMED_SECRETS.items()),
    )
}
"""Kind → what finds it and how well, secrets included. Names and postal addresses are not covered."""

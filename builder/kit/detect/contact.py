"""E-mail and IP addresses. Both start from a character that is rare in prose, so long texts cost little."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from builder.kit.detect.spans import Span

EMAIL = "email@1"
IP_ADDRESS = "ip_address@1"

_LOCAL = re.compile(r"[\w.+\-'%&!#$*~^]")
_DOMAIN = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,63})", re.IGNORECASE)
_FILE_ENDINGS = frozenset((
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "css", "js", "ts", "json", "html", "py", "txt", "pdf",
    "md",
))  # fmt: skip


def find_emails(text: str) -> Iterator[Span]:
    """Every e-mail address (RFC 5321 as people write it, letters of any script; a quoted local part too)."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        if domain is not None:
            start = _start_of_local(text, at)
            ending = domain.group().rpartition(".")[2].lower()
            cloned = text[start:at] == "git" and text[domain.end() : domain.end() + 1] == ":"
            if start < at and ending not in _FILE_ENDINGS and not cloned:
                yield Span("email", start, domain.end(), 0.99, EMAIL)
        at = text.find("@", at + 1)


def _start_of_local(text: str, at: int) -> int:
    """Where the local part before an `@` begins; `at` itself when there is none."""
    if at and text[at - 1] == '"':
        quote = text.rfind('"', max(0, at - 66), at - 1)
        return at if quote < 0 or "\n" in text[quote:at] else quote
    start = at
    while start > 0 and at - start < 64 and _LOCAL.match(text[start - 1]):
        start -= 1
    while start < at and not text[start].isalnum() and text[start] != "_":
        start += 1
    return start


_FOUR = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)")
_SIX = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?<!:)(?:(?<=[0-9A-Fa-f])(?:\.\d{1,3}){3})?"
    r"(?![\w:])"
)
_VERSION_WORD = re.compile(
    r"(?:\bv|\bver\.?|version|release|build|firmware|driver|update|upgrade|section|chapter|clause|§|\bkapitel|abschnitt)"
    r"[ :=#]{0,3}(?:number|no\.?|nr\.?|is)?[ :=]{0,2}\Z",
    re.IGNORECASE,
)
_IP_WORD = re.compile(r"\bip\b|ipv|_ip|address|host|server|\bdns\b|gateway|subnet|ping|adresse", re.IGNORECASE)


def find_ip_addresses(text: str) -> Iterator[Span]:
    """Every IPv4 and IPv6 address that can belong to somebody: no loopback, no net mask, no version number."""
    if "." in text:
        for found in _FOUR.finditer(text):
            if _is_address_of_four(text, found):
                yield Span("ip_address", found.start(), found.end(), 0.9, IP_ADDRESS)
    if ":" in text:
        for found in _SIX.finditer(text):
            if _is_address_of_six(found.group()):
                yield Span("ip_address", found.start(), found.end(), 0.95, IP_ADDRESS)


def _is_address_of_four(text: str, found: re.Match[str]) -> bool:
    parts = found.group().split(".")
    if any(len(part) > 1 and part[0] == "0" for part in parts) or any(int(part) > 255 for part in parts):
        return False
    if parts[0] in ("0", "127", "255"):
        return False
    start = found.start()
    before = text[max(0, start - 40) : start]
    if _VERSION_WORD.search(before[-24:]):
        return False
    if before[-1:] in ("/", "-", "_") and before[-2:-1].isalnum():  # `Chrome/120.0.0.0`, `tool-1.2.3.4`
        return False
    numbered = start == 0 or before[-1:] == "\n"  # `1.2.3.4 Scope` is a heading
    if numbered and all(int(part) < 30 for part in parts) and text[found.end() : found.end() + 1] == " ":
        return _IP_WORD.search(before + text[found.end() : found.end() + 40]) is not None
    return True


def _is_address_of_six(text: str) -> bool:
    if not any(letter.isdigit() for letter in text) and "::" in text:
        return False  # `dead::beef` is somebody's code
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)

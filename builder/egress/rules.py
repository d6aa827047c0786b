"""Which addresses a request may reach. Pure: texts and numbers in, an answer out, before any socket opens.

A host is judged by the address it stands for, never by its spelling: `127.1`, `0x7f000001`, `017700000001` and
`2130706433` are all 127.0.0.1. A name is judged by every address it resolves to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from builder.kit.errors import HandrailError

Address: TypeAlias = IPv4Address | IPv6Address

# From the IANA special-purpose address registries; the words are what the refused person reads. The order matters
# only where ranges nest. 168.63.129.16 is public by number but answers as Azure's metadata server.
_SPECIAL = tuple((ip_network(block), word) for block, word in (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "metadata"),
    ("169.254.0.0/16", "link-local or metadata"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "special-purpose"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved or broadcast"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("::/96", "IPv4-compatible"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "special-purpose"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("fc00::/7", "unique-local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
))  # fmt: skip
_GLOBAL_IPV6 = ip_network("2000::/3")
_INTERNAL = frozenset(("loopback", "private", "unique-local", "carrier-grade NAT"))
"""What a name on the allow-list may stand for; anything else special must be listed by its address."""

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\Z")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*\Z|[0-9]+\Z")


class AllowListError(HandrailError):
    """An entry of the allow-list is not a host."""

    code = "allow_list_wrong"


class HostError(ValueError):
    """A text that stands where a host should, and is none."""


def read_host(host: str) -> Address | str:
    """What a URL's host stands for: an address, or a name in lower case without its final dot.

    IPv4 is read as C's `inet_aton` reads it (one to four parts; decimal, octal or hexadecimal), because that is how
    the system's resolver would read it.

    Raises:
        HostError: it is neither.
    """
    text = host.removeprefix("[").removesuffix("]").lower()
    if ":" in text:
        if "%" in text:
            raise HostError("an address with a zone is not allowed")
        try:
            return IPv6Address(text)
        except ValueError:
            raise HostError("it is not an IPv6 address") from None
    text = text.removesuffix(".")
    if _NUMBER.match(text.rpartition(".")[2]):
        return _read_ipv4(text)
    if len(text) > 253 or not _NAME.match(text):
        raise HostError("it is not a host name")
    return text


def _read_ipv4(text: str) -> IPv4Address:
    parts = text.split(".")
    if len(parts) > 4 or not all(_NUMBER.match(part) for part in parts):
        raise HostError("it is not an IPv4 address")
    try:
        numbers = [_read_number(part) for part in parts]
    except ValueError:
        raise HostError("it is not an IPv4 address") from None
    *heads, tail = numbers
    if any(head > 255 for head in heads) or tail >= 256 ** (5 - len(numbers)):
        raise HostError("it is not an IPv4 address")
    value = tail
    for place, head in enumerate(heads):
        value += head << (8 * (3 - place))
    return IPv4Address(value)


def _read_number(part: str) -> int:
    if len(part) > 64:
        raise ValueError
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)


def read_port(port: int) -> int:
    """The port, if it is one.

    Raises:
        HostError: it is out of range.
    """
    if not 0 < port < 65_536:
        raise HostError("its port is out of range")
    return port


def judge_address(address: Address) -> str | None:
    """Why an address may not be reached, as a word; None for a public one."""
    for block, word in _SPECIAL:
        if address.version == block.version and address in block:
            return word
    if address.version == 6 and address not in _GLOBAL_IPV6:
        return "reserved"
    return None


def read_addresses(texts: tuple[str, ...]) -> tuple[Address, ...]:
    """A resolver's answers as addresses; a zone (`fe80::1%eth0`) is dropped, since its range decides."""
    return tuple(ip_address(text.partition("%")[0]) for text in texts)


def write_entry(host: str, port: int) -> str:
    """A host and its port as the list of allowed hosts takes them: an address of version 6 stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def judge_name(addresses: tuple[Address, ...], *, listed: bool) -> str | None:
    """Why a name may not be reached, or None. One bad address condemns them all: a mixed answer is an attack or a slip.

    Args:
        addresses: everything the name resolves to.
        listed: whether IT's allow-list names this host; then internal addresses are fine, others special still not.
    """
    words = [word for word in map(judge_address, addresses) if word is not None]
    if listed:
        words = [word for word in words if word not in _INTERNAL]
    return words[0] if words else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """IT's allow-list: hosts that may be reached whatever their address, at one port or (without one) at any."""

    entries: frozenset[tuple[Address | str, int | None]] = frozenset()

    @classmethod
    def of(cls, *texts: str) -> Allowed:
        """Reads entries such as `crm.example`, `127.0.0.1:9911`, `[::1]:8080`.

        Raises:
            AllowListError: one is not a host, or a host and a port.
        """
        return cls(frozenset(_read_entry(text) for text in texts))

    def covers(self, host: Address | str, port: int) -> bool:
        """Whether this host at this port is listed."""
        return (host, port) in self.entries or (host, None) in self.entries


def _read_entry(text: str) -> tuple[Address | str, int | None]:
    found = re.fullmatch(r"(\[[^\]]*\]|[^:/@\s]*)(?::([0-9]{1,9}))?", text.strip())
    host, port = found.groups() if found else ("", None)
    try:
        return read_host(host), read_port(int(port)) if port else None
    except HostError as error:
        raise AllowListError(
            f"{text!r} cannot stand in the list of allowed hosts: {error}.",
            way_out="Write a host, or a host and a port, as in crm.example or 127.0.0.1:9911.",
        ) from None

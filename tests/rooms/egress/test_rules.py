"""Every spelling of an address is judged by what it stands for."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.egress.rules import Allowed, AllowListError, HostError, judge_address, judge_name, read_host

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)


def spellings(address: IPv4Address) -> list[str]:
    """An address in every form that C's inet_aton takes."""
    value = int(address)
    a, b, c, d = address.packed
    parts = ([a, b, c, d], [a, b, value & 0xFFFF], [a, value & 0xFFFFFF], [value])
    forms = []
    for numbers in parts:
        forms += [".".join(map(str, numbers)), ".".join(map(hex, numbers)), ".".join(f"0{n:o}" for n in numbers)]
    return [*forms, forms[1].upper(), f"{forms[0]}.", f"0x{0:010}{value:x}"]


@given(V4)
def test_every_spelling_stands_for_its_address(address: IPv4Address) -> None:
    for text in spellings(address):
        assert read_host(text) == address, text


@given(st.from_regex(r"(0x)?[0-9a-f]{1,11}(\.(0x)?[0-9a-f]{1,4}){0,4}", fullmatch=True))
def test_reads_numbers_exactly_as_the_system_does(text: str) -> None:
    try:
        known = read_host(text)
    except HostError:
        known = None
    try:
        theirs = IPv4Address(socket.inet_aton(text))
    except OSError:
        theirs = None
    if theirs is not None:
        assert known == theirs
    else:
        assert not isinstance(known, IPv4Address)


@given(V4)
def test_no_ipv6_wrapping_hides_an_ipv4_address(address: IPv4Address) -> None:
    value = int(address)
    wrapped = (
        (0xFFFF << 32) | value,
        (0xFFFF << 48) | value,
        value,
        (0x64FF9B << 96) | value,
        (0x0064FF9B0001 << 80) | value,
        (0x2002 << 112) | (value << 80),
        (0x20010000 << 96) | value,
    )
    for number in wrapped:
        assert judge_address(IPv6Address(number)) is not None


@given(st.one_of(V4, st.integers(0, 2**128 - 1).map(IPv6Address)))
def test_what_passes_is_global(address: IPv4Address | IPv6Address) -> None:
    if judge_address(address) is None:
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])
def test_public_addresses_pass(text: str) -> None:
    assert judge_address(ip_address(text)) is None


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a.example", "exa mple", "a/b", "%31", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "4294967296", "08",
     "0x", "example.0x1g", "::1%eth0", "[::1%25lo]", "a" * 64 + ".example", "host\x00", "ex\u0430mple", "1.2.3.0x"],
)  # fmt: skip
def test_what_is_no_host(text: str) -> None:
    if text in ("0x", "1.2.3.0x"):
        assert read_host(text) in (IPv4Address("0.0.0.0"), IPv4Address("1.2.3.0"))  # as other readers of URLs take it
    elif text == "example.0x1g":
        assert read_host(text) == text
    else:
        with pytest.raises(HostError):
            read_host(text)


def test_one_bad_address_condemns_a_name() -> None:
    good, bad = ip_address("8.8.8.8"), ip_address("10.0.0.1")
    assert judge_name((good,), listed=False) is None
    assert judge_name((good, bad), listed=False) == "private"
    assert judge_name((bad,), listed=True) is None
    assert judge_name((good, ip_address("169.254.169.254")), listed=True) == "link-local or metadata"


def test_allow_list() -> None:
    allowed = Allowed.of("CRM.example", "127.0.0.1:9911", "[::1]:80")
    assert allowed.covers("crm.example", 8443)
    assert allowed.covers(IPv4Address("127.0.0.1"), 9911)
    assert not allowed.covers(IPv4Address("127.0.0.1"), 9912)
    assert allowed.covers(IPv6Address("::1"), 80)
    assert not allowed.covers("evil-crm.example", 443)


@pytest.mark.parametrize("text", ["", "http://crm.example", "crm.example:0", "crm.example:70000", "a b", "x@y", ":80"])
def test_allow_list_says_what_is_wrong(text: str) -> None:
    with pytest.raises(AllowListError, match="cannot stand in the list"):
        Allowed.of(text)

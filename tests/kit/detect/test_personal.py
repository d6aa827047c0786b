"""What the detectors find, and what they leave alone."""

from __future__ import annotations

import pytest

from builder.kit.detect import DETECTORS, PERSONAL_KINDS, find_in_field, find_personal_data, spread_kinds

FOUND = [
    # (kind, text with the thing between angle brackets)
    ("email", "Write to <jane.doe+tickets@mail.example.co.uk>, please."),
    ("email", "mailto:<o'brien@example.ie>?subject=x"),
    ("email", "Schreib an <jörg.müller@bücher.example>!"),
    ("email", '(<"jane doe"@example.com>)'),
    ("email", "cc=<a_b@xn--bcher-kva.example>;"),
    ("phone", "Call me at <606 8113> tomorrow"),
    ("phone", "My number is +44 — I mean <+44 7700 900123>."),
    ("phone", "Fax: <+46 (0)8 348 512 64>"),
    ("phone", "<(612) 963-2128 x9719>"),
    ("phone", "reach us on <0049 30 901820>"),
    ("phone", "Rufnummer <0171/1234567>"),
    ("phone", "Anna Meier, <+1-801-990-9450x123>, Bern"),
    ("phone", "Anna Meier, <001-801-990-9450>, Bern"),
    ("phone", "Anna Meier, <(05941) 820521>, Bern"),
    ("phone", "Anna Meier, <+55 (11) 98765-4321>, Bern"),
    ("phone", "Sie erreichen mich unter <030 901820>."),
    ("phone", "Mon portable : <06 12 34 56 78>"),
    ("phone", "Mon numéro de téléphone est le <0344 157 568>"),
    ("phone", "mi móvil es <612 345 678>"),
    ("phone", "chiamami al <347 1234567>"),
    ("phone", "bel mij op <06-12345678>"),
    ("phone", "<555-0123-99> is my phone number"),
    ("phone", "Desk:\\n<070 7291 4587>\\nFloor: 3"),
    ("payment_card", "card <4111 1111 1111 1111>, exp 12/27"),
    ("payment_card", "Amex <3782-822463-10005>"),
    ("payment_card", "paid with <5555555555554444>"),
    ("payment_card", "<6011111111111117>"),
    ("payment_card", "<4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1>"),
    ("payment_card", "<4111.1111.1111.1111>"),
    ("payment_card", "卡号<4111111111111111>的"),
    ("payment_card", "my card 3<521605451475032> is lost".replace("3<", "<3")),
    ("iban", "IBAN <DE89 3704 0044 0532 0130 00>, BIC COBADEFFXXX"),
    ("iban", "to <gb29nwbk60161331926819>."),
    ("iban", "<NO93-8601-1117-947>"),
    ("iban", "<FR14 2004 1010 0505 0001 3M02 606>"),
    ("iban", "IBAN: <DE88 3704 0044 0532 0130 00> with a typing error"),
    ("ip_address", "logged in from <203.0.113.7>."),
    ("ip_address", "client_ip = ?%//!%20\\|<198.51.100.23>|%20/"),
    ("ip_address", "http://<198.51.100.23>:8080/x"),
    ("ip_address", "host <2001:db8:85a3::8a2e:370:7334>"),
    ("ip_address", "dial <::ffff:203.0.113.9>"),
    ("date_of_birth", "She was born on <4/30/1980>."),
    ("date_of_birth", "DOB: <1980-04-30>"),
    ("date_of_birth", "Geboren am <12. März 1980> in Bonn"),
    ("date_of_birth", "née le <3 février 1975>"),
    ("date_of_birth", "fecha de nacimiento: <12 de marzo de 1980>"),
    ("date_of_birth", "nato il <12/03/1980>"),
    ("date_of_birth", "data urodzenia <12.03.1980>"),
    ("date_of_birth", "date of birth is March <12, 1980>".replace("March <", "<March ")),
    ("us_ssn", "SSN <536-90-4399>"),
    ("us_ssn", "social security number <536904399>"),
    ("us_itin", "ITIN <912-90-3456>"),
    ("uk_nino", "<AB 12 34 56 C>"),
    ("uk_nhs", "NHS number <943 476 5919>"),
    ("driving_licence", "My driver's license number is <019rf1807>"),
    ("driving_licence", "Driving licence no. <MORGA657054SM9IJ>, valid"),
    ("driving_licence", "driver license: <D400-7836-0001>"),
    ("driving_licence", "Führerschein-Nr. <B072RRE2I55>"),
    ("passport", "passport no. <123456789>"),
    ("passport", "Numéro de passeport : <12AB34567>"),
    ("passport", "Mein Reisepass: <C01X00T47>"),
    ("de_tax_id", "Steuer-ID <86 095 742 719>"),
    ("de_tax_id", "Steuer-Identifikationsnummer: <86095742719>"),
    ("de_pension", "Rentenversicherungsnummer <65 170839 J 00 3>"),
    ("fr_nir", "<2 55 08 14 168 025 38>"),
    ("es_dni", "DNI <12345678Z>"),
    ("es_nie", "<X-1234567-L>"),
    ("it_codice_fiscale", "codice fiscale <RSSMRA85T10A562S>"),
    ("nl_bsn", "BSN: <111222333>"),
    ("pl_pesel", "PESEL <44051401359>"),
    ("ch_ahv", "<756.9217.0769.85>"),
    ("at_svnr", "SV-Nr <1237 010180>"),
    ("be_rrn", "<85.07.30-033.28>"),
    ("se_personnummer", "<670919-9530>"),
    ("no_fodselsnummer", "fødselsnummer <151086 95088>"),
    ("dk_cpr", "CPR <211062-5629>"),
    ("fi_hetu", "<131052-308T>"),
    ("ie_ppsn", "PPSN <1234567T>"),
    ("ie_ppsn", "<1234567FA>"),
    ("pt_nif", "NIF <501 964 843>"),
    ("cz_rodne_cislo", "<710319/2745>"),
    ("ca_sin", "SIN <046 454 286>"),
    ("br_cpf", "<390.533.447-05>"),
    ("in_aadhaar", "Aadhaar <2341 2341 2346>"),
    ("cn_resident_id", "身份证 <11010519491231002X>"),
]


@pytest.mark.parametrize(("kind", "marked"), FOUND)
def test_found_exactly(kind: str, marked: str) -> None:
    start, end = marked.index("<"), marked.index(">") - 1
    text = marked.replace("<", "", 1).replace(">", "", 1)
    spans = [(span.kind, text[span.start : span.end]) for span in find_personal_data(text)]
    assert (kind, text[start:end]) in spans


LEFT_ALONE = [
    "my passport is red and 20261130 is the day",
    "passports are processed in 123456 days",
    "my driver's license number is unknown to me",
    "No number here, and @nobody at all.",
    "git@github.com:team/project.git",
    "logo@2x.png and lodash@4.17.21",
    "Version 10.0.19.1 and v1.2.3.4 and Chrome/120.0.0.0 and tool-1.2.3.4",
    "127.0.0.1, 0.0.0.0 and 255.255.255.0 belong to nobody",
    "1.2.3.4 Scope of this chapter",
    "at 12:34:56 the MAC was aa:bb:cc:dd:ee:ff and std::vector and dead::beef",
    "Order 4111111111111112 was sent",
    "tracking number 4012345678901",
    "invoice 123456789, ticket 555-123-4567",
    "on 2026-11-23 10:15:00.123456 and 23.11.2026 and 11/23/2026",
    "call me on 2026-11-23",
    "a fine of 1 000 000 or 12 345 678 EUR, about 3.1415926535",
    "550e8400-e29b-41d4-a716-446655440000",
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "the years 2019-2026",
    "000-12-3456 and 666-12-3456 and 123-00-4567 and 123-45-0000",
    "GB12 is a road; DE89 too",
    "12345678A is no DNI",
    "the company was born in 1994 and met on 4/30/1980",
    "born on 31/02/1980",
    "1111111111111111 0000000000000000",
    "ISBN 978-3-16-148410-0",
    "0.123456789012 and 12,345,678,901",
    "The EAN is 4006381333931.",
    "order id: 4111111111111111",
    "customer number 0123 456789",
    "ISBN 0-306-40615-2, IMEI 490154203237518, model 0815-4711-12, zip 60925-1234",
    "timestamp 1700000000000, DOI 10.1038/s41586-020-2649-2, at 52.520008, 13.404954",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    assert [(span.kind, text[span.start : span.end]) for span in find_personal_data(text)] == []


TRICKS = [
    ("payment_card", "４１１１　１１１１　１１１１　１１１１"),
    ("payment_card", "4\u200b111\u20601111\ufeff1111\u00ad1111"),
    ("payment_card", "4111\u00a01111\u202f1111\u20091111"),
    ("payment_card", "4111‐1111–1111—1111"),
    ("payment_card", "٤١١١١١١١١١١١١١١١"),
    ("payment_card", "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏"),
    ("payment_card", "4️⃣1️⃣1️⃣1️⃣1111 11111111".replace(" ", "")),
    ("email", "jane＠example．com"),
    ("email", "ja\u200bne@exa\u00admple.com"),
    ("iban", "ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００"),
    ("us_ssn", "536‑90‑4399"),
    ("ip_address", "２０３．０．１１３．７"),
    ("phone", "\uff0b44 7700\u00a0900123"),
]


@pytest.mark.parametrize(("kind", "thing"), TRICKS)
def test_unicode_is_no_way_around(kind: str, thing: str) -> None:
    for before in ("see ", "é — 😀 see "):
        text = f"{before}{thing} there"
        spans = [(span.kind, span.start, span.end) for span in find_personal_data(text)]
        assert spans == [(kind, len(before), len(before) + len(thing))]


def test_a_region_makes_national_numbers_count() -> None:
    text = "Anna, 030901820, Berlin"
    assert find_personal_data(text) == []
    assert [span.kind for span in find_personal_data(text, region="DE")] == ["phone"]


def test_only_the_kinds_asked_for() -> None:
    text = "jane@example.com, SSN 536-90-4399"
    assert [span.kind for span in find_personal_data(text, frozenset({"email"}))] == ["email"]
    assert [span.kind for span in find_personal_data(text, frozenset({"national_id"}))] == ["us_ssn"]
    assert find_personal_data(text, frozenset()) == []


CHECKED = [
    ("de_tax_id", "86 095 742 71", "9"), ("de_pension", "65170839J00", "3"), ("fr_nir", "2550814168025", "38"),
    ("es_dni", "12345678", "Z"), ("es_nie", "X1234567", "L"), ("it_codice_fiscale", "RSSMRA85T10A562", "S"),
    ("nl_bsn", "BSN 11122233", "3"), ("pl_pesel", "4405140135", "9"), ("ch_ahv", "756.9217.0769.8", "5"),
    ("be_rrn", "85.07.30-033.", "28"), ("se_personnummer", "670919-953", "0"), ("no_fodselsnummer", "151086 9508", "8"),
    ("fi_hetu", "131052-308", "T"), ("ie_ppsn", "PPSN 1234567", "T"), ("pt_nif", "NIF 50196484", "3"),
    ("cz_rodne_cislo", "710319/274", "5"), ("ca_sin", "SIN 046 454 28", "6"), ("br_cpf", "390.533.447-0", "5"),
    ("in_aadhaar", "2341 2341 234", "6"), ("cn_resident_id", "11010519491231002", "X"),
    ("uk_nhs", "NHS 943 476 591", "9"), ("payment_card", "411111111111111", "1"),
    ("iban", "DE89 3704 0044 0532 0130 0", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "start", "check"), CHECKED)
def test_a_wrong_check_digit_is_noticed(kind: str, start: str, check: str) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if check.isalpha() else "0123456789"
    passing = [letter for letter in letters if kind in _kinds(start + check[:-1] + letter)]
    assert passing == [check[-1]]


def _kinds(text: str) -> set[str]:
    return {span.kind for span in find_personal_data(text)}


def test_the_name_of_a_field_is_context() -> None:
    def found(name: str, text: str) -> list[tuple[str, int, int]]:
        return [(span.kind, span.start, span.end) for span in find_in_field(name, text, find_personal_data)]

    assert found("customerPhone", "606 8113") == [("phone", 0, 8)]
    assert found("date_of_birth", "1980-04-30") == [("date_of_birth", 0, 10)]
    assert found("SSN", "536904399") == [("us_ssn", 0, 9)]
    assert found("order", "606 8113") == []
    assert found("", "606 8113") == []
    assert found("phone", "606 8113 boxes stand in the hall, and nobody knows why they are there") == []


def test_an_unknown_kind_is_said() -> None:
    with pytest.raises(ValueError, match="no detector finds 'names'"):
        spread_kinds(["email", "names"])


def test_each_kind_has_a_detector_with_a_version() -> None:
    assert set(DETECTORS) >= PERSONAL_KINDS
    for detector in DETECTORS.values():
        name, _, version = detector.name.partition("@")
        assert name == detector.kind
        assert version.isdigit()
        assert (detector.recall is None) == (detector.sample == 0)


def test_a_small_sample_promises_little() -> None:
    floor = DETECTORS["iban"].recall_floor
    assert floor is not None
    assert 0.5 < floor < 0.6
    assert DETECTORS["pl_pesel"].recall_floor is None

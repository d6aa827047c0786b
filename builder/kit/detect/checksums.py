"""Check digits: each function tells whether some digits or letters, separators removed, are in order.

The rules are those that the issuing authorities publish; each function names the number it is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

_MOD97 = str.maketrans({chr(65 + index): str(10 + index) for index in range(26)})


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812 (cards, Swedish, Canadian and other numbers)."""
    total = 0
    for index, letter in enumerate(reversed(digits)):
        value = ord(letter) - 48
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def mod97(letters: str) -> bool:
    """ISO 13616: an IBAN's check, upper-case letters and digits."""
    return int((letters[4:] + letters[:4]).translate(_MOD97)) % 97 == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits, each times its weight."""
    return sum((ord(letter) - 48) * weight for letter, weight in zip(digits, weights, strict=False))


def is_day(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_short_day(digits: str) -> bool:
    """DDMMYY, in either century."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return is_day(2000 + year, month, day) or is_day(1900 + year, month, day)


def us_ssn(digits: str) -> bool:
    """Social Security Number: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def us_itin(digits: str) -> bool:
    """Individual Taxpayer Identification Number: 9xx, group 50-65, 70-88, 90-92 or 94-99."""
    group = int(digits[3:5])
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)


def uk_nino(letters: str) -> bool:
    """UK National Insurance number: prefixes that are never given out are refused."""
    return letters[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def uk_nhs(digits: str) -> bool:
    """NHS number: weights 10 to 2, modulus 11."""
    check = 11 - weighted(digits, range(10, 1, -1)) % 11
    return check != 10 and check % 11 == int(digits[9])


def de_tax_id(digits: str) -> bool:
    """German tax id: one digit of the first ten stands two or three times, the rest once; ISO 7064 MOD 11,10."""
    counts = sorted(digits[:10].count(each) for each in set(digits[:10]))
    if digits[0] == "0" or counts[-1] not in (2, 3) or (len(counts) > 1 and counts[-2] > 1):
        return False
    product = 10
    for letter in digits[:10]:
        total = (int(letter) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def de_pension(letters: str) -> bool:
    """German pension insurance number: area, birth day, initial, serial; digit sums of the weighted digits, mod 10."""
    if not (_is_short_day(letters[2:8]) or int(letters[2:4]) > 31):
        return False
    spread = letters[:8] + f"{ord(letters[8]) - 64:02d}" + letters[9:11]
    products = (int(each) * weight for each, weight in zip(spread, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(sum(divmod(product, 10)) for product in products) % 10 == int(letters[11])


def fr_nir(letters: str) -> bool:
    """French NIR with its key: 97 minus the number modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    month = int(letters[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50):
        return False
    number = letters[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(letters[13:])


def es_dni(letters: str) -> bool:
    """Spanish DNI and NIE: the letter is the number modulo 23; X, Y, Z stand for 0, 1, 2."""
    number = letters[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == letters[-1]


_CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def it_codice_fiscale(letters: str) -> bool:
    """Italian codice fiscale: its last letter, from tables for odd and even places."""
    total = 0
    for index, letter in enumerate(letters[:15]):
        even = int(letter) if letter.isdigit() else ord(letter) - 65
        total += even if index % 2 else _CF_ODD[letter]
    return chr(65 + total % 26) == letters[15]


def nl_bsn(digits: str) -> bool:
    """Dutch BSN: weights 9 to 2 and -1, modulus 11."""
    return digits != "0" * 9 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def pl_pesel(digits: str) -> bool:
    """Polish PESEL: a birth day with the century in its month, weights 1 3 7 9, modulus 10."""
    century, month = divmod(int(digits[2:4]), 20)
    year = (1900, 2000, 2100, 2200, 1800)[century] + int(digits[:2])
    return is_day(year, month, int(digits[4:6])) and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def ch_ahv(digits: str) -> bool:
    """Swiss AHV number: 756 and the check digit of EAN-13."""
    return weighted(digits, (1, 3) * 6 + (1,)) % 10 == 0


def at_svnr(digits: str) -> bool:
    """Austrian social insurance number: its fourth digit checks the rest, modulus 11; then DDMMYY."""
    month = int(digits[6:8])
    checked = weighted(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(digits[3])
    return digits[0] != "0" and checked and 1 <= int(digits[4:6]) <= 31 and 1 <= month <= 15


def be_rrn(digits: str) -> bool:
    """Belgian national number: 97 minus the first nine modulo 97, with a 2 before them for births from 2000."""
    if int(digits[2:4]) % 20 > 12 or int(digits[4:6]) > 31:
        return False
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def se_personnummer(digits: str) -> bool:
    """Swedish personnummer (ten digits, or twelve with the century): YYMMDD (day + 60 for coordination), Luhn."""
    short = digits[-10:]
    day = int(short[4:6]) % 60
    return 1 <= int(short[2:4]) <= 12 and 1 <= day <= 31 and luhn(short)


def no_fodselsnummer(digits: str) -> bool:
    """Norwegian fødselsnummer: DDMMYY (day + 40 for a D number) and two check digits, modulus 11."""
    if not (1 <= int(digits[:2]) % 40 <= 31 and 1 <= int(digits[2:4]) % 40 <= 12):
        return False
    return (
        weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def dk_cpr(digits: str) -> bool:
    """Danish CPR number: DDMMYY; numbers since 2007 have no check digit."""
    return _is_short_day(digits[:6])


def fi_hetu(letters: str) -> bool:
    """Finnish personal identity code: DDMMYY, a sign for the century, and a letter modulo 31."""
    return (
        _is_short_day(letters[:6])
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(letters[:6] + letters[7:10]) % 31] == letters[10]
    )


def ie_ppsn(letters: str) -> bool:
    """Irish PPS number: weights 8 to 2, the second letter times 9, modulus 23."""
    extra = ord(letters[8]) - 64 if len(letters) > 8 and letters[8] != "W" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(letters[:7], range(8, 1, -1)) + extra * 9) % 23] == letters[7]


def pt_nif(digits: str) -> bool:
    """Portuguese NIF: weights 9 to 2, modulus 11."""
    check = 11 - weighted(digits[:8], range(9, 1, -1)) % 11
    return (0 if check > 9 else check) == int(digits[8])


def cz_rodne_cislo(digits: str) -> bool:
    """Czech and Slovak birth number of ten digits: YYMMDD (month + 20, 50 or 70), modulus 11."""
    month = int(digits[2:4]) % 50 % 20
    return int(digits) % 11 == 0 and 1 <= month <= 12 and 1 <= int(digits[4:6]) <= 31


def br_cpf(digits: str) -> bool:
    """Brazilian CPF: two check digits, modulus 11."""
    if len(set(digits)) == 1:
        return False
    first = weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10
    return digits[9:] == f"{first}{second}"


_VERHOEFF_TIMES = tuple(
    tuple(
        (a + b) % 5 if a < 5 and b < 5 else (a + b) % 5 + 5 if a < 5 else (a - b) % 5 + (5 if b < 5 else 0)
        for b in range(10)
    )
    for a in range(10)
)
_VERHOEFF_TURN = [tuple(range(10)), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
for _ in range(6):
    _VERHOEFF_TURN.append(tuple(_VERHOEFF_TURN[1][each] for each in _VERHOEFF_TURN[-1]))


def in_aadhaar(digits: str) -> bool:
    """Indian Aadhaar: does not begin with 0 or 1; Verhoeff's check over the group of the pentagon."""
    check = 0
    for index, letter in enumerate(reversed(digits)):
        check = _VERHOEFF_TIMES[check][_VERHOEFF_TURN[index % 8][int(letter)]]
    return digits[0] not in "01" and check == 0


def cn_resident_id(letters: str) -> bool:
    """Chinese resident id: a birth day, ISO 7064 MOD 11-2."""
    if not is_day(int(letters[6:10]), int(letters[10:12]), int(letters[12:14])):
        return False
    total = weighted(letters[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return "10X98765432"[total % 11] == letters[17]


def mostly_digits(letters: str) -> bool:
    """No check digit, but what numbers of documents look like: four digits or more."""
    return sum(each.isdigit() for each in letters) >= 4

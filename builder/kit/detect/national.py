"""National identity, tax and social insurance numbers: one line each, with its form, its check and its words.

A number whose check digit leaves one chance in ten counts only with its own form (`756.1234.5678.97`) or with a word
of its context nearby.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from builder.kit.detect import checksums
from builder.kit.detect.spans import Span, last_match


@dataclass(frozen=True, slots=True)
class NationalId:
    """One number of one country.

    Attributes:
        kind: what a Span of it is called.
        title: what people call it.
        form: regular expression of its form (upper case); a form that is distinctive enough by itself.
        check: tells whether the letters and digits, separators removed, are in order.
        words: regular expression of words that stand near it.
        bare: another form that counts only with such a word nearby; "" when there is none.
        score: how sure a match of `form` is without a word.
    """

    kind: str
    title: str
    form: str
    check: Callable[[str], bool]
    words: str
    bare: str = ""
    score: float = 0.9

    @property
    def has_check(self) -> bool:
        """Whether something in the number itself says that it is in order."""
        return self.check is not checksums.mostly_digits

    @property
    def detector(self) -> str:
        """`name@version`."""
        return f"{self.kind}@1"


# A document's number has no form of its own, so it counts only right behind words that say that it comes.
_NUMBERED = (
    r"(?:[ -]?(?:numbers?|no\b\.?|nr\b\.?|num\b|id\b|nummer|n[°º.]|número|numéro|numero|#|:))?"
    r"[\W_]{0,4}(?:(?:is|was|ist|lautet|est|es|è)\b)?[\W_]{0,4}\Z"
)
_DOCUMENT = r"(?=[A-Z]{0,5}\d)[A-Z0-9]{6,18}|[A-Z]?\d{2,5}(?:[ \-]\d{2,6}){1,4}"

NATIONAL_IDS: tuple[NationalId, ...] = (
    NationalId("us_ssn", "US Social Security Number", r"\d{3}([ .\-])\d{2}\1\d{4}", checksums.us_ssn,
               r"\bssns?\b|social.?sec", r"\d{9}"),
    NationalId("us_itin", "US taxpayer number (ITIN)", r"9\d{2}([ \-])\d{2}\1\d{4}", checksums.us_itin,
               r"\bitin\b|taxpayer", r"9\d{8}"),
    NationalId("uk_nino", "UK National Insurance number",
               r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]([ \-]?)\d{2}\1\d{2}\1\d{2}\1[A-D]", checksums.uk_nino,
               r"national insurance|\bnino?\b"),
    NationalId("uk_nhs", "UK NHS number", "", checksums.uk_nhs, r"\bnhs\b", r"\d{3}[ \-]?\d{3}[ \-]?\d{4}"),
    NationalId("de_tax_id", "German tax id", r"\d{2} \d{3} \d{3} \d{3}", checksums.de_tax_id,
               r"steuer|\bidnr\b|tax.?id|\btin\b|identifikationsnummer", r"\d{11}", 0.85),
    NationalId("de_pension", "German pension insurance number", r"\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{2}[ ]?\d",
               checksums.de_pension, r"renten|sozialvers|\bsvnr\b|\brvnr\b"),
    NationalId("fr_nir", "French social security number (NIR)",
               r"[1-478][ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?(?:\d{2}|2[AB])[ .\-]?\d{3}[ .\-]?\d{3}[ .\-]?\d{2}",
               checksums.fr_nir, r"s[ée]curit[ée] sociale|\bnir\b|insee"),
    NationalId("es_dni", "Spanish DNI", r"\d{8}[ \-]?[A-HJ-NP-TV-Z]|\d{2}\.\d{3}\.\d{3}[ \-]?[A-HJ-NP-TV-Z]",
               checksums.es_dni, r"\bdni\b|\bnif\b"),
    NationalId("es_nie", "Spanish NIE", r"[XYZ][ \-]?\d{7}[ \-]?[A-HJ-NP-TV-Z]", checksums.es_dni, r"\bnie\b"),
    NationalId("it_codice_fiscale", "Italian codice fiscale",
               r"[A-Z]{3}[ ]?[A-Z]{3}[ ]?[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[ ]?[A-Z][0-9LMNP-V]{3}[A-Z]",
               checksums.it_codice_fiscale, r"codice fiscale|\bc\.?f\.?\b", "", 0.98),
    NationalId("nl_bsn", "Dutch BSN", "", checksums.nl_bsn, r"\bbsn\b|burgerservice|sofi.?nummer",
               r"\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3}"),
    NationalId("pl_pesel", "Polish PESEL", r"\d{11}", checksums.pl_pesel, r"pesel", "", 0.75),
    NationalId("ch_ahv", "Swiss AHV number", r"756([ .]?)\d{4}\1\d{4}\1\d{2}", checksums.ch_ahv, r"\bahv\b|\bavs\b"),
    NationalId("at_svnr", "Austrian social insurance number", r"[1-9]\d{3}[ /\-]\d{6}", checksums.at_svnr,
               r"sozialvers|\bsv-?nr|\bsvnr\b|versicherungsnummer", r"[1-9]\d{9}", 0.7),
    NationalId("be_rrn", "Belgian national number", r"\d{2}\.\d{2}\.\d{2}[ \-.]\d{3}[ .\-]\d{2}", checksums.be_rrn,
               r"rijksregister|registre national|\brrn\b|\binsz\b|\bniss\b", r"\d{11}"),
    NationalId("se_personnummer", "Swedish personnummer", r"(?:19|20)?\d{6}[\-+]\d{4}", checksums.se_personnummer,
               r"person.?n(?:ummer|r)|samordningsnummer", r"(?:19|20)?\d{10}", 0.8),
    NationalId("no_fodselsnummer", "Norwegian fødselsnummer", r"\d{6} ?\d{5}", checksums.no_fodselsnummer,
               r"f[øo]dselsnummer|personnummer|\bd-nummer", "", 0.8),
    NationalId("dk_cpr", "Danish CPR number", "", checksums.dk_cpr, r"\bcpr\b|personnummer", r"\d{6}[ \-]?\d{4}"),
    NationalId("fi_hetu", "Finnish personal identity code", r"\d{6}[\-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
               checksums.fi_hetu, r"hetu|henkil[öo]tunnus"),
    NationalId("ie_ppsn", "Irish PPS number", r"\d{7}[A-W][A-IW]", checksums.ie_ppsn, r"\bpps", r"\d{7} ?[A-W]", 0.8),
    NationalId("pt_nif", "Portuguese NIF", "", checksums.pt_nif, r"\bnif\b|contribuinte|n[úu]mero fiscal",
               r"[1-35689]\d{2} ?\d{3} ?\d{3}"),
    NationalId("cz_rodne_cislo", "Czech or Slovak birth number", r"\d{6}/\d{4}", checksums.cz_rodne_cislo,
               r"rodn[ée] [čc][íi]slo|\br\. ?[čc]\.", r"\d{10}", 0.8),
    NationalId("ca_sin", "Canadian Social Insurance Number", "", checksums.luhn, r"\bsin\b|social insurance|\bnas\b",
               r"\d{3}[ \-]?\d{3}[ \-]?\d{3}"),
    NationalId("br_cpf", "Brazilian CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.br_cpf, r"\bcpf\b", r"\d{11}"),
    NationalId("in_aadhaar", "Indian Aadhaar number", r"[2-9]\d{3}([ \-])\d{4}\1\d{4}", checksums.in_aadhaar,
               r"aadha?ar|\buid(?:ai)?\b", r"[2-9]\d{11}", 0.7),
    NationalId("cn_resident_id", "Chinese resident id", r"[1-8]\d{5}(?:19|20)\d{9}[0-9X]", checksums.cn_resident_id,
               r"身份证|resident id", "", 0.98),
    NationalId("driving_licence", "Driving licence number", "", checksums.mostly_digits,
               r"(?:driv(?:er|ing)(?:['’]?s)?[ -]?licen[cs]e|führerschein|permis de conduire|carnet de conducir"
               rf"|patente di guida|rijbewijs){_NUMBERED}", _DOCUMENT),
    NationalId("passport", "Passport number", "", checksums.mostly_digits,
               rf"(?:passports?|reisepass|passeport|pasaporte|passaporto|paspoort){_NUMBERED}", _DOCUMENT),
)  # fmt: skip

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])(?<!\d[.\-/])(?<![+@])", r"(?![0-9A-Za-z@]|[.\-/]\d)"
_CUT = str.maketrans("", "", " .-/")
_OTHER_WORDS = re.compile(
    r"\b(?:orders?|invoice|tracking|part|serial|sku|isbn|ean|ticket|parcel|bestell\w*|rechnung\w*|auftrag\w*|"
    r"artikel\w*|sendung\w*|version|hash)\b",
    re.IGNORECASE,
)


_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _compile_form(form: str) -> re.Pattern[str] | None:
    return re.compile(f"{_BEFORE}(?:{form}){_AFTER}") if form else None


_COMPILED = tuple(
    (each, _compile_form(each.form), _compile_form(each.bare), re.compile(each.words, re.IGNORECASE))
    for each in NATIONAL_IDS
)


def find_national_ids(text: str, kinds: frozenset[str]) -> Iterator[Span]:
    """Every national number of the given kinds."""
    upper = text.upper() if text.isascii() else text.translate(_UPPER)  # as long as the text, whatever is in it
    for each, form, bare, words in _COMPILED:
        if each.kind not in kinds:
            continue
        for pattern, stands_alone in ((form, True), (bare, False)):
            if pattern is None:
                continue
            for found in pattern.finditer(upper):
                if not each.check(_letters(found, each.kind)):
                    continue
                score = _score(each, words, text, found, stands_alone)
                if score:
                    yield Span(each.kind, found.start(), found.end(), score, each.detector)


def _score(each: NationalId, words: re.Pattern[str], text: str, found: re.Match[str], stands_alone: bool) -> float:
    """How sure a number in good order is; 0 when it needs a word and has none, or is called something else."""
    before = last_match(words, text, found.start(), 60)
    if before >= 0 or words.search(text, found.end(), found.end() + 30):
        return 0.99 if stands_alone else 0.9
    if stands_alone and last_match(_OTHER_WORDS, text, found.start(), 24) < 0:
        return each.score
    return 0.0


def _letters(found: re.Match[str], kind: str) -> str:
    text = found.group()
    return text if kind == "fi_hetu" else text.replace("+", "").translate(_CUT)

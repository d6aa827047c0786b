"""Texts as words, stems, ideas and sentences, in English and German; the ground of all that the practice model does."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from math import log, sqrt

from builder.providers.practice.ideas import IDEAS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HUMP = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])")
_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "’": "'"})

# Endings of inflection and derivation, longest first; what is left keeps at least four letters.
_ENDINGS = (
    "ungen", "ations", "ation", "ments", "keiten", "heiten", "ment", "ings", "ness", "keit", "heit", "lich", "ung",
    "ing", "ies", "ied", "ers", "ern", "ed", "es", "en", "er", "em", "et", "ly", "st", "s", "y", "e", "t", "n",
)  # fmt: skip
_LEFT = 4

_COMMON = {
    "en": """
        a about after all also am an and any are as at be because been but by can could did do does doing for
        from get got had has have he her here hi him his how i i'd i'm i've if in into is it it's its just
        like me my need no not now of on one only or our out please so some still than that the their them
        then there these they this those to too up us very want was we were what when where which who why will
        with would you your don't can't isn't hello dear thanks thank regards
    """,
    "de": """
        aber alle als am an auch auf aus bei bin bis bitte da das dass dem den denn der des die dies diese
        diesem diesen dieser doch du durch ein eine einem einen einer es euch für gegen haben habe hat hatte
        ich ihm ihn ihr ihre ihren im in ist ja jetzt kann kein keine mehr mein meine meinem meinen meiner
        mich mir mit nach nicht noch nun nur ob oder ohne schon sehr sein seine seit sich sie sind so über um
        und uns unser unsere unter vom von vor war was wenn wer wie wir wird wo worden wurde zu zum zur hallo
        guten tag danke grüße freundlichen geehrte
    """,
}
_COMMON_WORDS = {language: frozenset(text.split()) for language, text in _COMMON.items()}
_ALL_COMMON = frozenset().union(*_COMMON_WORDS.values())

_ABBREVIATED = re.compile(
    r"\b(?:[A-Za-z]|Dr|Mr|Mrs|Ms|Prof|Nr|No|Str|bzw|ca|etc|evtl|ggf|inkl|vgl|zzgl|Inc|Ltd|approx)\.$"
)
_BREAK = re.compile(r"(?<=[.!?…])[\"”“')\]]*\s+(?=[\"„“'(\[]?[\wÄÖÜ])")
_HELLO = (
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|sehr geehrte\w*"
    r"|liebe\w*)\b"
)
_GREETING = re.compile(_HELLO + r"[^.!?\n]{0,40}[,!.]?\Z", re.IGNORECASE)
_GREETED = re.compile(_HELLO + r"[^.!?,\n]{0,30}[,!]\s+(?=\w)", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:(?:kind|best|warm|many)? ?regards|(?:yours )?sincerely|cheers|thanks|thank you|best|mfg|lg|danke|vielen dank"
    r"|(?:(?:mit )?(?:freundliche|beste|viele|liebe|herzliche)\w* )?gr(?:ü|ue)(?:ß|ss)e\w*)\b[^\n]{0,30}\Z",
    re.IGNORECASE,
)


def split_words(text: str) -> list[str]:
    """The words of a text, in lower case; `camelCase` and `snake_case` come apart."""
    plain = unicodedata.normalize("NFKC", text).replace("_", " ")
    return [word.lower() for word in _WORD.findall(_HUMP.sub(" ", plain))]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending, umlauts folded: `charged` and `charges` meet, so do `Rechnung` and `Rechnungen`."""
    plain = word.lower().translate(_FOLDED).removesuffix("'s")
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _LEFT:
            plain = plain[: -len(ending)]
            break
    return plain[:-1] if len(plain) > _LEFT and plain[-1] == plain[-2] else plain


def content_stems(text: str) -> list[str]:
    """The stems of all words that mean something on their own."""
    return [stem(word) for word in split_words(text) if word not in _ALL_COMMON]


@cache
def _idea_stems() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for number, idea in enumerate(IDEAS):
        for word in idea:
            found.setdefault(stem(word), set()).add(f"idea {number}")
    return {word: frozenset(ideas) for word, ideas in found.items()}


@lru_cache(maxsize=20_000)
def ideas_of(word: str) -> frozenset[str]:
    """The ideas a stem stands for; a German compound stands for those of its first or last part."""
    known = _idea_stems()
    if word in known:
        return known[word]
    parts = [
        part
        for part in known
        if len(part) >= 5 and len(word) - len(part) >= 3 and (word.startswith(part) or word.endswith(part))
    ]
    return known[max(parts, key=len)] if parts else frozenset()


def detect_language(text: str) -> str:
    """`de` or `en`, by the small words; English when neither shows."""
    words = split_words(text)
    return "de" if sum(w in _COMMON_WORDS["de"] for w in words) > sum(w in _COMMON_WORDS["en"] for w in words) else "en"


def split_sentences(text: str) -> list[str]:
    """The sentences of a text; a line break after a full line ends one too."""
    found: list[str] = []
    for line in re.split(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)|(?<=[.!?:,…])\s*\n|\n(?=[A-ZÄÖÜ])", text):
        held = ""
        for piece in _BREAK.split(" ".join(line.split())):
            held = f"{held} {piece}".strip()
            if not _ABBREVIATED.search(held):
                found.append(held)
                held = ""
        if held:
            found.append(held)
    return [sentence for sentence in found if sentence]


def body_sentences(text: str) -> list[str]:
    """The sentences that say something: without a letter's greeting, and without its closing and what follows it."""
    body: list[str] = []
    for sentence in split_sentences(text):
        if body and _CLOSING.match(sentence):
            break
        if not _GREETING.match(sentence) and not _CLOSING.match(sentence):
            body.append(_GREETED.sub("", sentence, count=1) if _GREETED.match(sentence) else sentence)
    return body or split_sentences(text)


def central_sentences(text: str, count: int, *, most: int = 200) -> list[str]:
    """The sentences that are most like all the others, in the order of the text.

    Degree centrality on the cosine of stems weighted by rarity (after Erkan and Radev, LexRank, 2004); the first
    sentences count a little more, as people put the matter first.
    """
    sentences = body_sentences(text)[:most]
    bags = [frozenset(content_stems(sentence)) for sentence in sentences]
    seen: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            seen[word] = seen.get(word, 0) + 1
    weight = {word: log(1 + len(bags) / count_in) for word, count_in in seen.items()}
    size = [sqrt(sum(weight[word] ** 2 for word in sorted(bag))) or 1.0 for bag in bags]

    def likeness(one: int, other: int) -> float:
        return sum(weight[word] ** 2 for word in sorted(bags[one] & bags[other])) / (size[one] * size[other])

    def worth(place: int) -> float:
        whole = sum(likeness(place, other) for other in range(len(bags)) if other != place)
        length = min(len(bags[place]), 8) / 8
        return (whole + 0.5 / (1 + place)) * length + 0.3 * length

    best = sorted(range(len(sentences)), key=lambda place: (-round(worth(place), 9), place))[:count]
    return [sentences[place] for place in sorted(best)]

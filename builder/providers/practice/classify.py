"""Which label a text is most like: by stems, by the ideas behind them, and by parts of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt

from builder.providers.practice.words import content_stems, ideas_of, split_words
from builder.sdk import Choice

_CATCH_ALL = frozenset((
    "other", "others", "misc", "miscellaneous", "else", "none", "general", "unknown", "unclear", "various", "rest",
    "sonstige", "sonstiges", "andere", "anderes", "allgemein", "unklar", "unbekannt", "keine",
))  # fmt: skip
_NAME_WEIGHT = 2.0
_IDEA_WEIGHT = 0.7
_ENOUGH = 0.12
"""Below this likeness nothing speaks for a label, and one that means *anything else* is taken."""
_FULL = 0.45
"""From this likeness on, only the distance to the second label limits the confidence."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a text is like one label, 0 to about 1."""

    name: str
    score: float


def pick_label(text: str, choices: Sequence[Choice]) -> tuple[str, float]:
    """The label, and a confidence from 0 to 1: how far it stands above the second, less when little speaks for it."""
    ranked = rank_labels(text, choices)
    named = [each for each in ranked if not _is_catch_all(each.name)]
    rest = next((each.name for each in ranked if _is_catch_all(each.name)), None)
    if not named or (rest is not None and named[0].score < _ENOUGH):
        best = named[0].score if named else 0.0
        return rest or ranked[0].name, round(0.7 - 0.3 * min(best / _ENOUGH, 1.0), 3)
    first = named[0].score
    second = named[1].score if len(named) > 1 else 0.0
    share = first / (first + second) if first else 1 / len(ranked)
    return named[0].name, round(min(share * min(1.0, 0.3 + 0.7 * first / _FULL), 0.99), 3)


def rank_labels(text: str, choices: Sequence[Choice]) -> list[Likeness]:
    """All labels, the likest first; equal ones in the order given."""
    said = content_stems(text)
    spoken = frozenset(said)
    ideas = frozenset(idea for word in spoken for idea in ideas_of(word))
    labels = [_features(choice) for choice in choices]
    spread: dict[str, int] = {}
    for label in labels:
        for feature in label:
            spread[feature] = spread.get(feature, 0) + 1

    def score(label: dict[str, float]) -> float:
        heard, whole = 0.0, 0.0
        for feature, weight in label.items():
            worth = weight * log(1 + len(labels) / spread[feature])
            whole += worth**2
            heard += worth * _presence(feature, spoken, ideas)
        return heard / sqrt(whole * max(1, len(label))) if whole else 0.0

    ranked = [Likeness(choice.name, score(label)) for choice, label in zip(choices, labels, strict=True)]
    return sorted(ranked, key=lambda each: -round(each.score, 9))


def _is_catch_all(name: str) -> bool:
    return bool(_CATCH_ALL & set(split_words(name)))


def _features(choice: Choice) -> dict[str, float]:
    found: dict[str, float] = {}
    for text, weight in ((choice.description, 1.0), (choice.name, _NAME_WEIGHT)):
        for word in content_stems(text):
            found[word] = max(found.get(word, 0.0), weight)
            for idea in sorted(ideas_of(word)):
                found[idea] = max(found.get(idea, 0.0), weight * _IDEA_WEIGHT)
    return found


def _presence(feature: str, spoken: Iterable[str], ideas: frozenset[str]) -> float:
    """How clearly a feature of a label is in the text, 0 to 1."""
    if feature.startswith("idea "):
        return 1.0 if feature in ideas else 0.0
    return max((_same(feature, word) for word in spoken), default=0.0)


def _same(one: str, other: str) -> float:
    """How much two stems are the same word: equal, one inside the other (compounds), or alike in their parts."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 5 and short in long:
        return 0.8
    if len(short) < 4 or short[0] != long[0]:
        return 0.0
    parts, others = _trigrams(one), _trigrams(other)
    dice = 2 * len(parts & others) / (len(parts) + len(others))
    return 0.7 * dice if dice >= 0.6 else 0.0


def _trigrams(word: str) -> frozenset[str]:
    framed = f"^{word}$"
    return frozenset(framed[place : place + 3] for place in range(len(framed) - 2))

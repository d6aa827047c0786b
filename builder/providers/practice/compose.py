"""Free text without a model: the given text's own central sentences, in the form that the instruction asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from builder.providers.practice.words import body_sentences, central_sentences, detect_language, split_sentences

_CUES = {
    "reply": r"answer|reply|respond|response|antwort\w*|beantwort\w*|erwider\w*",
    "summary": r"summar\w+|shorten|condense|tl;?dr|gist|zusammenfass\w*|fasse?|kürze\w*",
    "list": r"bullets?|list|key points|enumerate|stichpunkt\w*|aufzähl\w*|liste\w*",
    "title": r"title|headline|subject line|heading|titel|überschrift|betreff\w*",
    "translate": r"translat\w+|übersetz\w*",
}
_ORDER = re.compile(
    r"\s*(?:please |bitte |you |your task is to |now |then )*(?:" + "|".join(_CUES.values()) +
    r"|write|draft|give|make|use|be|keep|do not|don't|extract|explain|describe|tell|create|compose|rewrite|polish|act|"
    r"you are|schreib\w*|entwirf|gib|erstell\w*|formulier\w*|verfass\w*|erklär\w*|nenne?|du bist|verwende\w*|nutze)\b",
    re.IGNORECASE,
)  # fmt: skip
_COUNT = re.compile(
    r"\b(one|two|three|four|five|ein\w*|zwei|drei|vier|fünf|\d{1,2})\s+(?:\w+\s+){0,2}"
    r"(?:sentences?|bullets?|points?|s[äa]tze?n?|stichpunkte?n?|punkte?n?)\b",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5}
_LABEL = re.compile(r"([A-ZÄÖÜ][\w -]{1,24}):[ \t]*(?=\S|\n)")
_USUAL_COUNT = {"reply": 2, "summary": 3, "list": 5, "title": 1, "translate": 3, "gist": 3}
_CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class _Order:
    """What the instruction asks for: a form, how many sentences, a language; and what it is about."""

    form: str
    count: int
    language: str
    topic: str
    matter: str


def compose_text(instructions: str, text: str, max_tokens: int) -> str:
    """A text in the asked form, made of the given text's own sentences; at most `max_tokens` of about 3 letters."""
    order = _read_order(instructions, text)
    chosen = central_sentences(order.matter, order.count)
    body = _SHAPES[order.form](order, chosen)
    room = max(40, max_tokens * _CHARACTERS_PER_TOKEN)
    return body if len(body) <= room else body[: room - 1].rsplit(" ", 1)[0] + "…"


def _read_order(instructions: str, text: str) -> _Order:
    """Parts what is asked (the instructions, and paragraphs that begin with an order) from what it is asked about."""
    asked, topic = [instructions], ""
    matter: list[str] = []
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    for place, paragraph in enumerate(paragraphs):
        label = _LABEL.match(paragraph.lstrip())
        if not matter and not (label and len(label[1].split()) <= 2) and _ORDER.match(paragraph):
            sentences = split_sentences(paragraph)
            last = place == len(paragraphs) - 1  # then the matter itself must be among these sentences
            orders = [each for each in sentences if _ORDER.match(each) or not (last or _LABEL.match(each))]
            rest = [each for each in sentences if each not in orders]
            asked += orders
            short = [each for each in rest if _LABEL.match(each) and len(each) <= 60]
            topic = topic or next((each.partition(":")[2].strip(" .") for each in short), "")
            matter += [each for each in rest if each not in short]
        else:
            matter.append(paragraph.lstrip()[label.end() :] if label else paragraph)
    wish = "\n".join(asked)
    about = "\n\n".join(part for part in matter if part.strip()) or text
    form = next((form for form, cue in _CUES.items() if re.search(rf"\b(?:{cue})\b", wish, re.IGNORECASE)), "gist")
    found = _COUNT.search(wish)
    number = 0 if found is None else _NUMBERS.get(found[1].lower(), int(found[1]) if found[1].isdecimal() else 1)
    return _Order(form, min(number or _USUAL_COUNT[form], 20), _read_language(wish, about), topic, about)


def _read_language(wish: str, about: str) -> str:
    if re.search(r"\b(?:in german|auf deutsch|into german|ins deutsche)\b", wish, re.IGNORECASE):
        return "de"
    if re.search(r"\b(?:in english|auf englisch|into english|ins englische)\b", wish, re.IGNORECASE):
        return "en"
    return detect_language(about)


def _reply(order: _Order, chosen: list[str]) -> str:
    quoted = " ".join(chosen)
    if order.language == "de":
        about = f" zum Thema {order.topic}" if order.topic else ""
        return (
            f"Guten Tag,\n\nvielen Dank für Ihre Nachricht{about}. So haben wir Ihr Anliegen verstanden:\n\n"
            f"„{quoted}“\n\n"
            "Wir sehen uns das an und melden uns bei Ihnen.\n\nMit freundlichen Grüßen"
        )
    about = f" about {order.topic}" if order.topic else ""
    return (
        f"Hello,\n\nthank you for your message{about}. This is how we understand it:\n\n“{quoted}”\n\n"
        "We are looking into it and will come back to you.\n\nKind regards"
    )


def _sentences(_: _Order, chosen: list[str]) -> str:
    return " ".join(chosen)


def _bullets(_: _Order, chosen: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in chosen)


def _title(order: _Order, chosen: list[str]) -> str:
    words = (chosen or body_sentences(order.matter) or [""])[0].rstrip(".!?").split()
    return " ".join(words[:10]) + ("…" if len(words) > 10 else "")


def _untranslated(order: _Order, chosen: list[str]) -> str:
    note = "Nicht übersetzt, nur gekürzt:" if order.language == "de" else "Not translated, only shortened:"
    return f"{note}\n\n{' '.join(chosen)}"


_SHAPES = {
    "reply": _reply, "summary": _sentences, "list": _bullets, "title": _title, "translate": _untranslated,
    "gist": _sentences,
}  # fmt: skip

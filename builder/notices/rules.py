"""Which notices there are, what each says in each language, and when several are one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

TOGETHER = timedelta(minutes=10)
"""Notices of one topic within this time are one notice, with their count."""
GATHER = timedelta(seconds=30)
"""How long the letter about a notice waits for what comes at once with it."""
TOO_OLD = timedelta(days=1)
"""A letter that could not leave for so long says nothing new."""
KEPT = timedelta(days=180)
"""How long a notice is kept, read or not."""
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    Attributes:
        one: language → its sentence; `{name}` stands for a parameter.
        many: language → the sentence for several that are one notice; `{count}` is how many.
        by_email: whether it comes by e-mail as well, if a person says nothing else.
        always: whether nobody can have it not shown to him in the product.
    """

    one: Mapping[str, str]
    many: Mapping[str, str]
    by_email: bool = True
    always: bool = False


def _kind(
    one: str, one_de: str, many: str = "", many_de: str = "", *, by_email: bool = True, always: bool = False
) -> Kind:
    return Kind({"en": one, "de": one_de}, {"en": many or one, "de": many_de or one_de}, by_email, always)


KINDS: Mapping[str, Kind] = {
    "review_waits": _kind(
        "“{workflow}” waits for your decision.",
        "„{workflow}“ wartet auf Ihre Entscheidung.",
        "“{workflow}” waits for {count} of your decisions.",
        "„{workflow}“ wartet auf {count} Ihrer Entscheidungen.",
    ),
    "review_due": _kind(
        "A decision about “{workflow}” is due.",
        "Eine Entscheidung zu „{workflow}“ ist fällig.",
        "{count} decisions about “{workflow}” are due.",
        "{count} Entscheidungen zu „{workflow}“ sind fällig.",
    ),
    "review_withdrawn": _kind(
        "“{workflow}” no longer waits for your decision.",
        "„{workflow}“ wartet nicht mehr auf Ihre Entscheidung.",
        "“{workflow}” no longer waits for {count} of your decisions.",
        "„{workflow}“ wartet auf {count} Ihrer Entscheidungen nicht mehr.",
        by_email=False,
    ),
    "run_failed": _kind(
        "A run of “{workflow}” failed.",
        "Ein Lauf von „{workflow}“ ist fehlgeschlagen.",
        "{count} runs of “{workflow}” failed.",
        "{count} Läufe von „{workflow}“ sind fehlgeschlagen.",
    ),
    "run_uncertain": _kind(
        "A run of “{workflow}” does not know whether something was done. Please look.",
        "Ein Lauf von „{workflow}“ weiß nicht, ob etwas geschehen ist. Bitte sehen Sie nach.",
        "{count} runs of “{workflow}” do not know whether something was done. Please look.",
        "{count} Läufe von „{workflow}“ wissen nicht, ob etwas geschehen ist. Bitte sehen Sie nach.",
    ),
    "run_refused": _kind(
        "A run of “{workflow}” was refused before its first step. Please look why.",
        "Ein Lauf von „{workflow}“ wurde vor seinem ersten Schritt abgelehnt. Bitte sehen Sie nach, warum.",
        "{count} runs of “{workflow}” were refused before their first step. Please look why.",
        "{count} Läufe von „{workflow}“ wurden vor ihrem ersten Schritt abgelehnt. Bitte sehen Sie nach, warum.",
    ),
    "run_looked_inside": _kind(
        "{person} looks inside a run of “{workflow}” that only your team may read. The reason: “{reason}”.",
        "{person} sieht in einen Lauf von „{workflow}“ hinein, den nur Ihr Team lesen darf. Der Grund: „{reason}“.",
        always=True,
    ),
    "trigger_paused": _kind(
        "“{trigger}” starts “{workflow}” no more until somebody looks at it.",
        "„{trigger}“ startet „{workflow}“ nicht mehr, bis jemand nachsieht.",
    ),
    "invited": _kind(
        "You are now in the team {team}.",
        "Sie gehören jetzt zum Team {team}.",
    ),
    "template_deprecated": _kind(
        "“{template}” is offered no longer; “{workflow}” uses it. Please choose something else in time.",
        "„{template}“ wird nicht mehr angeboten; „{workflow}“ verwendet es. Bitte wählen Sie rechtzeitig Ersatz.",
        "“{workflow}” uses {count} templates that are offered no longer.",
        "„{workflow}“ verwendet {count} Vorlagen, die nicht mehr angeboten werden.",
    ),
    "template_revoked": _kind(
        "“{template}” was revoked; “{workflow}” uses it, so no new run of it starts.",
        "„{template}“ wurde zurückgezogen; „{workflow}“ verwendet es, daher startet kein neuer Lauf mehr.",
        "“{workflow}” uses {count} templates that were revoked, so no new run of it starts.",
        "„{workflow}“ verwendet {count} zurückgezogene Vorlagen, daher startet kein neuer Lauf mehr.",
    ),
    "budget_near": _kind(
        "{percent} % of the budget “{budget}” is spent. When all of it is, nothing starts that would spend from it.",
        "{percent} % des Budgets „{budget}“ sind ausgegeben. Ist es aufgebraucht, startet nichts, was es belastet.",
    ),
    "budget_used_up": _kind(
        "The budget “{budget}” is used up. Nothing that would spend from it starts before {until}.",
        "Das Budget „{budget}“ ist aufgebraucht. Bis {until} startet nichts, was es belastet.",
    ),
    "publish_asked": _kind(
        "{person} asks that version {version} of “{workflow}” go live.",
        "{person} bittet, dass Version {version} von „{workflow}“ in Betrieb geht.",
    ),
    "publish_approved": _kind(
        "Version {version} of “{workflow}” is live: {person} approved it.",
        "Version {version} von „{workflow}“ ist in Betrieb: {person} hat sie freigegeben.",
    ),
    "publish_declined": _kind(
        "{person} did not let version {version} of “{workflow}” go live.",
        "{person} hat Version {version} von „{workflow}“ nicht in Betrieb gehen lassen.",
    ),
    "halt_made": _kind(
        "{person} halted “{name}”. The reason: “{because}”.",
        "{person} hat „{name}“ angehalten. Der Grund: „{because}“.",
    ),
    "halt_made_all": _kind(
        "{person} halted everything. The reason: “{because}”.",
        "{person} hat alles angehalten. Der Grund: „{because}“.",
    ),
    "halt_lifted": _kind(
        "{person} let “{name}” go on.",
        "{person} lässt „{name}“ weiterlaufen.",
        by_email=False,
    ),
    "halt_lifted_all": _kind(
        "{person} let everything go on that was halted.",
        "{person} lässt weiterlaufen, was angehalten war.",
        by_email=False,
    ),
    "runs_halted": _kind(
        "{person} halted runs of “{workflow}”. The reason: “{because}”.",
        "{person} hat Läufe von „{workflow}“ angehalten. Der Grund: „{because}“.",
    ),
    "exemption_asked": _kind(
        "{person} asks that the rule {rule} of “{template}” not bind “{workflow}” until {until}.",
        "{person} bittet, dass die Regel {rule} aus „{template}“ bis {until} nicht für „{workflow}“ gilt.",
    ),
    "exemption_second": _kind(
        "{person} agreed to exempt “{workflow}” from the rule {rule} of “{template}”. A second governor approves.",
        "{person} hat „{workflow}“ von der Regel {rule} aus „{template}“ ausgenommen. Ein Zweiter stimmt zu.",
    ),
    "exemption_granted": _kind(
        "Until {until} the rule {rule} of “{template}” does not bind “{workflow}”.",
        "Bis {until} gilt die Regel {rule} aus „{template}“ nicht für „{workflow}“.",
    ),
    "exemption_refused": _kind(
        "“{workflow}” was not exempted from the rule {rule} of “{template}”.",
        "„{workflow}“ wurde nicht von der Regel {rule} aus „{template}“ ausgenommen.",
    ),
    "exemption_lapsed": _kind(
        "The rule {rule} of “{template}” binds “{workflow}”: its exemption was dropped.",
        "Die Regel {rule} aus „{template}“ gilt für „{workflow}“: Die Ausnahme wurde gestrichen.",
    ),
}
"""Every kind, in the order of the settings page."""


def say_notice(kind: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence of a notice in a person's language, in English where there is none."""
    count = int(params.get("count", 1))
    found = KINDS[kind].many if count > 1 else KINDS[kind].one
    sentence = found.get(language, found["en"])
    return sentence.format_map({name: str(value) for name, value in params.items()})


LETTERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "notice": {
        "en": (
            "",
            "{sentence}\n\nLook at it here:\n{link}\n\nWhat you are told by mail you choose in your settings.\n",
        ),
        "de": (
            "",
            (
                "{sentence}\n\nHier ansehen:\n{link}\n\nWas Ihnen per E-Mail mitgeteilt wird, wählen Sie in Ihren "
                "Einstellungen.\n"
            ),
        ),
    },
    "invitation": {
        "en": (
            "{person} invites you to Handrail",
            (
                "{person} invites you to {organisation} in Handrail.\n\nCome in here, once, within seven days:"
                "\n{link}\n\nIf you do not know what this is about, do nothing.\n"
            ),
        ),
        "de": (
            "{person} lädt Sie zu Handrail ein",
            (
                "{person} lädt Sie zu {organisation} in Handrail ein.\n\nHier kommen Sie herein, einmal, binnen sieben "
                "Tagen:\n{link}\n\nWenn Sie nicht wissen, worum es geht, tun Sie nichts.\n"
            ),
        ),
    },
    "reset": {
        "en": (
            "Set a new password for Handrail",
            (
                "Somebody asked to set a new password for this address.\n\nDo it here, once, within a day:\n{link}\n\n"
                "If it was not you, do nothing; your password still holds.\n"
            ),
        ),
        "de": (
            "Ein neues Passwort für Handrail",
            (
                "Jemand möchte für diese Adresse ein neues Passwort setzen.\n\nHier geht es, einmal, binnen eines "
                "Tages:\n{link}\n\nWenn Sie es nicht waren, tun Sie nichts; Ihr Passwort gilt weiter.\n"
            ),
        ),
    },
}
"""Kind of letter → language → subject and text. `{link}` is filled in last, when the letter leaves."""


def say_letter(kind: str, params: Mapping[str, str], language: str) -> tuple[str, str]:
    """Subject and text of a letter in a language, in English where there is none; its link still to be filled in."""
    subject, text = LETTERS[kind].get(language, LETTERS[kind]["en"])
    safe = {name: value.replace("{", "{{").replace("}", "}}") for name, value in params.items()}
    return subject.format(**params), text.format(link="{link}", **safe)


def pause_after(tries: int) -> timedelta | None:
    """How long a letter waits after so many tries that failed; None when it is given up (after some four hours)."""
    return None if tries >= _TRIES else timedelta(seconds=30 * 3 ** min(tries - 1, 4))

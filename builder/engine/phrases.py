"""A Phrase is a rule, a selector or a certificate in words that people without its syntax understand."""

from __future__ import annotations

from typing import Any

from builder.engine.certificates import Certificate
from builder.engine.labels import View
from builder.engine.questions import BoundRule
from builder.engine.template import ForbidPath, Selector
from builder.sdk import Control

_NOUNS = {
    "prompt": "a prompt", "tool": "a tool", "review": "a review", "policy": "a check", "flow": "a routing step",
}  # fmt: skip
_EFFECTS = {"write": "a write", "read": "a read", "none": "a step without effect"}


def phrase_selector(selector: Selector) -> str:
    """`{effect: write, external: true}` → `a write to the outside`."""
    if selector.result:
        return "the result"
    noun = _listed(selector.kind, _NOUNS) or _listed(selector.effect, _EFFECTS)
    if selector.type is not None:
        noun = _either(selector.type)
    if selector.check is not None:
        noun = f"the check {selector.check}"
    data = _phrase_data(selector)
    if not noun:
        noun = "the input" if selector.input else data or "any step"
        data = "" if noun == data else data
    words = [noun]
    if selector.external is not None:
        words.append("to the outside" if selector.external else "inside the house")
    words += [text for key, text in _PARTS.items() if getattr(selector, key) not in (None, False) for text in [
        text.format(_either(getattr(selector, key)))]]  # fmt: skip
    if data:
        words.append(f"with {data}")
    return " ".join(words)


_PARTS = {
    "kind_not": "that is not {}", "type_not": "that is not {}", "check_not": "without the check {}",
    "template": "from the template {}", "template_not": "not from the template {}", "effect_not": "that does not {}",
    "irreversible": "that cannot be undone", "spends": "that costs money", "hosted": "hosted {}",
    "hosted_not": "not hosted {}", "region": "in {}", "region_not": "outside of {}", "model": "by {}",
    "model_not": "not by {}", "team": "of {}", "team_not": "not of {}", "stage": "in {}", "stage_not": "not in {}",
    "tag": "tagged {}", "tag_not": "not tagged {}", "steered": "that untrusted values steer",
}  # fmt: skip


def _phrase_data(selector: Selector) -> str:
    words: list[str] = []
    if selector.integrity is not None:
        words.append(selector.integrity)
    if selector.labels is not None:
        words.append(_either(selector.labels))
    text = " ".join([*words, "data"]) if words else ""
    if selector.labels_not is not None:
        text = f"{text or 'data'} that is not {_either(selector.labels_not)}"
    return text


def _listed(value: Any, words: dict[str, str]) -> str:
    if value is None:
        return ""
    return " or ".join(words[str(each)] for each in (value if isinstance(value, tuple) else (value,)))


def _either(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def phrase_rule(bound: BoundRule) -> str:
    """What a rule says, as one sentence."""
    rule = bound.rule
    if rule.must_pass is not None:
        ends = phrase_selector(rule.must_pass.from_), phrase_selector(rule.must_pass.to)
        return f"Between {ends[0]} and {ends[1]} stands {phrase_selector(rule.must_pass.through)}."
    if rule.precede is not None:
        return f"Before {phrase_selector(rule.precede.then)} comes {phrase_selector(rule.precede.first)}."
    if isinstance(rule.forbid, ForbidPath):
        return f"Nothing leads from {phrase_selector(rule.forbid.from_)} to {phrase_selector(rule.forbid.to)}."
    if rule.forbid is not None:
        return f"There is not {phrase_selector(rule.forbid)}."
    if rule.limit is not None:
        return f"Every run keeps to `{rule.limit}`."
    if rule.separate is not None:
        return f"Different people are {_join(rule.separate)}."
    if rule.require is not None:
        return f"It has {_join(tuple(word.replace('_', ' ') for word in rule.require))}."
    return "A share of the runs is seen by people."


def _join(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def phrase_path(bound: BoundRule, path: tuple[tuple[str, str | None], ...]) -> str:
    """What a counterexample shows."""
    way = " → ".join(f"{node}.{field}" if field else node for node, field in path)
    return f"“{bound.template.name}” does not hold. {phrase_rule(bound)} But there is a way past it: {way}."


def phrase_look(bound: BoundRule, node: str, word: str) -> tuple[str, str]:
    """What is wrong with one node that a rule looked at, and what to do."""
    owner = bound.template.owner
    if word == "restore":
        return (
            f"Tokens instead of values reach {node}, where “{bound.template.name}” wants values.",
            f"Ask {owner}: no installed step can turn tokens back there.",
        )
    selector = bound.rule.forbid
    about_model = isinstance(selector, Selector) and any(
        getattr(selector, key) is not None
        for key in ("hosted", "hosted_not", "region", "region_not", "model", "model_not")
    )
    fix = "Choose a model connection that the rule allows" if about_model else "Use another step there"
    return f"“{bound.template.name}” forbids {node}. {phrase_rule(bound)}", f"{fix}, or ask {owner} for an exemption."


def phrase_fix(view: View, bound: BoundRule, path: tuple[tuple[str, str | None], ...]) -> str:
    """The cheapest way to close the way that a counterexample shows."""
    rule, owner, target = bound.rule, bound.template.owner, path[-1][0]
    if rule.must_pass is None and rule.precede is None:
        return f"Do not let {target} depend on {path[0][0]}, or ask {owner} for an exemption."
    guard = phrase_selector(rule.must_pass.through if rule.must_pass else rule.precede.first)  # type: ignore[union-attr]  # one of the two
    facts = view.facts
    calls = [each for each in facts.scopes if each and target.startswith(f"{each}.")
             and facts.type_of(each).control is Control.CALL]  # fmt: skip
    if calls:
        return f"The workflow that {calls[0]} calls must itself put {guard} before {target.rpartition('.')[2]}."
    if target in facts.nodes and any(name.startswith("config.") for name, _ in facts.nodes[target].reads):
        return f"{target} reads in its settings, past its door: put {guard} before it and let it read from there."
    if rule.insert is None:
        return f"Put {guard} before {target}, so that everything that it reads comes from there."
    return f"{rule.insert.type} cannot stand before {target}; ask {owner}, who owns the rule."


def phrase_certificate(bound: BoundRule, certificate: Certificate) -> str:
    """What a certificate proves, and what it relies on. It never says that something contains no personal data."""
    words = [phrase_rule(bound)]
    if certificate.word in ("must_pass", "precede"):
        guards = ", ".join(certificate.guards) or "no guard, because nothing leads there"
        words.append(f"Holds on every path; it relies on {guards}.")
    elif certificate.word in ("limit", "separate", "review_floor"):
        words.append("The machine enforces it while a run is under way.")
    elif certificate.word == "restore":
        words.append("Where the rule restores values, no token arrives.")
    else:
        words.append(f"Looked at {len(certificate.looked_at or certificate.reached)}; nothing was found.")
    return " ".join(words)

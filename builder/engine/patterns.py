"""A refused Pattern is a way of routing that the language does not have, and what to use instead.

Numbers and names are those of the Workflow Patterns Initiative (van der Aalst, ter Hofstede, Kiepuszewski, Barros 2003;
Russell and others 2006). A file can ask for one by a word of another tool: a config key, a value, or a type's name.
"""

from __future__ import annotations

from builder.engine.findings import Finding, error
from builder.sdk import Control

_PATTERNS: dict[str, tuple[str, str]] = {
    "multi_merge": (
        "multi-merge (pattern 8): a node would run once for each arrow that arrives",
        "Use a map over a list, or put a copy of the node behind each arrow.",
    ),
    "cycle": (
        "arbitrary cycles (pattern 10): an arrow would lead back to a node that has run",
        "Put the nodes into a loop, which has a condition and a largest number of rounds.",
    ),
    "detached": (
        "instances that nobody waits for (pattern 12)",
        "Use a map: it waits for its items. To start work that nobody waits for, start another workflow.",
    ),
    "growing": (
        "a map whose list grows while it runs (patterns 15 and 36)",
        "Collect the whole list first, or use a loop that takes the next part in each round.",
    ),
    "interleaved": (
        "interleaved routing and critical sections (patterns 17, 39, 40)",
        "Join the nodes with arrows in the order in which they shall run.",
    ),
    "milestone": (
        "milestones (pattern 18): a node enabled only while the run is in some state",
        "Use a branch on what has been reached, or a wait for a signal.",
    ),
    "recursion": (
        "recursion (pattern 22): a workflow that calls itself",
        "Use a loop, or a map over the parts.",
    ),
    "cancel_region": (
        "cancelling a region (pattern 25)",
        "Use a merge that cancels the rest, a stop, or a map with a quorum that cancels.",
    ),
    "complete_map": (
        "ending a map by a condition (pattern 27)",
        "Use `quorum`: the map goes on when so many items are done.",
    ),
    "blocking_join": (
        "blocking joins (patterns 28 and 31): a merge that waits for late arrivals before it can run again",
        "Use a merge of `first` or `n_of_m`; each runs once.",
    ),
    "general_join": (
        "joins made for cycles (patterns 33 and 38)",
        "Without cycles every node already waits for exactly the arrows that are alive.",
    ),
    "threads": (
        "splitting and merging threads of one node (patterns 41 and 42)",
        "Use a map over a list of that many items.",
    ),
}

_MERGE_MODES = {
    "each": "multi_merge", "multi": "multi_merge", "multi_merge": "multi_merge", "any": "multi_merge",
    "blocking": "blocking_join", "blocking_first": "blocking_join", "blocking_n_of_m": "blocking_join",
    "generalised": "general_join", "general": "general_join",
}  # fmt: skip
_MERGE_KEYS = {"blocking": "blocking_join", "reset": "blocking_join"}
_MAP_KEYS = {
    "wait": "detached", "detached": "detached", "stop_when": "complete_map", "complete_when": "complete_map",
    "add_items": "growing", "dynamic": "growing",
}  # fmt: skip
_ANY_KEYS = {
    "concurrency_key": "interleaved", "mutex": "interleaved", "interleave": "interleaved", "lock": "interleaved",
    "milestone": "milestone", "while_state": "milestone", "cancel_group": "cancel_region",
    "cancel_region": "cancel_region", "goto": "cycle", "threads": "threads",
}  # fmt: skip
_TYPE_WORDS = {
    "goto": "cycle", "jump": "cycle", "multi_merge": "multi_merge", "spawn": "detached", "fork": "detached",
    "critical_section": "interleaved", "mutex": "interleaved", "interleave": "interleaved", "milestone": "milestone",
    "recurse": "recursion", "cancel_region": "cancel_region", "blocking_join": "blocking_join",
    "thread_split": "threads", "thread_merge": "threads",
}  # fmt: skip


def refuse_pattern(name: str, node: str | None, field: str | None) -> Finding:
    """The finding that names a refused pattern and what to use instead."""
    what, instead = _PATTERNS[name]
    return error("refused_pattern", f"Handrail does not have {what}.", instead, node, field)


def pattern_of_key(control: Control, key: str) -> str | None:
    """The refused pattern that an unknown config key asks for."""
    own = {Control.MERGE: _MERGE_KEYS, Control.EACH: _MAP_KEYS}.get(control, {})
    return own.get(key) or _ANY_KEYS.get(key)


def pattern_of_value(control: Control, key: str, value: object) -> str | None:
    """The refused pattern that a config value asks for, where the type does not take it."""
    if control is Control.MERGE and key == "mode" and isinstance(value, str):
        return _MERGE_MODES.get(value)
    return "growing" if control is Control.EACH and key == "quorum" and isinstance(value, str) else None


def pattern_of_type(name: str) -> str | None:
    """The refused pattern that the name of an unknown type asks for."""
    return _TYPE_WORDS.get(name.partition("@")[0].rpartition(".")[2])

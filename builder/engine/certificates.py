"""A Certificate is the machine-checkable proof that a rule holds in a woven graph; a Counterexample, that it does not.

For must_pass, precede and forbidden paths it is a set of vertices: closed under successors that no guard closes, with
every source inside and every target outside. Whoever doubts it checks that, and need not search. For a forbidden thing
it is what was looked at. For limit, separate and review_floor it says that the plan holds a guard of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict

from builder.engine.plan import Guard

_STRICT = ConfigDict(extra="forbid")
Word = Literal["must_pass", "restore", "precede", "forbid", "limit", "separate", "require", "review_floor"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """That one rule holds.

    Attributes:
        word: which kind of rule; `restore` for the part of a masking rule that turns tokens back.
        sources, targets: names of vertices.
        reached: every vertex that can be reached from the sources past no guard, sorted; no target is among them.
        guards: paths of the nodes that it relies on, sorted: those whose door is reached.
        looked_at: paths of the nodes, or names of the fields, that were looked at, sorted.
    """

    __pydantic_config__ = _STRICT

    template: str
    version: int
    rule: str
    word: Word
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    looked_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counterexample:
    """That one rule does not hold.

    Attributes:
        path: the shortest offending path, as (node path or `input` or `result`, field or None).
        sentence: what goes wrong.
        way_out: the cheapest way to mend it.
    """

    template: str
    rule: str
    owner: str
    because: str
    path: tuple[tuple[str, str | None], ...]
    sentence: str
    way_out: str

    def as_record(self) -> dict[str, Any]:
        """As plain data, for `--json`."""
        return {
            "template": self.template, "rule": self.rule, "owner": self.owner, "because": self.because,
            "path": [{"node": node, "field": field} for node, field in self.path],
            "sentence": self.sentence, "way_out": self.way_out,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Insertion:
    """A node that was woven in: which, for what, and between what."""

    __pydantic_config__ = _STRICT

    id: str
    """Its path."""
    rule: str
    template: str
    type: str
    at: dict[Literal["from", "to"], Any]
    """`from`: the nodes (with ports) before it; `to`: path of the node, or `result`, at whose door it stands."""
    because: str


__all__ = ["Certificate", "Counterexample", "Guard", "Insertion", "Word"]

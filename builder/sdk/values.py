"""The words every room shares: plain data, schemas, and the small closed vocabularies of a node type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""Plain data: None, bool, int (64 bits), finite float, str, list, dict with text keys."""

Schema: TypeAlias = Mapping[str, Any]
"""A data schema in Handrail's subset of JSON Schema."""


class Kind(StrEnum):
    """What a node is for people."""

    PROMPT = "prompt"
    TOOL = "tool"
    REVIEW = "review"
    POLICY = "policy"
    FLOW = "flow"


class Control(StrEnum):
    """What a node is for the machine. These nine words are all that the engine knows of a node type."""

    STEP = "step"
    CHOOSE = "choose"
    MERGE = "merge"
    EACH = "each"
    REPEAT = "repeat"
    CALL = "call"
    WAIT = "wait"
    ASK = "ask"
    STOP = "stop"


class Effect(StrEnum):
    """What a node does to the world."""

    NONE = "none"
    READ = "read"
    WRITE = "write"


class AfterCrash(StrEnum):
    """What may be done about an effect whose end nobody saw.

    `keyed`: repeat with the same idempotency key. `query`: ask the receiver first. `retry_safe`: repeat, a duplicate
    costs only money. `unsafe`: a person decides.
    """

    KEYED = "keyed"
    QUERY = "query"
    RETRY_SAFE = "retry_safe"
    UNSAFE = "unsafe"


class Mode(StrEnum):
    """How a run treats the world; in every mode but `live` a write is recorded, not made."""

    LIVE = "live"
    DRY = "dry"
    EVAL = "eval"
    SHADOW = "shadow"
    REPLAY = "replay"


class Stage(StrEnum):
    """How far a workflow has come."""

    SANDBOX = "sandbox"
    PILOT = "pilot"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Effects:
    """What running a node does outside its run.

    Attributes:
        effect: none, read or write.
        external: whether anything leaves the organisation.
        after_crash: what may be done when the process died in mid-effect.
        irreversible: whether it cannot be undone.
        spends: whether it costs money.
    """

    effect: Effect = Effect.NONE
    external: bool = False
    after_crash: AfterCrash = AfterCrash.RETRY_SAFE
    irreversible: bool = False
    spends: bool = False

    @property
    def pure(self) -> bool:
        """True for the commit class *pure*: nothing outside the run can notice it."""
        return self.effect is Effect.NONE and not self.external


@dataclass(frozen=True, slots=True)
class Port:
    """A named outlet of a node. The first port of a type is its main port."""

    name: str
    title: str = ""


MAIN = Port("done", "Done")
ERROR_PORT = "error"
"""Every node also has this port; it is taken when the node fails and an edge leaves it."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The data a placed node takes and gives.

    Attributes:
        inputs: schema (an object) of the record the node gets.
        outputs: for each port, the schema (an object) of what can be read as `node.field` behind it.
    """

    inputs: Schema
    outputs: Mapping[str, Schema]

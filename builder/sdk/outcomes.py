"""What a node type can answer: an Outcome. And what a policy says: a Verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from builder.sdk.values import JSON, MAIN


class VerdictWord(StrEnum):
    """The four things a policy can say."""

    ALLOW = "allow"
    REDACT = "redact"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a detector found in a text.

    Attributes:
        kind: what it is (`email`, `iban`, `openai_key` …).
        field: dotted path of the text inside the record.
        start: first character, counted in code points.
        end: one past the last character.
        score: how sure the detector is, 0 to 1.
        detector: `name@version`.
    """

    kind: str
    field: str
    start: int
    end: int
    score: float
    detector: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy node says of its record, and why."""

    word: VerdictWord
    reason: str
    findings: tuple[Finding, ...] = ()


class FailureClass(StrEnum):
    """How a failure may be treated."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a step consumed. `cost` is in the organisation's currency; `practice` means no model was asked."""

    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The node finished: it gives `output` and takes `port` (or every port of `ports`)."""

    output: JSON
    port: str = MAIN.name
    verdict: Verdict | None = None
    usage: Usage | None = None
    ports: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """The ports that are taken."""
        return self.ports or (self.port,)


@dataclass(frozen=True, slots=True)
class Question:
    """What people are asked.

    Attributes:
        title: the question, one sentence.
        record: exactly what the decision is about; the decision binds its hash.
        choices: the decisions offered, from `approve`, `edit`, `reject`.
        proposal_schema: what an edit must fit (for `edit`).
        reviewers: who may decide: `{role}`, `{group}`, `{users: […]}`, and `{k}` of them (1 when absent).
        barred: duties that may not decide: `author`, `starter`.
        due: ISO 8601 duration of working time, or None; `due_clock`: the same in wall time. At most one of them.
        on_timeout: `escalate`, `reject` or `hold`. Approving by time-out does not exist.
    """

    title: str
    record: JSON
    choices: tuple[str, ...] = ("approve", "reject")
    proposal_schema: JSON = None
    reviewers: JSON = field(default_factory=dict)
    barred: tuple[str, ...] = ()
    due: str | None = None
    on_timeout: str = "hold"
    verdict: Verdict | None = None
    due_clock: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person answered: `approve`, `edit` or `reject`, by whom, why, and for an edit the new value."""

    decision: str
    by: str
    reason: str = ""
    edit: JSON = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The node must wait for people: the run parks with this question, and `NodeType.settle` turns the answer."""

    question: Question


@dataclass(frozen=True, slots=True)
class Wait:
    """The node must wait for a moment or for a named signal (or whichever comes first)."""

    until: datetime | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The node failed.

    Attributes:
        failure: its class, which decides about retries.
        code: stable name, `lower_snake`.
        sentence: what happened, for a person, without secrets or payload.
        retry_after: seconds the other side asked us to wait.
    """

    failure: FailureClass
    code: str
    sentence: str
    retry_after: float | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The node may not go on (a policy blocked, a person rejected, a limit is reached): the run ends `refused`."""

    reason: str
    verdict: Verdict | None = None


Outcome: TypeAlias = Done | Ask | Wait | Failed | Refused

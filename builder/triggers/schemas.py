"""A Trigger as it is read, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from builder.engine.graph import Binding, TriggerKind
from builder.engine.schedule import Timing
from builder.kit.errors import HandrailError
from builder.kit.ids import show_id
from builder.sdk import JSON


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts runs of a workflow.

    Attributes:
        is_on: whether a person wants it to start runs; a paused one is on and starts none.
        switched_by: who switched it on or off last; a person's id.
        paused_code, paused_sentence: why it starts none although it is on, if so.
        pinned: number of the version that it starts; None: whichever is live.
        owner_id: the person in whose name its runs are started.
        settings: of its kind; no secret stands here.
        inputs: field of the workflow's input → its binding as a file says it; None: the body is the input.
        revision: counts up with every change of what it is; whoever changes it says which he has seen.
    """

    id: int
    workflow_id: int
    team_id: int
    kind: TriggerKind
    name: str
    is_on: bool
    switched_by: str
    switched_at: datetime
    paused_code: str | None
    paused_sentence: str | None
    pinned: int | None
    owner_id: int
    settings: Mapping[str, Any]
    inputs: Mapping[str, Any] | None
    revision: int
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime

    @property
    def starts(self) -> bool:
        """Whether it starts runs now."""
        return self.is_on and self.paused_code is None

    @property
    def actor(self) -> str:
        """How the audit calls it."""
        return f"trigger {show_id(self.id)}"

    @property
    def bindings(self) -> Mapping[str, Binding] | None:
        """Its bindings; None: the body is the input."""
        if self.inputs is None:
            return None
        return {field: Binding.model_validate(said) for field, said in self.inputs.items()}


@dataclass(frozen=True, slots=True)
class Key:
    """What tells one start from another, so that what arrives twice starts once.

    Attributes:
        text: chosen by the sender; at most 255 characters.
        body_hash: of everything that came with it; the same key with something else is refused.
    """

    text: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Started:
    """The run that a trigger started; `again`: it had been started before, by the same key."""

    run_id: int
    again: bool = False


class Outcome(StrEnum):
    """What became of a due time: a run; nothing, by how the schedule is set; nothing, because it was refused; or it
    waits for the run before.
    """

    STARTED = "started"
    SKIPPED = "skipped"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Fire:
    """A due time of a schedule, and what became of it.

    Attributes:
        due: when it was due. Each due time of a schedule has one Fire, whatever number of processes keeps time.
        at: when that was noticed.
        code, sentence: why it started no run, where it did not.
        late: whether it was noticed long after it was due.
        count, until: for due times in a row that were left out together: how many, and the last of them.
    """

    trigger_id: int
    due: datetime
    at: datetime
    outcome: Outcome
    code: str | None
    sentence: str | None
    run_id: int | None
    late: bool
    count: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """A timing of a schedule, and the moment until which it held; None for the one that holds."""

    timing: Timing
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Armed:
    """When a schedule is due next, None while it is not; and by which timings the times up to now are found."""

    trigger_id: int
    next_due: datetime | None
    spans: tuple[Span, ...]


class TriggerError(HandrailError):
    """A trigger cannot be treated like that."""

    code: ClassVar[str] = "trigger"
    status: ClassVar[int] = 409


class UnknownTriggerError(TriggerError):
    """There is no such trigger; or none that this caller may know of."""

    code: ClassVar[str] = "unknown_trigger"
    status: ClassVar[int] = 404


class BadTriggerError(TriggerError):
    """A trigger would not work as it is written; every reason stands in `params["findings"]`."""

    code: ClassVar[str] = "bad_trigger"


class TriggerChangedError(TriggerError):
    """Somebody else changed it first. Nothing was overwritten."""

    code: ClassVar[str] = "trigger_changed"


class TriggerOffError(TriggerError):
    """The trigger is off or paused, so it starts nothing."""

    code: ClassVar[str] = "trigger_off"


class KeyReusedError(TriggerError):
    """The same key came with something else."""

    code: ClassVar[str] = "key_reused"


class UnknownHookError(TriggerError):
    """There is no webhook at this address. Nothing is said of what there may be elsewhere."""

    code: ClassVar[str] = "unknown"
    status: ClassVar[int] = 404


class HookRefusal(TriggerError):
    """A delivery that starts nothing.

    Attributes:
        reason: a word for the log, and for screens with words of their own.
        log: the sentence of the log, which may say more than the sender is told.
        values: what arrived, where its sender was known; it is kept with the line of the log.
    """

    code: ClassVar[str] = "delivery_refused"

    def __init__(
        self, reason: str, sentence: str, *, status: int, log: str, values: Mapping[str, JSON] | None = None,
        **params: Any,
    ) -> None:  # fmt: skip
        super().__init__(sentence, **params)
        self.status = status  # type: ignore[misc]  # each refusal has the status of its reason
        self.reason = reason
        self.log = log
        self.values = values


class NotStartableError(HandrailError):
    """There is nothing of this workflow that could be started.

    `params["reason"]` says why: `archived`, `unpublished`, `unsealed`, `version_gone`, `owner_gone`, `input`.
    """

    code: ClassVar[str] = "not_startable"
    status: ClassVar[int] = 409


def record_of(trigger: Trigger) -> dict[str, JSON]:
    """What an event says of a trigger."""
    return {"workflow": show_id(trigger.workflow_id), "kind": trigger.kind, "name": trigger.name}

"""What goes over the wire: triggers as screens see them, with people by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.engine.graph import TriggerKind
from builder.kit.ids import show_id
from builder.kit.wire import Id, Line
from builder.sdk import Schema
from builder.triggers.live import Fields
from builder.triggers.rules import Wish, judge_trigger, wish_of
from builder.triggers.schemas import Trigger
from builder.triggers.store import read_next_dues
from builder.workflows import Named, name_people

Bindings = Annotated[dict[str, dict[str, Any]], Field(max_length=500)]
Version = Annotated[int, Field(ge=1, le=2_000_000_000)]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class PausedView(Wire):
    """Why a trigger starts nothing although it is on."""

    code: str
    sentence: str


class TriggerView(Wire):
    """A trigger.

    Attributes:
        state: `paused`: it is on, and starts nothing until somebody switches it on again.
        owner: in whose name its runs are started.
        inputs: field → its binding; None: the body is the input.
        pinned: the only version that it starts; None: whichever is live.
        next_due: of a schedule that starts runs, when it is due next.
        findings: what is to be said of it, judged by the inputs as they are now.
        revision: its ETag.
    """

    id: Id
    workflow: Id
    kind: TriggerKind
    name: str
    state: Literal["on", "off", "paused"]
    paused: PausedView | None
    switched_by: Named
    switched_at: datetime
    owner: Named
    pinned: int | None
    settings: dict[str, Any]
    inputs: dict[str, Any] | None
    next_due: datetime | None
    findings: list[dict[str, Any]]
    revision: int
    made_by: Named
    made_at: datetime
    changed_by: Named
    changed_at: datetime


class TriggersView(Wire):
    """The triggers of a workflow.

    Attributes:
        inputs: schema of what they give: of the live version, or of the draft until there is one.
        version: the version whose schema that is; None: the draft's.
    """

    items: list[TriggerView]
    inputs: dict[str, Any]
    version: int | None


class TriggerIn(Wire):
    """A trigger to be made or judged. `on` switches it on at once."""

    kind: TriggerKind
    name: Line
    settings: dict[str, Any] = {}
    inputs: Bindings | None = None
    pinned: Version | None = None
    on: bool = False

    def wish(self) -> Wish:
        """As the verbs take it."""
        return Wish(self.kind, self.name, self.settings, self.inputs, self.pinned)


class TriggerChange(Wire):
    """What changes about a trigger; what is not named stays. `owner` is a person's id."""

    name: Line | None = None
    settings: dict[str, Any] | None = None
    inputs: Bindings | None = None
    pinned: Version | None = None
    owner: Id | None = None

    def values(self) -> Mapping[str, Any]:
        """As the verb takes it."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return {_COLUMNS.get(name, name): value for name, value in said.items()
                if value is not None or name in ("inputs", "pinned")}  # fmt: skip


_COLUMNS = {"owner": "owner_id"}


class SwitchIn(Wire):
    """On or off."""

    on: bool


class JudgedView(Wire):
    """What there is to say of a trigger as it was sent."""

    findings: list[dict[str, Any]]


def show_triggers(session: Session, triggers: Iterable[Trigger], schema: Schema) -> list[TriggerView]:
    """Triggers for the screen.

    Args:
        session: any session.
        triggers: of one workflow.
        schema: of the inputs that they give.
    """
    rows = list(triggers)
    people = name_people(session, [p for each in rows for p in (each.switched_by, each.owner_id, each.made_by,
                                                                each.changed_by)])  # fmt: skip
    dues = read_next_dues(session, [each.id for each in rows])
    return [
        TriggerView(
            id=each.id,
            workflow=each.workflow_id,
            kind=each.kind,
            name=each.name,
            state="off" if not each.is_on else "on" if each.starts else "paused",
            paused=_paused(each),
            switched_by=people[each.switched_by],
            switched_at=each.switched_at,
            owner=people[show_id(each.owner_id)],
            pinned=each.pinned,
            settings=dict(each.settings),
            inputs=None if each.inputs is None else dict(each.inputs),
            next_due=dues.get(each.id),
            findings=say_findings(wish_of(each), schema),
            revision=each.revision,
            made_by=people[each.made_by],
            made_at=each.made_at,
            changed_by=people[each.changed_by],
            changed_at=each.changed_at,
        )
        for each in rows
    ]


def say_findings(wish: Wish, schema: Schema) -> list[dict[str, Any]]:
    """What there is to say of a trigger, as plain data."""
    return [{**each.as_record(), "params": each.params} for each in judge_trigger(wish, schema)]


def show_list(session: Session, triggers: Iterable[Trigger], fields: Fields) -> TriggersView:
    """All triggers of a workflow for the screen."""
    items = show_triggers(session, triggers, fields.schema)
    return TriggersView(items=items, inputs=dict(fields.schema), version=fields.version)


def _paused(trigger: Trigger) -> PausedView | None:
    if not trigger.is_on or trigger.paused_code is None:
        return None
    return PausedView(code=trigger.paused_code, sentence=trigger.paused_sentence or "")

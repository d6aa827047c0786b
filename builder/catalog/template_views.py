"""What goes over the wire of NodeTemplates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.catalog.judge import TemplateProblem
from builder.catalog.schemas import NodeTemplateSource, NodeTemplateVersion, OfferState
from builder.kit.ids import read_id
from builder.kit.wire import Id, Prose
from builder.teams import read_people


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class NodeTemplateView(Wire):
    """One version of a NodeTemplate; people by name, `teams` null for all."""

    id: Id
    number: int
    name: str
    key: str
    state: OfferState
    source: NodeTemplateSource
    teams: list[Id] | None
    note: str
    reason: str
    problem: str
    made_by: str
    made_at: datetime
    proposed_by: str | None
    approved_by: str | None
    changed_by: str
    changed_at: datetime
    own: bool
    """Whether the caller wrote or proposed it, so that another person approves."""


class SourceIn(Wire):
    """What IT wrote; judged by the server, so that every reason is told in sentences."""

    source: dict[str, Any]
    note: Prose = ""


class ProblemView(Wire):
    """One thing that is wrong."""

    field: str | None
    sentence: str


class JudgedView(Wire):
    """All that is wrong with a source, and the form of the node that it makes; null where it makes none."""

    problems: list[ProblemView]
    config: dict[str, Any] | None
    input: dict[str, Any] | None
    output: dict[str, Any] | None


class TeamsIn(Wire):
    """To which teams it is published; not said: to all."""

    teams: Annotated[list[Id], Field(max_length=1_000)] | None = None


class ReasonIn(Wire):
    """Why, in words that teams understand."""

    reason: Prose


class SettingChangeView(Wire):
    """What differs between two versions."""

    field: str
    before: Any = None
    after: Any = None


def show_problems(problems: Iterable[TemplateProblem]) -> list[ProblemView]:
    """Problems for the screen."""
    return [ProblemView(field=each.field, sentence=each.sentence) for each in problems]


def show_node_templates(
    session: Session, versions: Iterable[NodeTemplateVersion], person: str
) -> list[NodeTemplateView]:
    """Versions for the screen, with people by name.

    Args:
        session: any session.
        versions: what to show.
        person: the id of who asks.
    """
    versions = list(versions)
    ids = {text for each in versions for text in (each.made_by, each.proposed_by, each.approved_by, each.changed_by)
           if text}  # fmt: skip
    known = read_people(session, [read_id(text) for text in ids])
    names = {text: known[read_id(text)].name if read_id(text) in known else text for text in ids}
    return [
        NodeTemplateView(
            id=each.template_id,
            number=each.number,
            name=each.name,
            key=each.key,
            state=each.state,
            source=NodeTemplateSource.model_validate(each.source),
            teams=None if each.teams is None else list(each.teams),
            note=each.note,
            reason=each.reason,
            problem=each.problem,
            made_by=names[each.made_by],
            made_at=each.made_at,
            proposed_by=names.get(each.proposed_by or ""),
            approved_by=names.get(each.approved_by or ""),
            changed_by=names[each.changed_by],
            changed_at=each.changed_at,
            own=person in (each.made_by, each.proposed_by, each.changed_by),
        )
        for each in versions
    ]


def compare_sources(before: NodeTemplateSource, after: NodeTemplateSource) -> list[SettingChangeView]:
    """What differs between two versions, setting by setting; examples are not compared."""
    old, new = _flat(before), _flat(after)
    return [
        SettingChangeView(field=name, before=old.get(name), after=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flat(source: NodeTemplateSource) -> dict[str, Any]:
    plain = source.model_dump(mode="json", exclude={"examples", "origin"})
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        if name in ("fixed", "open", "gather", "answers"):
            flat |= {f"{name}.{key}": each for key, each in value.items()}
        elif name == "inputs":
            flat |= {f"inputs.{key}": each for key, each in ((value or {}).get("properties") or {}).items()}
            flat["inputs.required"] = (value or {}).get("required", [])
        else:
            flat[name] = value
    return flat

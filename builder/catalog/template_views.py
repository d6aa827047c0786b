"""What goes over the wire of NodeTemplates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.catalog.judge import TemplateProblem
from builder.catalog.openapi import Described
from builder.catalog.schemas import McpServer, NodeTemplateSource, NodeTemplateVersion, OfferState
from builder.catalog.upgrade import Upgrade
from builder.kit.ids import read_id
from builder.kit.wire import Id, Line, Prose
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
    """One thing that is wrong; `case` and what it names are for a screen with sentences of its own."""

    field: str | None
    sentence: str
    case: str
    name: str


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


class DifferenceView(Wire):
    """One thing that is different for whoever placed the step; null where it is not there."""

    part: Literal["effect", "hosts", "settings", "parameters", "inputs", "answers", "words"]
    name: str
    before: Any = None
    after: Any = None


class UpgradeView(Wire):
    """What going from one version to a newer one means, and what IT wrote about the newer one."""

    title: str
    before: int
    after: int
    note: str
    differences: list[DifferenceView]


class OpenApiIn(Wire):
    """An OpenAPI document, and where the API is, if not where it says."""

    content: Annotated[str, Field(max_length=3_500_000)]
    filename: Line = "openapi.json"
    server: Annotated[str, Field(max_length=2_000)] = ""


class OpenApiTake(OpenApiIn):
    """Which operations become templates, and the credential that they are called with."""

    operations: Annotated[list[Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=100)]
    credential: Annotated[str, Field(max_length=200)] = ""


class OperationView(Wire):
    """An operation that a template can be made from.

    Attributes:
        inputs: what whoever places the node fills in.
        left_out: what of it cannot be said here: headers, cookies, other media types.
    """

    key: str
    method: str
    path: str
    title: str
    summary: str
    inputs: list[str]
    left_out: list[str]
    deprecated: bool


class DescribedView(Wire):
    """An API as its document describes it; `more` operations are left out, because there are too many."""

    title: str
    server: str
    operations: list[OperationView]
    more: int


class ServerIn(Wire):
    """An MCP server to be registered."""

    name: Line
    url: Annotated[str, Field(max_length=2_000)]
    credential: Annotated[str, Field(max_length=200)] = ""


class ToolView(Wire):
    """A tool as its server describes it; `inputs` is its JSON Schema."""

    name: str
    description: str
    inputs: dict[str, Any]
    digest: str


class ServerView(Wire):
    """A registered MCP server, and what it offered when somebody looked last."""

    id: Id
    name: str
    url: str
    credential: str
    tools: list[ToolView]
    problem: str
    looked_at: datetime | None


class ToolsIn(Wire):
    """Which tools become templates."""

    tools: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=100)]


def show_server(server: McpServer) -> ServerView:
    """A server for the screen."""
    return ServerView(
        id=server.id,
        name=server.name,
        url=server.url,
        credential=server.credential,
        tools=[
            ToolView(name=each["name"], description=each["description"], inputs=each["inputs"], digest=each["digest"])
            for each in server.tools
        ],
        problem=server.problem,
        looked_at=server.looked_at,
    )


def show_described(described: Described) -> DescribedView:
    """An API for the screen."""
    return DescribedView(
        title=described.title,
        server=described.server,
        more=described.more,
        operations=[
            OperationView(
                key=each.key,
                method=each.method,
                path=each.path,
                title=each.title,
                summary=each.summary,
                inputs=[*(one.word for one in each.parameters), *(["body"] if each.body is not None else [])],
                left_out=list(each.left_out),
                deprecated=each.deprecated,
            )
            for each in described.operations
        ],
    )


def show_upgrade(upgrade: Upgrade) -> UpgradeView:
    """The way to a newer version for the screen."""
    return UpgradeView(
        title=str(upgrade.after.source["title"]),
        before=upgrade.before.number,
        after=upgrade.after.number,
        note=upgrade.note,
        differences=[DifferenceView.model_validate(asdict(each)) for each in upgrade.differences],
    )


def show_problems(problems: Iterable[TemplateProblem]) -> list[ProblemView]:
    """Problems for the screen."""
    return [ProblemView.model_validate(asdict(each)) for each in problems]


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

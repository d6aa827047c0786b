"""The words of the catalog: what can be wrong with it, and a NodeTemplate as it is written and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from builder.kit.errors import HandrailError
from builder.kit.wire import Line, Prose
from builder.sdk import JSON, AfterCrash, Effect

ENTRY_POINTS = "handrail.nodes"
"""The group of entry points under which a package offers node types. Each names a package of folders kind/name."""

OWN = "handrail"
"""The distribution whose node types may use every control word."""


class CatalogError(HandrailError):
    """The palette cannot be built, a folder cannot be written, or a NodeTemplate cannot be treated like that."""

    code = "catalog"
    status = 409


class UnknownNodeTemplateError(CatalogError):
    """There is no such NodeTemplate or version."""

    code: ClassVar[str] = "unknown_node_template"
    status: ClassVar[int] = 404


class UnsoundNodeTemplateError(CatalogError):
    """A NodeTemplate that makes no node type, or whose examples fail; `params["problems"]` holds every reason."""

    code: ClassVar[str] = "node_template_not_sound"


class OwnProposalError(CatalogError):
    """It takes two people, and this is the same one."""

    code: ClassVar[str] = "second_person"
    status: ClassVar[int] = 403


class UnknownServerError(CatalogError):
    """There is no such MCP server."""

    code: ClassVar[str] = "unknown_mcp_server"
    status: ClassVar[int] = 404


class OfferState(StrEnum):
    """The life of a version of a NodeTemplate.

    Written, put to a second person, approved, on the palette of teams, still running but no longer offered, over.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"
    REVOKED = "revoked"


USABLE = frozenset({OfferState.PUBLISHED, OfferState.DEPRECATED})
"""States in which runs may start with a version."""
MADE = frozenset({OfferState.APPROVED, *USABLE, OfferState.REVOKED})
"""States in which a version is a node type: what it says never changes again, so that runs under way can end."""

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*@[0-9]{1,4}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Written(BaseModel):
    """Part of a NodeTemplate; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenField(Written):
    """A setting that whoever places the node chooses.

    Attributes:
        title, description: in the words of the teams; empty for those of the node type.
        choices: the only values that may be chosen; empty for all that the node type takes.
    """

    title: Annotated[str, StringConstraints(max_length=200)] = ""
    description: Annotated[str, StringConstraints(max_length=1_000)] = ""
    choices: Annotated[list[str | int | float | bool], Field(max_length=200)] = []


class NodeTemplateSource(Written):
    """What IT writes: a node type with some settings fixed and others left open.

    Attributes:
        base: the node type it is made from.
        name: its word in workflow files: `crm_reply` gives `tool.crm_reply@1`.
        fixed: config fields with the value that nobody changes; what is neither fixed nor open has its default.
        open: config fields that are chosen by whoever places the node.
        inputs: JSON Schema (an object) of its inputs; without it those of the node type.
        gather: input of the node type → the record that is put into it: field → input of this one.
        answers: field of the node type's output → the narrower schema that its value must fit.
        hosts: hosts that its address may name; empty for any.
        emits: labels that its output carries beside those of the node type.
        effect, after_crash: narrower than the node type says, where IT knows what stands behind the address.
        irreversible: whether what it does cannot be undone.
        examples: as in a node folder's `examples.yaml`; all must hold before it is proposed.
        origin: where it came from: `{"kind": "openapi", "operation": …}`, `{"kind": "mcp", "digest": …}`.
    """

    base: Key
    name: Word
    title: Line
    summary: Annotated[Prose, StringConstraints(min_length=1, max_length=500)]
    fixed: dict[str, Any] = {}
    open: dict[str, OpenField] = {}
    inputs: dict[str, Any] | None = None
    gather: dict[str, Annotated[dict[str, Word], Field(max_length=200)]] = {}
    answers: dict[str, dict[str, Any]] = {}
    hosts: Annotated[list[Annotated[str, StringConstraints(max_length=300)]], Field(max_length=100)] = []
    emits: Annotated[list[Label], Field(max_length=20)] = []
    effect: Literal["none", "read"] | None = None
    after_crash: AfterCrash | None = None
    irreversible: bool = False
    examples: Annotated[list[dict[str, Any]], Field(max_length=50)] = []
    origin: dict[str, Any] = {}

    @property
    def narrowed_effect(self) -> Effect | None:
        """The effect that IT vouches for, if it says one."""
        return None if self.effect is None else Effect(self.effect)


@dataclass(frozen=True, slots=True)
class NodeTemplateVersion:
    """One version of a NodeTemplate, as it is kept.

    Attributes:
        source: see `NodeTemplateSource`.
        teams: ids of the teams on whose palette it is; None for all.
        key: the node type that it makes, `tool.crm_reply@3`.
        reason: why it was deprecated or revoked.
        problem: why runs cannot start with it now, found by looking at what it calls; empty when all is well.
        made_by, proposed_by, approved_by, changed_by: ids of people. Proposing and sending back leave
            `changed_by`, so that whoever wrote it last is still known when it is approved.
    """

    template_id: int
    name: str
    number: int
    state: OfferState
    source: Mapping[str, JSON]
    teams: tuple[int, ...] | None
    key: str
    note: str
    reason: str
    problem: str
    made_by: str
    made_at: datetime
    proposed_by: str | None
    approved_by: str | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class McpServer:
    """A remote MCP server that IT registered.

    Attributes:
        credential: name of the credential that its calls carry; empty for none.
        tools: what it offered when somebody looked last: name, description, inputs, output, digest, said.
        problem: why it could not be asked then; empty when it could.
    """

    id: int
    name: str
    url: str
    credential: str
    enabled: bool
    tools: tuple[Mapping[str, Any], ...]
    problem: str
    looked_at: datetime | None
    made_by: str
    made_at: datetime

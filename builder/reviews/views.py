"""What goes over the wire: Reviews as the desk sees them, with people by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from builder.files import FileView
from builder.kit.wire import Id, Prose
from builder.reviews.schemas import ReviewState

Choice = Literal["approve", "edit", "reject"]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class Who(Wire):
    """Somebody: his id, or where nobody signed in his name as given; and his name."""

    id: str
    name: str


class Owned(Wire):
    """A workflow or a team, by name."""

    id: Id
    name: str


class ExcerptPart(Wire):
    """A short text of the record: of which field, and what stands there."""

    name: str
    text: str


class ReviewRow(Wire):
    """A question on the desk.

    Attributes:
        title: of the step that asks.
        starter: who started the run.
        excerpt: a few short texts by which one item is told from another; empty for whoever may not see the record.
        why: one sentence: why it left the desk, or that it was escalated.
        mine: whether the caller may answer it now; `why_not` says why he may not.
        siblings: how many other open items the same task has.
    """

    id: Id
    title: str
    question: str
    workflow: Owned | None
    run: Id
    step: str
    place: str
    starter: Who
    excerpt: list[ExcerptPart]
    state: ReviewState
    why: str | None
    team: Owned | None
    dry: bool
    asked_at: datetime
    due_at: datetime | None
    overdue: bool
    claimed_by: Who | None
    claimed_until: datetime | None
    mine: bool
    why_not: str | None
    siblings: int


class SpanView(Wire):
    """Something that was found in the record: in the text at `path`, counted in code points."""

    path: list[str | int]
    start: int
    end: int
    kind: str
    sentence: str


class VerdictView(Wire):
    """What a policy said."""

    word: Literal["allow", "redact", "review", "block"]
    reason: str


class SaidView(Wire):
    """What an earlier step came to."""

    step: str
    title: str
    type: str
    sentence: str
    verdict: VerdictView | None


class SimilarView(Wire):
    """The last decision at the same place of the same workflow, and how its run ended."""

    review: Id
    decision: str
    by: Who
    reason: str
    at: datetime
    run_state: str | None


class ChangedView(Wire):
    """A field that an edit changed."""

    path: str
    was: Any
    now: Any


class DecisionView(Wire):
    """One person's answer. `changes` is what an edit changed, for whoever may see the record."""

    by: Who
    decision: str
    reason: str
    at: datetime
    changes: list[ChangedView] | None


class ReviewDetail(ReviewRow):
    """A question with everything that helps to answer it.

    Attributes:
        kind: whether a proposal may be edited.
        payload: whether the caller may see the record; if not, `record`, `proposal`, `spans` and all that quotes them
            are empty.
        may_look_inside: whether he could look inside its run, with a reason, and so see the record.
        payload_hash: of the record; a decision names it.
        reasons: codes of the reasons that are offered.
        reason_wanted: the choices that need a reason.
        items: the other open items of the same task.
        files: those that stand in the record.
    """

    kind: Literal["approve", "edit"]
    payload: bool
    may_look_inside: bool
    record: Any
    proposal: Any
    proposal_schema: Any
    payload_hash: str
    spans: list[SpanView]
    said: list[SaidView]
    why_here: str
    last_similar: SimilarView | None
    choices: list[Choice]
    reasons: list[str]
    reason_wanted: list[Choice]
    needed: int
    decisions: list[DecisionView]
    items: list[ReviewRow]
    files: list[FileView]


class DecisionIn(Wire):
    """An answer: on which payload, and for an edit the new proposal."""

    decision: Choice
    payload_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    edit: Any = None
    reason: Prose = ""

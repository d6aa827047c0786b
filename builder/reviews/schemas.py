"""A Review as it is read, who may answer it, and what can go wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from builder.kit.errors import HandrailError
from builder.sdk import JSON, Decision, Mode, Question


class ReviewState(StrEnum):
    """The life of a Review. The last four are final."""

    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


WAITING = (ReviewState.OPEN, ReviewState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Review:
    """One question to people: about one step of one run, and inside a map about one item.

    Attributes:
        id: its id, which is the token of the run's wait.
        path: the step that asks (`rows[3].check`).
        place: the path without positions (`rows[].check`): Reviews of one run and place are one task.
        question: what is asked; `question.record` is the exact payload.
        payload_hash: hash of that payload; a decision must name it.
        mode: only `live` Reviews reach a desk; the others wait for whoever tries the workflow.
        starter: who started the run, by name as given.
        duties: for each rule that separates duties, the duties that one person may not hold together.
        why: one sentence: why it ended, or that it was escalated.
        due_at: when its time runs out.
        claimed_by: who works on it, until `claimed_until`.
        workflow_id, team_id: whose it is; None for a run of a file.
        ended_at: when it left the desk.
    """

    id: int
    run_id: int
    path: str
    place: str
    question: Question
    payload_hash: str
    mode: Mode
    starter: str
    authors: tuple[str, ...]
    duties: tuple[tuple[str, ...], ...]
    state: ReviewState
    why: str
    opened_at: datetime
    due_at: datetime | None
    claimed_by: str | None
    claimed_until: datetime | None
    workflow_id: int | None = None
    team_id: int | None = None
    ended_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it can still be answered."""
        return self.state in WAITING


@dataclass(frozen=True, slots=True)
class Decider:
    """Who wants to answer.

    Attributes:
        person: as rows name him: his id; at a terminal, where nobody signs in, his name as given.
        name: as people and the run are told who it was.
        email: the address by which a question may ask for him.
        roles: what he is in the team whose Review it is, and in the organisation; None where nobody knows.
        groups: the names of his teams.
    """

    person: str
    name: str
    email: str = ""
    roles: frozenset[str] | None = None
    groups: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        """Whether it is known who it is."""
        return self.roles is not None


@dataclass(frozen=True, slots=True)
class GivenDecision:
    """One person's answer. `name` is how the run and people are told who `by` is."""

    by: str
    decision: str
    reason: str
    edit: JSON = None
    name: str = ""
    at: datetime | None = None
    changes: JSON = None


@dataclass(frozen=True, slots=True)
class ReviewStory:
    """A Review, and what people said: their decisions in the order they were given.

    Attributes:
        answer: what the run was given; None when nobody has decided (yet).
    """

    review: Review
    decisions: tuple[GivenDecision, ...]
    answer: Decision | None


class ReviewError(HandrailError):
    """A Review cannot be treated like that."""

    code = "review"
    status: ClassVar[int] = 409


class UnknownReviewError(ReviewError):
    """There is no such Review."""

    code = "unknown_review"
    status = 404


class AlreadyDecidedError(ReviewError):
    """Somebody was faster, or the question is no longer asked. Nothing was changed."""

    code = "already_decided"


class PayloadChangedError(ReviewError):
    """The decision was made about another payload."""

    code = "payload_changed"


class MayNotDecideError(ReviewError):
    """This person may not decide this."""

    code = "may_not_decide"
    status = 403


class UnfitDecisionError(ReviewError):
    """The answer is not one that was asked for; nothing was changed."""

    code = "unfit_decision"
    status = 422

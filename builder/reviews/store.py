"""Every query of reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from builder.reviews.schemas import WAITING, GivenDecision, Review, ReviewState
from builder.reviews.tables import decision_table, review_table
from builder.sdk import Finding, Mode, Question, Verdict, VerdictWord

review = review_table.c
_STILL_WAITS = text("state IN ('open', 'claimed')")  # in the very words of the index that finds such rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which Reviews a list shows.

    Attributes:
        teams: of these teams only; None: of all, and of none.
        team: of this team only.
        over: those that have left the desk, or those that wait.
        due_before: only those whose time ran out before.
        after: the last one shown.
    """

    teams: frozenset[int] | None
    team: int | None = None
    over: bool = False
    due_before: datetime | None = None
    after: int | None = None


def insert_review(session: Session, values: Mapping[str, Any], question: Question) -> None:
    """Keeps a new Review, open."""
    asked = asdict(question)
    apart = {name: asked.pop(name) for name in ("title", "record", "verdict")}
    session.execute(
        insert(review_table).values(**values, **apart, asked=asked, state=ReviewState.OPEN, escalated=False)
    )


def end_reviews(
    session: Session, run_id: int, path: str | None, *, state: ReviewState, why: str, now: datetime
) -> list[Review]:
    """Ends the waiting Reviews of a step (of a whole run when `path` is None), and gives them."""
    statement = update(review_table).where(review.run_id == run_id, _STILL_WAITS)
    if path is not None:
        statement = statement.where(review.path == path)
    ended = session.execute(statement.values(state=state, why=why, ended_at=now).returning(review_table))
    return [_review_of(row) for row in ended.all()]


def end_review(session: Session, review_id: int, state: ReviewState, why: str, now: datetime) -> bool:
    """Ends one Review; False when it no longer waits."""
    statement = update(review_table).where(review.id == review_id, _STILL_WAITS)
    return (
        session.execute(statement.values(state=state, why=why, ended_at=now).returning(review.id)).first() is not None
    )


def read_review(session: Session, review_id: int, *, lock: bool = False) -> Review | None:
    """One Review; with `lock`, nobody else changes it until this transaction ends."""
    query = select(review_table).where(review.id == review_id)
    row = session.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _review_of(row)


def read_waiting(session: Session, limit: int, run_id: int) -> list[Review]:
    """A run's waiting Reviews, the oldest first."""
    query = select(review_table).where(_STILL_WAITS, review.run_id == run_id)
    return _reviews(session, query.order_by(review.id).limit(limit))


def empty_reviews(session: Session, run_ids: Collection[int]) -> None:
    """Deletes what lay on the desk for some runs; who decided what, when and why stays."""
    of_them = review.run_id.in_(sorted(run_ids))
    ids = select(review.id).where(of_them)
    session.execute(update(decision_table).where(decision_table.c.review_id.in_(ids)).values(edit=None, changes=None))
    session.execute(update(review_table).where(of_them).values(record=None))


class WaitingState(NamedTuple):
    """How a waiting Review stands."""

    id: int
    run_id: int
    team_id: int | None
    state: str
    claimed_by: str | None


def read_waiting_states(session: Session) -> list[WaitingState]:
    """How every waiting Review stands."""
    columns = (review.id, review.run_id, review.team_id, review.state, review.claimed_by)
    return [WaitingState(*row) for row in session.execute(select(*columns).where(_STILL_WAITS))]


def read_due(session: Session, now: datetime, limit: int) -> list[Review]:
    """Waiting Reviews whose time has run out and that were not escalated."""
    query = select(review_table).where(_STILL_WAITS, review.due_at <= now, review.escalated.is_(False))
    return _reviews(session, query.order_by(review.due_at).limit(limit))


def mark_escalated(session: Session, review_id: int, why: str) -> bool:
    """Marks a Review as escalated, and gives it back to everybody; False when somebody else did."""
    statement = update(review_table).where(review.id == review_id, _STILL_WAITS, review.escalated.is_(False))
    values = {"escalated": True, "why": why, "state": ReviewState.OPEN, "claimed_by": None, "claimed_until": None}
    return session.execute(statement.values(values).returning(review.id)).first() is not None


def claim_rows(session: Session, one: Review, by: str, now: datetime, until: datetime) -> int:
    """Claims the waiting Reviews of one task that nobody else holds; how many."""
    free = or_(review.claimed_until.is_(None), review.claimed_until <= now, review.claimed_by == by)
    statement = update(review_table).where(review.run_id == one.run_id, review.place == one.place, _STILL_WAITS, free)
    values = {"state": ReviewState.CLAIMED, "claimed_by": by, "claimed_until": until}
    return len(session.execute(statement.values(values).returning(review.id)).all())


def free_rows(session: Session, one: Review, by: str) -> int:
    """Gives back what a person claimed of a task; how many Reviews."""
    statement = update(review_table).where(
        review.run_id == one.run_id, review.place == one.place, _STILL_WAITS, review.claimed_by == by
    )
    values = {"state": ReviewState.OPEN, "claimed_by": None, "claimed_until": None}
    return len(session.execute(statement.values(values).returning(review.id)).all())


def read_desk(session: Session, wanted: Wanted, limit: int) -> list[Review]:
    """Reviews of live runs: those that wait, the oldest first; those that are over, the newest first."""
    query = select(review_table).where(review.mode == Mode.LIVE.value)
    if wanted.teams is not None:
        query = query.where(review.team_id.in_(wanted.teams))
    if wanted.team is not None:
        query = query.where(review.team_id == wanted.team)
    if wanted.due_before is not None:
        query = query.where(review.due_at <= wanted.due_before)
    if wanted.over:
        query = query.where(review.state.not_in([state.value for state in WAITING]))
        query = query if wanted.after is None else query.where(review.id < wanted.after)
        return _reviews(session, query.order_by(review.id.desc()).limit(limit))
    query = query.where(_STILL_WAITS)
    query = query if wanted.after is None else query.where(review.id > wanted.after)
    return _reviews(session, query.order_by(review.id).limit(limit))


def count_siblings(session: Session, places: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """How many Reviews wait at each (run, place)."""
    if not places:
        return {}
    query = select(review.run_id, review.place, func.count()).where(
        _STILL_WAITS, review.run_id.in_({run for run, _ in places})
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query.group_by(review.run_id, review.place))}


def read_siblings(session: Session, one: Review, limit: int) -> list[Review]:
    """The other waiting Reviews of a task, the oldest first."""
    same = (review.run_id == one.run_id, review.place == one.place, review.id != one.id)
    return _reviews(session, select(review_table).where(*same, _STILL_WAITS).order_by(review.id).limit(limit))


def read_similar(session: Session, one: Review) -> Review | None:
    """The Review that was last decided at the same place of the same workflow."""
    if one.workflow_id is None:
        return None
    query = select(review_table).where(
        review.workflow_id == one.workflow_id, review.place == one.place, review.id != one.id,
        review.mode == Mode.LIVE.value, review.state == ReviewState.DECIDED.value,
    )  # fmt: skip
    found = _reviews(session, query.order_by(review.id.desc()).limit(1))
    return found[0] if found else None


def read_decisions(session: Session, review_id: int) -> list[GivenDecision]:
    """The decisions of a Review, in the order they were given."""
    return read_decisions_of_all(session, [review_id]).get(review_id, [])


def read_decisions_of_all(session: Session, ids: Collection[int]) -> dict[int, list[GivenDecision]]:
    """The decisions of some Reviews, in the order they were given."""
    query = select(decision_table.c.review_id, *_GIVEN).where(decision_table.c.review_id.in_(ids))
    return _decisions(session, query)


def read_reviews(session: Session, run_id: int) -> list[Review]:
    """Every Review of a run, the oldest first."""
    return _reviews(session, select(review_table).where(review.run_id == run_id).order_by(review.id))


def read_decisions_of(session: Session, run_id: int) -> dict[int, list[GivenDecision]]:
    """Every decision made in a run, by Review, in the order they were given."""
    query = select(decision_table.c.review_id, *_GIVEN)
    query = query.join(review_table, review.id == decision_table.c.review_id).where(review.run_id == run_id)
    return _decisions(session, query)


_GIVEN = tuple(decision_table.c[name] for name in ("by", "decision", "reason", "edit", "name", "decided_at", "changes"))


def _decisions(session: Session, query: Select[Any]) -> dict[int, list[GivenDecision]]:
    found: dict[int, list[GivenDecision]] = {}
    for review_id, *given in session.execute(query.order_by(decision_table.c.decided_at, decision_table.c.by)):
        found.setdefault(review_id, []).append(GivenDecision(*given))
    return found


def insert_decision(session: Session, values: Mapping[str, Any]) -> None:
    """Keeps a decision."""
    session.execute(insert(decision_table).values(**values))


def _reviews(session: Session, query: Select[Any]) -> list[Review]:
    return [_review_of(row) for row in session.execute(query)]


def _review_of(row: Any) -> Review:
    asked: dict[str, Any] = dict(row.asked)
    tuples: dict[str, Sequence[str]] = {name: tuple(asked.pop(name)) for name in ("choices", "barred")}
    return Review(
        id=row.id,
        run_id=row.run_id,
        path=row.path,
        place=row.place,
        question=Question(title=row.title, record=row.record, verdict=_verdict_of(row.verdict), **asked, **tuples),  # type: ignore[arg-type]  # as written
        payload_hash=row.payload_hash,
        mode=Mode(row.mode),
        starter=row.starter,
        authors=tuple(row.authors),
        duties=tuple(tuple(rule) for rule in row.duties),
        state=ReviewState(row.state),
        why=row.why,
        opened_at=row.opened_at,
        due_at=row.due_at,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        workflow_id=row.workflow_id,
        team_id=row.team_id,
        ended_at=row.ended_at,
    )


def _verdict_of(said: Mapping[str, Any] | None) -> Verdict | None:
    if said is None:
        return None
    findings = tuple(Finding(**each) for each in said["findings"])
    return Verdict(VerdictWord(said["word"]), said["reason"], findings)


def count_waiting_reviews(session: Session) -> int:
    """How many Reviews wait for people."""
    return int(session.scalar(select(func.count()).select_from(review_table).where(_STILL_WAITS)) or 0)

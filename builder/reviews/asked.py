"""Files in what people are asked: whoever sees a Review's record may read the files that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from builder.files import file_ids
from builder.kit.ids import read_id
from builder.reviews.detail import may_see_record
from builder.reviews.schemas import Review
from builder.reviews.store import read_reviews
from builder.runs import sees_any
from builder.teams import Caller


def sees_file(session: Session, caller: Caller, file: str, runs: Collection[int]) -> bool:
    """Whether a caller may see a file: in one of the runs that read it, or in a record that he is asked about.

    Args:
        session: any session.
        caller: who asks.
        file: its id.
        runs: those that read it.
    """
    if sees_any(session, caller, runs):
        return True
    number = read_id(file)
    return any(
        number in file_ids(each.question.record) and may_see_record(session, caller, each)
        for each in _reviews_of(session, runs)
    )


def _reviews_of(session: Session, runs: Collection[int]) -> Iterable[Review]:
    for run_id in sorted(runs):
        yield from read_reviews(session, run_id)

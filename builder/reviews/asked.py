"""Files in what people are asked: whoever sees a Review's record may read the files that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from builder.files import file_ids
from builder.kit.ids import read_id
from builder.reviews.detail import may_see_record
from builder.reviews.schemas import Review
from builder.reviews.store import read_reviews
from builder.teams import Caller


def asks_about_file(session: Session, caller: Caller, file: str, runs: Collection[int]) -> bool:
    """Whether a file stands in the record of a Review of one of some runs, which this caller may see."""
    number = read_id(file)
    return any(
        number in file_ids(each.question.record) and may_see_record(session, caller, each)
        for each in _reviews_of(session, runs)
    )


def _reviews_of(session: Session, runs: Collection[int]) -> Iterable[Review]:
    for run_id in sorted(runs):
        yield from read_reviews(session, run_id)

"""The workflow patterns, played on the machine alone. The oracles read nothing but the recorded rows."""

from __future__ import annotations

import pytest

from builder.engine.machine import replay
from tests.patterns.catalogue import MUST, PATTERNS, SHOULD, Pattern
from tests.patterns.rehearsal import Rehearsal
from tests.patterns.seen import Seen

from .history import check_history
from .simulator import forget_unwritten


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.title)
def test_pattern(pattern: Pattern) -> None:
    rehearsal = Rehearsal(pattern)
    writes = rehearsal.play()
    pattern.oracle(Seen(writes))
    check_history(rehearsal.plan, writes)
    assert replay(rehearsal.plan, writes) == forget_unwritten(rehearsal.plan, rehearsal.state)


def test_the_catalogue_is_whole() -> None:
    numbers = {pattern.number for pattern in PATTERNS}
    assert numbers >= MUST | SHOULD
    assert len({pattern.title for pattern in PATTERNS}) == len(PATTERNS)

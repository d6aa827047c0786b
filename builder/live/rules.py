"""What is news, and who may hear it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from builder.sdk import JSON
from builder.teams import Caller, may

Kind = Literal["run", "draft", "review", "notice"]


class Key(NamedTuple):
    """Something that can change."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Something as it stands at a moment.

    Attributes:
        state: whatever is different when it changed.
        facts: the little that is told of it.
        team: whose it is; whoever may `permission` there may hear of it. Of no team, whoever may everywhere.
        person: the only one who may hear of it, instead.
        fleeting: whether it is news when it appears, but not that it is no longer looked at.
    """

    state: tuple[object, ...]
    facts: Mapping[str, JSON]
    team: int | None = None
    person: int | None = None
    permission: str = "workflow.read"
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """That something changed; `seen` is how it stands, or for what is over how it stood last."""

    key: Key
    seen: Seen
    over: bool = field(default=False)


Sight = Mapping[Key, Seen]
"""Everything that can change, as it stands at a moment."""


def find_news(before: Sight, now: Sight) -> list[News]:
    """What is different between two moments."""
    changed = [News(key, seen) for key, seen in now.items() if key not in before or before[key].state != seen.state]
    over = [News(key, seen, over=True) for key, seen in before.items() if key not in now and not seen.fleeting]
    return changed + over


def may_hear(caller: Caller, seen: Seen) -> bool:
    """Whether somebody may hear of something."""
    if seen.person is not None:
        return seen.person == caller.person_id
    return may(caller, seen.permission, seen.team)

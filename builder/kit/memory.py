"""When Python looks for garbage.

Its collector begins after every 700 objects that stay, and goes through all that was ever loaded each time it has begun
a hundred times over: right for a script, wrong for a program of 300,000 objects that stay for good and graphs of
100,000 that are gone a moment later.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 50_000
"""After so many new objects the youngest are looked at: a few milliseconds' work, and about 10 MB that wait for it."""


@contextmanager
def loading() -> Iterator[None]:
    """While the product is loaded nobody looks for garbage: what is loaded stays. That is a quarter of a start."""
    gc.disable()
    try:
        yield
    finally:
        settle_memory()
        gc.enable()


def settle_memory() -> None:
    """What is there now is never looked at again, and what is new less often."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)

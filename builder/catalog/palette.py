"""The Palette: every node type of an installation, those that developers wrote and those that NodeTemplates make."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from builder.catalog.schemas import MADE, CatalogError, NodeTemplateSource, NodeTemplateVersion
from builder.catalog.store import list_node_template_versions
from builder.catalog.templated import Templated, make_type
from builder.kit.clock import SYSTEM_CLOCK
from builder.sdk import NodeType
from builder.teams import Installation

OnTemplateChange = Callable[[Session, NodeTemplateVersion, datetime], None]
"""Hears, in the same transaction, that a version should not be used any more, or may not: owners are told."""

AGE = 1.0
"""Seconds after which a process looks for versions that another one has made."""


class Palette(Mapping[str, NodeType]):
    """`name@major` → node type. What is in it stays as it is, so that runs under way can end; what is new is found.

    A key that is not there is looked for at most once a second; the list of all is as old as that at the most.
    """

    def __init__(
        self,
        installed: Mapping[str, NodeType],
        read: Callable[[], AbstractContextManager[Session]] | None = None,
        tell: OnTemplateChange = lambda *_: None,
    ) -> None:
        """Args:
        installed: the types that developers wrote.
        read: opens a session to read NodeTemplates; None where there are none.
        tell: tells the owners of what uses a version.
        """
        self.tell = tell
        self._installed = installed
        self._read = read
        self._types: dict[str, NodeType] = dict(installed)
        self._looked = -AGE
        self._looking = threading.Lock()

    def __getitem__(self, key: str) -> NodeType:
        found = self._types.get(key)
        if found is not None:
            return found
        self.look()
        return self._types[key]

    def __iter__(self) -> Iterator[str]:
        self.look()
        return iter(sorted(self._types))

    def __len__(self) -> int:
        return len(self._types)

    def __contains__(self, key: object) -> bool:
        return key in self._types or (isinstance(key, str) and self.get(key) is not None)

    def look(self, *, now: bool = False) -> None:
        """Takes in what was approved since the last look; with `now`, whenever that was."""
        if self._read is None or (not now and SYSTEM_CLOCK.monotonic() - self._looked < AGE):
            return
        with self._looking:
            if not now and SYSTEM_CLOCK.monotonic() - self._looked < AGE:
                return
            with self._read() as session:
                self.take(list_node_template_versions(session, states=MADE))
            self._looked = SYSTEM_CLOCK.monotonic()

    def take(self, versions: list[NodeTemplateVersion]) -> None:
        """Adds the node types of versions that are not here yet; one that cannot be made any more is left out."""
        made = {each.key: each for each in versions if each.key not in self._types}
        for key, each in made.items():
            try:
                self._types = {
                    **self._types,
                    key: self.make(NodeTemplateSource.model_validate(each.source), each.number),
                }
            except (
                CatalogError,
                ValidationError,
            ):  # its base was uninstalled or changed; the checker says it is unknown
                continue

    def template_of(self, key: str) -> Templated | None:
        """The NodeTemplate behind a key; None for a type that a developer wrote, or none."""
        found = self.get(key)
        return found if isinstance(found, Templated) else None

    def make(self, source: NodeTemplateSource, number: int) -> NodeType:
        """The node type that a source would be.

        Raises:
            CatalogError: it makes none here.
        """
        base = self._installed.get(source.base)
        if base is None:
            raise CatalogError(f"The node type {source.base} is not installed here.", field="base")
        made = make_type(source, number, base)
        if any(each.name == made.name for each in self._installed.values()):
            raise CatalogError(
                f"{made.name} is a node type that is installed already.", field="name", way_out="Choose another name."
            )
        return made


def palette_of(application: Installation) -> Palette:
    """The Palette of an installation."""
    types = application.types
    return types if isinstance(types, Palette) else Palette(types)

"""What the routes of every room need of an installation; `wiring` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from builder.db import Database
from builder.engine.facts import ConnectionFacts
from builder.engine.plan import Plan
from builder.kit.sealing import SigningKey
from builder.payloads import PayloadStore
from builder.sdk import JSON, NodeType


class Site(Protocol):
    """Where people open the product."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        ...

    @property
    def mail(self) -> object | None:
        """How mail is sent; None when it is not."""
        ...


class Post(Protocol):
    """Tells people what this room has to say; each joins the transaction of what it tells."""

    def send_link(
        self, session: Session, kind: str, address: str, link: str, now: datetime, language: str = "en", **params: str
    ) -> bool:
        """Sends a one-time link (`invitation`, `reset`) by mail; False when this installation sends none."""
        ...

    def welcome(self, session: Session, person_id: int, team_id: int, team: str, now: datetime) -> None:
        """Tells somebody who is here already that he is in a team now."""
        ...


class Installation(Protocol):
    """An installation, opened."""

    @property
    def settings(self) -> Site:
        """How it is set up."""
        ...

    @property
    def database(self) -> Database:
        """Where the truth lives."""
        ...

    @property
    def payloads(self) -> PayloadStore:
        """Where large values live."""
        ...

    @property
    def types(self) -> Mapping[str, NodeType]:
        """The installed node types."""
        ...

    @property
    def connections(self) -> Mapping[str, ConnectionFacts]:
        """What is known of the model connections."""
        ...

    @property
    def signing_key(self) -> SigningKey:
        """Signs what is published."""
        ...

    @property
    def vault_key(self) -> bytes:
        """Seals what runs keep to themselves."""
        ...

    @property
    def post(self) -> Post:
        """Tells people what they must know of, in the product and by mail."""
        ...

    def load_plan(self, document: JSON) -> Plan:
        """The plan of a woven document that holds on what is installed here. Raises HandrailError."""
        ...

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction; rings leave after its commit."""
        ...

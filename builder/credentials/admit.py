"""Whether the credentials that a plan names may be used now: one of those who may refuse a start."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from builder.credentials.book import ConnectionBook, join_connections
from builder.credentials.grants import read_credential_facts
from builder.credentials.store import connections
from builder.engine.credentials import Misuse, judge_use, named_in_plan
from builder.engine.plan import Plan
from builder.engine.verify import tell_model_change
from builder.providers import DEFAULT
from builder.sdk import Mode, NodeType
from builder.teams import NotAdmittedError, Wish


class CredentialRefusedError(NotAdmittedError):
    """A credential that a step names cannot be used; `params["reason"]` says which way."""

    code = "credential_refused"

    def __init__(self, misuse: Misuse, node: str) -> None:
        super().__init__(misuse.sentence, node=node, way_out=misuse.way_out, reason=misuse.code, **misuse.params)


class CredentialAdmit:
    """Asks for each credential that a plan names. A dry run makes no write, so it needs none of a write."""

    def __init__(self, types: Mapping[str, NodeType]) -> None:
        self._types = types

    def concerns(self, plan: Plan) -> bool:
        """Whether it names any."""
        return bool(named_in_plan(plan, self._types))

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Raises CredentialRefusedError."""
        asked = [each for each in named_in_plan(plan, self._types) if wish.mode is Mode.LIVE or not each.writes]
        known = read_credential_facts(session, wish.team_id, {each.name for each in asked})
        for each in asked:
            misuse = judge_use(known.get(each.name), each)
            if misuse is not None:
                raise CredentialRefusedError(misuse, each.node)


class ModelRefusedError(NotAdmittedError):
    """A model connection that a step names cannot be asked, or is not the one that was proved."""

    code = "model_refused"


class ConnectionAdmit:
    """Asks for each model connection that a plan was proved with: there, on, granted, and the same as then.

    It reads the database, not the book: what an admin changed a moment ago counts.
    """

    def __init__(self, book: ConnectionBook) -> None:
        self._book = book

    def concerns(self, plan: Plan) -> bool:
        """Whether it names any."""
        return bool(plan.models)

    def check(self, session: Session, plan: Plan, wish: Wish) -> None:
        """Raises ModelRefusedError."""
        revision, chosen = connections.read_choice(session)
        rows = connections.find_connections_named(session, [*plan.models, chosen or ""]) if revision else {}
        now = join_connections(self._book.own, list(rows.values()), chosen, None)
        for name, told in plan.models.items():
            row = rows.get(chosen if name == DEFAULT and chosen else name)
            if row is not None and row.off_at is not None:
                raise ModelRefusedError(f"The model connection “{name}” was switched off.", way_out=_ASK)
            if row is not None and not row.granted(wish.team_id):
                raise ModelRefusedError(f"Your team may not ask the model connection “{name}”.", way_out=_ASK)
            found = now.get(name)
            if found is None:
                raise ModelRefusedError(f"There is no model connection “{name}” here.", way_out=_ASK)
            moved = next(tell_model_change(name, told, found.facts), None)
            if moved is not None:
                raise ModelRefusedError(moved, way_out="Publish the workflow again under what is now, or ask IT.")


_ASK = "Choose another one, or ask IT."

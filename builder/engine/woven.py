"""A Woven is a workflow with all that governance made mandatory, and the proof that it suffices.

Only `weave` makes one, and only a Woven becomes a Plan.

As a document it is one JSON object; reading one believes nothing in it: `verify` does the judging.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from builder.engine.certificates import Certificate, Insertion
from builder.engine.facts import FACTS, Facts, dump_facts
from builder.engine.graph import Workflow, dump_part
from builder.engine.labels import View
from builder.engine.plan import Guard
from builder.engine.questions import BoundRule, bind_rules
from builder.engine.template import GovernanceTemplate
from builder.kit.errors import HandrailError
from builder.kit.hashing import hash_value
from builder.kit.sealing import SigningKey


class WovenError(HandrailError):
    """A document is not a woven workflow."""

    code: ClassVar[str] = "not_woven"


@dataclass(frozen=True)
class Woven:
    """A woven workflow.

    Attributes:
        source: the workflow as its team wrote it, as plain data.
        plain: the woven graph, as plain data; see `graph`.
        facts: what is known of the woven graph.
        templates: every template that was looked at, whole; see `rules` for what binds.
        called: reference of a call → the called workflow, as plain data.
        day: the day for which exemptions were looked at.
        certificates: one for each rule that binds, once it is proved.
        guards: what the machine enforces.
        signature: Ed25519 over the hash, in hex, or nothing.
        view: what the weaver saw last, so that the prover need not look again; nobody else uses it.
        claimed: for one that was read from a document, the source hash and the hash that stood there.
    """

    source: Mapping[str, Any]
    plain: Mapping[str, Any]
    facts: Facts
    templates: tuple[GovernanceTemplate, ...]
    called: Mapping[str, Any]
    day: date
    insertions: tuple[Insertion, ...]
    guards: tuple[Guard, ...]
    certificates: tuple[Certificate, ...] = ()
    signature: str = ""
    view: View | None = field(default=None, compare=False, repr=False)
    claimed: tuple[str, str] | None = field(default=None, compare=False)

    @cached_property
    def graph(self) -> Workflow:
        """The woven graph."""
        return Workflow.model_validate(self.plain)

    @cached_property
    def called_workflows(self) -> dict[str, Workflow]:
        """The called workflows."""
        return {reference: Workflow.model_validate(plain) for reference, plain in self.called.items()}

    @cached_property
    def source_hash(self) -> str:
        """Hash of the source."""
        return hash_value(self.source)

    @cached_property
    def woven_hash(self) -> str:
        """Hash of everything but the signature; a run pins it."""
        return hash_value(_unsigned(self))

    @cached_property
    def rules(self) -> tuple[BoundRule, ...]:
        """The rules that bind."""
        return tuple(bind_rules(self.templates, self.facts, self.day))


def hash_rules(templates: tuple[GovernanceTemplate, ...]) -> str:
    """Hash of a rule set, whatever order it was given in."""
    return hash_value([dump_part(each) for each in sorted(templates, key=lambda each: each.name)])


def sign_woven(woven: Woven, key: SigningKey) -> Woven:
    """The same, signed."""
    return replace(woven, signature=key.sign(bytes.fromhex(woven.woven_hash)).hex())


_TEMPLATES = TypeAdapter(tuple[GovernanceTemplate, ...])
_INSERTIONS = TypeAdapter(tuple[Insertion, ...])
_GUARDS = TypeAdapter(tuple[Guard, ...])
_CERTIFICATES = TypeAdapter(tuple[Certificate, ...])


def _unsigned(woven: Woven) -> dict[str, Any]:
    record: dict[str, Any] = {
        "handrail-woven": 1,
        "source_hash": woven.source_hash,
        "source": woven.source,
        "graph": woven.plain,
        "facts": dump_facts(woven.facts),
        "day": woven.day.isoformat(),
        "templates": [dump_part(each) for each in woven.templates],
        "insertions": _INSERTIONS.dump_python(woven.insertions, mode="json"),
        "certificates": _CERTIFICATES.dump_python(woven.certificates, mode="json", exclude_defaults=True),
        "guards": _GUARDS.dump_python(woven.guards, mode="json", exclude_defaults=True),
    }
    if woven.called:
        record["called"] = dict(woven.called)
    return record


def dump_woven(woven: Woven) -> dict[str, Any]:
    """The document."""
    record = _unsigned(woven)
    document = {"handrail-woven": 1, "source_hash": woven.source_hash, "woven_hash": woven.woven_hash, **record}
    return {**document, "signature": woven.signature} if woven.signature else document


_PLAIN = TypeAdapter(dict[str, Any])
_CALLED = TypeAdapter(dict[str, dict[str, Any]])
_KEYS = {
    "handrail-woven", "source_hash", "woven_hash", "source", "graph", "facts", "day", "templates", "insertions",
    "certificates", "guards", "called", "signature",
}  # fmt: skip
_OPTIONAL = {"called", "signature"}


def read_woven(plain: Any) -> Woven:
    """The Woven that a document holds. Nothing in it is believed: verify it.

    Raises:
        WovenError: it is no such document.
    """
    if not isinstance(plain, dict) or plain.get("handrail-woven") != 1:
        raise WovenError("This is not a woven workflow: `handrail-woven: 1` is missing.")
    wrong = sorted(map(str, (_KEYS - _OPTIONAL - plain.keys()) | (plain.keys() - _KEYS)))
    if wrong:
        raise WovenError(f"This woven workflow is not whole: look at `{wrong[0]}`.")
    try:
        woven = Woven(
            source=_PLAIN.validate_python(plain["source"]),
            plain=_PLAIN.validate_python(plain["graph"]),
            facts=FACTS.validate_python(plain["facts"]),
            templates=_TEMPLATES.validate_python(plain["templates"]),
            called=_CALLED.validate_python(plain.get("called", {})),
            day=date.fromisoformat(plain["day"]),
            insertions=_INSERTIONS.validate_python(plain["insertions"]),
            guards=_GUARDS.validate_python(plain["guards"]),
            certificates=_CERTIFICATES.validate_python(plain["certificates"]),
            signature=str(plain.get("signature", "")),
            claimed=(str(plain["source_hash"]), str(plain["woven_hash"])),
        )
        _ = woven.graph, woven.called_workflows, Workflow.model_validate(woven.source)
        same = dump_woven(woven) | {"woven_hash": plain["woven_hash"], "source_hash": plain["source_hash"]} == plain
    except (ValidationError, ValueError, TypeError, RecursionError) as problem:
        first = str(problem).splitlines()[0]
        raise WovenError(f"This woven workflow cannot be read: {first}") from None
    if not same:
        raise WovenError("This woven workflow is not written as Handrail writes it.")
    return woven

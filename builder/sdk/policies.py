"""What every policy node shares: its output, its review, and the sweep through a record that finds and replaces.

A policy looks at its record and says *allow*, *redact*, *review* or *block*. It fails closed: whatever goes wrong
while it looks, nothing passes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from builder.kit.detect import DETECTORS, Span, find_in_field, find_personal_data, find_secrets, mask_text
from builder.kit.errors import HandrailError
from builder.kit.shapes import validate
from builder.kit.tokens import looks_like_token
from builder.sdk.context import Context, NodeError
from builder.sdk.fields import Stricter
from builder.sdk.node_type import NodeConfig, NodeType, free_record
from builder.sdk.outcomes import Ask, Decision, Done, Finding, Outcome, Question, Refused, Verdict, VerdictWord
from builder.sdk.reviews import Reviewers
from builder.sdk.values import JSON, MAIN, Kind, Schema, Shapes

__all__ = [
    "DETECTORS", "STRICTNESS", "Policy", "PolicyConfig", "Span", "Swept", "find_misfits", "find_personal_data",
    "find_secrets", "looks_like_token", "sweep_record",
]  # fmt: skip

STRICTNESS = (VerdictWord.ALLOW, VerdictWord.REDACT, VerdictWord.REVIEW, VerdictWord.BLOCK)
"""The verdicts from the mildest to the strictest."""

_FINDING: Schema = free_record({
    "kind": {"type": "string"},
    "field": {"type": "string"},
    "start": {"type": "integer"},
    "end": {"type": "integer"},
    "score": {"type": "number"},
    "detector": {"type": "string"},
})  # fmt: skip
_VERDICT: Schema = free_record({
    "word": {"type": "string", "enum": [word.value for word in STRICTNESS]},
    "reason": {"type": "string"},
})  # fmt: skip


class PolicyConfig(NodeConfig):
    """Base of the Config of a policy: whom it asks when it says *review*. Without `reviewers` it cannot say so."""

    reviewers: Reviewers | None = Field(None, title="Who decides on a review")
    barred: Annotated[tuple[Literal["author", "starter"], ...], Stricter("superset")] = Field(
        (), alias="not", title="Who may not decide"
    )
    k: Annotated[int, Stricter("higher")] = Field(1, title="How many must approve", ge=1, le=20)
    due: str | None = Field(None, title="Due in (working time)", max_length=40)
    on_timeout: Literal["escalate", "reject", "hold"] = Field("hold", title="When it is late")


class Policy(NodeType, ABC):
    """Base of the policies: a subclass says in `judge` what it thinks of a record."""

    kind: ClassVar[Kind] = Kind.POLICY

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """The record goes through in its own shape, with the verdict and the findings beside it."""
        record = free_record(inputs)
        findings = {"type": "array", "items": _FINDING}
        return Shapes(record, {MAIN.name: free_record({"record": record, "verdict": _VERDICT, "findings": findings})})

    @abstractmethod
    async def judge(self, config: Any, record: Mapping[str, Any], context: Context) -> Outcome:
        """What this policy says of the record: end with `passed`, `asked` or `blocked`."""

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Judges, and refuses when judging fails."""
        try:
            return await self.judge(config, inputs, context)
        except (NodeError, HandrailError) as error:
            return blocked(f"the policy could not be applied: {type(error).__name__}")
        except Exception as error:  # fails closed: whatever goes wrong in a policy, nothing passes
            return blocked(f"the policy could not be applied: {type(error).__name__}")

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """An approval lets exactly the record pass that people saw; anything else refuses."""
        if decision.decision == "approve":
            return passed(
                inputs, VerdictWord.ALLOW, f"{decision.by} approved it: {decision.reason or 'no reason given'}"
            )
        return blocked(f"{decision.by} rejected it: {decision.reason or 'no reason given'}")


def passed(record: JSON, word: VerdictWord, reason: str, findings: tuple[Finding, ...] = ()) -> Done:
    """The record goes on."""
    output = {
        "record": record,
        "verdict": {"word": word.value, "reason": reason},
        "findings": [asdict(each) for each in findings],
    }
    return Done(output, verdict=Verdict(word, reason, findings))


def blocked(reason: str, findings: tuple[Finding, ...] = ()) -> Refused:
    """The run ends here."""
    return Refused(reason, Verdict(VerdictWord.BLOCK, reason, findings))


def asked(config: PolicyConfig, record: JSON, reason: str, findings: tuple[Finding, ...] = ()) -> Outcome:
    """People decide whether exactly this record goes on; without reviewers nobody can, and nothing passes."""
    if config.reviewers is None:
        return blocked(f"{reason}; a review is due, and the config names no reviewers", findings)
    return Ask(
        Question(
            title=f"May this go on? {reason[:1].upper()}{reason[1:]}.",
            record=record,
            reviewers={**config.reviewers.model_dump(exclude_defaults=True, mode="json"), "k": config.k},
            barred=config.barred,
            due=config.due,
            on_timeout=config.on_timeout,
            verdict=Verdict(VerdictWord.REVIEW, reason, findings),
        )
    )


@dataclass(slots=True)
class Swept:
    """What a sweep through a record gave.

    Attributes:
        record: the record with every finding in a text replaced.
        findings: everything found, in order.
        stuck: dotted paths of the numbers in which something was found; a number holds no token.
    """

    record: JSON = None
    findings: list[Finding] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def sweep_record(
    record: JSON, find: Callable[[str], list[Span]], replace: Callable[[Span, str], str] | None = None
) -> Swept:
    """Looks through every text, number and field name of a record.

    Args:
        record: plain data.
        find: the detectors.
        replace: what stands in the place of a finding; None changes nothing.
    """
    sweep = _Sweep(find, replace, Swept())
    sweep.swept.record = sweep.value(record, "", "")
    return sweep.swept


@dataclass(frozen=True, slots=True)
class _Sweep:
    find: Callable[[str], list[Span]]
    replace: Callable[[Span, str], str] | None
    swept: Swept

    def value(self, value: JSON, path: str, name: str) -> JSON:
        """One value, replaced; `name` is the last field name above it."""
        if isinstance(value, str):
            return self.text(value, path, name)
        if isinstance(value, Mapping):
            return dict(self.field(key, inner, path) for key, inner in value.items())
        if isinstance(value, list):
            return [self.value(inner, f"{path}[{at}]", name) for at, inner in enumerate(value)]
        if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
            before = len(self.swept.findings)
            self.text(str(int(value)), path, name)
            if len(self.swept.findings) > before:
                self.swept.stuck.append(path)
        return value

    def field(self, key: str, inner: JSON, path: str) -> tuple[str, JSON]:
        """One field; a name that is itself a finding stands in no path."""
        written = self.text(key, _join(path, "(name)"), "")
        return written, self.value(inner, _join(path, key if written == key else "(name)"), key)

    def text(self, text: str, path: str, name: str) -> str:
        """One text, replaced, its findings noted."""
        spans = [
            each for each in find_in_field(name, text, self.find) if not looks_like_token(text[each.start : each.end])
        ]
        self.swept.findings += [
            Finding(each.kind, path, each.start, each.end, each.score, each.detector) for each in spans
        ]
        return mask_text(text, spans, self.replace) if spans and self.replace is not None else text


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def find_misfits(record: JSON, before: JSON, schema: Schema) -> list[str]:
    """Dotted paths at which a changed record no longer fits the schema, though it did before the change."""
    was_wrong = {problem.path for problem in validate(before, schema)}
    return [
        ".".join(str(part) for part in problem.path) or "the record"
        for problem in validate(record, schema)
        if problem.path not in was_wrong
    ]

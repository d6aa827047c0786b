"""The governance file as models: a GovernanceTemplate holds Rules; a Rule says one thing about every workflow."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from builder.engine.graph import Part
from builder.kit.hashing import hash_value
from builder.sdk import Effect, Kind, Stage


class Selector(Part):
    """Which nodes, fields or doors a rule means. Every key that is set must match; `…_not` must not.

    A list matches when any of its members does (`labels`: when the data carries at least one of them).
    """

    kind: Kind | tuple[Kind, ...] | None = None
    kind_not: Kind | tuple[Kind, ...] | None = None
    type: str | tuple[str, ...] | None = None
    type_not: str | tuple[str, ...] | None = None
    check: str | None = None
    check_not: str | None = None
    template: str | tuple[str, ...] | None = None
    template_not: str | tuple[str, ...] | None = None
    effect: Effect | tuple[Effect, ...] | None = None
    effect_not: Effect | tuple[Effect, ...] | None = None
    external: bool | None = None
    irreversible: bool | None = None
    spends: bool | None = None
    labels: tuple[str, ...] | None = None
    labels_not: tuple[str, ...] | None = None
    integrity: Literal["untrusted", "trusted"] | None = None
    steered: Literal["untrusted"] | None = None
    hosted: Literal["local", "internal", "external"] | None = None
    hosted_not: Literal["local", "internal", "external"] | None = None
    region: tuple[str, ...] | None = None
    region_not: tuple[str, ...] | None = None
    model: tuple[str, ...] | None = None
    model_not: tuple[str, ...] | None = None
    team: tuple[str, ...] | None = None
    team_not: tuple[str, ...] | None = None
    stage: tuple[Stage, ...] | None = None
    stage_not: tuple[Stage, ...] | None = None
    tag: tuple[str, ...] | None = None
    tag_not: tuple[str, ...] | None = None
    input: bool | None = None
    """True: the start, `input` itself."""
    result: bool | None = None
    """True: the end, the run's result."""

    @property
    def names_data(self) -> bool:
        """Whether it selects data (labels, integrity), so that only reads, not control edges, carry it."""
        return self.labels is not None or self.labels_not is not None or self.integrity is not None


class MustPass(Part):
    """On every path from `from` to `to` stands a node that matches `through`."""

    from_: Annotated[Selector, Field(alias="from")]
    to: Selector
    through: Selector


class Precede(Part):
    """Whenever a node that matches `then` runs, one that matches `first` has run before, on every path."""

    first: Selector
    then: Selector


class ForbidPath(Part):
    """No path may lead from `from` to `to`."""

    from_: Annotated[Selector, Field(alias="from")]
    to: Selector


class ReviewFloor(Part):
    """The least share of runs that a person sees, by risk (0 to 1)."""

    low: Annotated[float, Field(ge=0, le=1)] = 0
    medium: Annotated[float, Field(ge=0, le=1)] = 0
    high: Annotated[float, Field(ge=0, le=1)] = 1


class Insert(Part):
    """What is woven in where the rule does not hold yet, and where.

    `place`: `at_target` (the door of each target), `at_source` (the door of every direct reader of the source),
    `fewest` (the smallest set of doors that covers every path).
    """

    type: str
    config: dict[str, Any] = Field(default_factory=dict)
    place: Literal["at_target", "at_source", "fewest"] = "at_target"
    cost: Annotated[int, Field(ge=1, le=1000)] = 1


Duty: TypeAlias = Literal["author", "approver", "starter", "publisher"]
Requirement: TypeAlias = Literal["owner", "deputy", "purpose", "gate", "retention", "declassification_approved"]


class Rule(Part):
    """One rule: exactly one of `must_pass`, `precede`, `forbid`, `limit`, `separate`, `require`, `review_floor`."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    because: str = ""
    must_pass: MustPass | None = None
    precede: Precede | None = None
    forbid: ForbidPath | Selector | None = None
    limit: Annotated[str, StringConstraints(max_length=2000)] | None = None
    separate: tuple[Duty, ...] | None = None
    require: tuple[Requirement, ...] | None = None
    review_floor: ReviewFloor | None = None
    insert: Insert | None = None
    restore: tuple[Selector, ...] = ()
    halt: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Rule:
        said = [word for word in RULE_WORDS if getattr(self, word) is not None]
        if len(said) != 1:
            raise ValueError(f"a rule says exactly one of {', '.join(RULE_WORDS)}; this one says {len(said)}")
        if self.insert is not None and said[0] not in ("must_pass", "precede"):
            raise ValueError(f"`insert` goes with must_pass or precede, not with {said[0]}")
        if self.restore and self.insert is None:
            raise ValueError("`restore` goes with a rule that inserts")
        return self

    @property
    def word(self) -> str:
        """Which of the seven it is."""
        return next(word for word in RULE_WORDS if getattr(self, word) is not None)


RULE_WORDS = ("must_pass", "precede", "forbid", "limit", "separate", "require", "review_floor")


class AppliesTo(Part):
    """Which workflows obey: by team and by stage."""

    teams: Literal["all"] | tuple[str, ...] = "all"
    stages: tuple[Stage, ...] = (Stage.SANDBOX, Stage.PILOT, Stage.PRODUCTION)


class Examples(Part):
    """Workflow files that carry the template's own tests, as paths relative to it."""

    must_hold: tuple[str, ...] = ()
    must_block: tuple[str, ...] = ()


class Exemption(Part):
    """One workflow that a rule does not bind, with a reason, who approved it, and until when."""

    rule: str
    workflow: str
    because: Annotated[str, StringConstraints(min_length=1)]
    approver: Annotated[str, StringConstraints(min_length=1)]
    until: date


class GovernanceTemplate(Part):
    """Rules that a team did not write but its workflows obey."""

    handrail_governance: Annotated[Literal[1], Field(alias="handrail-governance")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=1)] = 1
    owner: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    because: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    applies_to: AppliesTo = AppliesTo()
    rules: tuple[Rule, ...]
    examples: Examples = Examples()
    exemptions: tuple[Exemption, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> GovernanceTemplate:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"two rules are called {rule.id!r}")
            seen.add(rule.id)
        return self

    def binds(self, *, team: str, stage: Stage) -> bool:
        """Whether a workflow of this team at this stage obeys it."""
        teams = self.applies_to.teams
        return stage in self.applies_to.stages and (teams == "all" or team in teams)


def hash_template(template: GovernanceTemplate) -> str:
    """Hash of everything in the governance file."""
    return hash_value(template.model_dump(mode="json", by_alias=True))

"""A GovernanceTemplate and a Budget as they are kept, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal

from builder.kit.errors import HandrailError
from builder.sdk import JSON


class TemplateState(StrEnum):
    """The life of a version: written, approved by a second governor, binding from a date, over."""

    DRAFT = "draft"
    APPROVED = "approved"
    ENFORCED = "enforced"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a template.

    Attributes:
        source: the file, its `version` being `number`.
        files: the workflow files of its examples, by the paths that it names.
        note: where it came from.
        made_by, approved_by, enforced_by, retired_by: ids of people.
        enforced_from: from which day on it binds.
    """

    template_id: int
    name: str
    number: int
    state: TemplateState
    source: Mapping[str, JSON]
    hash: str
    files: Mapping[str, str]
    note: str
    made_by: str
    made_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    enforced_by: str | None
    enforced_from: date | None
    retired_by: str | None
    retired_at: datetime | None


class AskState(StrEnum):
    """What became of a request for an exemption: it waits, a governor wrote it into a template, or it is over."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ExemptionStanding(StrEnum):
    """Where an exemption stands on a day. What was granted lives in a template's version: that is written and waits for
    a second governor, is approved and waits for its day, binds, is over, or was dropped again.
    """

    ASKED = "asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    WRITTEN = "written"
    APPROVED = "approved"
    EXEMPT = "exempt"
    ENDED = "ended"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class ExemptionRequest:
    """Somebody asks that a rule not bind one workflow for a while.

    Attributes:
        rule: id of the rule in its template.
        subject: the workflow as `team/name`, when it was asked or granted.
        until: the last day on which the rule would not bind it.
        asked_by, decided_by: ids of people.
        answer: why it was refused.
        version: the template's version into which it was written.
    """

    id: int
    template_id: int
    rule: str
    workflow_id: int
    team_id: int
    subject: str
    because: str
    until: date
    asked_by: str
    asked_at: datetime
    state: AskState
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    version: int | None


class GovernanceError(HandrailError):
    """A template cannot be treated like that."""

    code: ClassVar[str] = "governance"
    status: ClassVar[int] = 409


class UnknownTemplateError(GovernanceError):
    """There is no such template or version."""

    code: ClassVar[str] = "unknown_template"
    status: ClassVar[int] = 404


class NotSoundError(GovernanceError):
    """A template whose own examples fail, or that contradicts others; `params["findings"]` holds every reason."""

    code: ClassVar[str] = "template_not_sound"


class SecondPersonError(GovernanceError):
    """It takes two people, and this is the same one."""

    code: ClassVar[str] = "second_person"
    status: ClassVar[int] = 403


# ---------------------------------------------------------------------- budgets


class Scope(StrEnum):
    """What a budget is about."""

    ORGANISATION = "organisation"
    TEAM = "team"
    WORKFLOW = "workflow"
    CONNECTION = "connection"


class Period(StrEnum):
    """How long a budget lasts until it is full again: a calendar day, a week from Monday, or a month, in UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Standing(StrEnum):
    """How far a budget is spent: not as far as its warning, at or past it, or all of it."""

    OPEN = "open"
    NEAR = "near"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Spent:
    """An amount: money in the organisation's currency, and tokens, in and out together."""

    money: float = 0.0
    tokens: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.money + other.money, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Span:
    """One period of a budget: its first day, and the first day of the next one, in UTC."""

    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class BudgetWanted:
    """What an admin says of a budget.

    Attributes:
        name: what people call it.
        period: when it is full again.
        money, tokens: how much may be spent in a period; None: no limit of that kind.
        warn_at: per cent at which people are told.
        owner_id: the admin who is asked about it.
    """

    name: str
    period: Period
    money: float | None
    tokens: int | None
    warn_at: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound on what models may cost.

    Attributes:
        about: the team's or workflow's number as text, the connection's name; empty for the organisation.
        team_id: whose people may see it; None: only who sees everything.
        revision: counts its changes.
    """

    id: int
    scope: Scope
    about: str
    team_id: int | None
    wanted: BudgetWanted
    revision: int

    @property
    def place(self) -> tuple[Scope, str]:
        """What is counted for it."""
        return self.scope, self.about


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a budget that is reached: `money` or `tokens`, how much of it is spent, and how a sentence says it."""

    kind: Literal["money", "tokens"]
    spent: float
    limit: float
    sentence: str


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget as it stands now."""

    budget: Budget
    span: Span
    spent: Spent
    standing: Standing


class BudgetError(GovernanceError):
    """A budget cannot be so."""

    code: ClassVar[str] = "budget"


class UnknownBudgetError(BudgetError):
    """There is no such budget, or none that this caller may know of."""

    code: ClassVar[str] = "unknown_budget"
    status: ClassVar[int] = 404


class BudgetChangedError(BudgetError):
    """Somebody else changed it meanwhile."""

    code: ClassVar[str] = "budget_changed"


class HaltScope(StrEnum):
    """What a halt stops."""

    ORGANISATION = "organisation"
    TEAM = "team"
    WORKFLOW = "workflow"
    NODE_TYPE = "node_type"
    CONNECTION = "connection"
    CREDENTIAL = "credential"
    RULE = "rule"


Facet = tuple[HaltScope, str]
"""Something by which a run can be halted: a scope, and which of it."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Somebody stopped something: no run that it concerns starts or goes on until it is lifted, or over.

    Attributes:
        about: as `halt_table` says.
        until: when it ends by itself; None: when somebody lifts it.
        made_by, lifted_by: ids of people as text.
    """

    id: int
    scope: HaltScope
    about: str
    because: str
    until: datetime | None
    made_by: str
    made_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    @property
    def facet(self) -> Facet:
        """What it stops."""
        return self.scope, self.about

    def stands(self, now: datetime) -> bool:
        """Whether it stops anything at a moment."""
        return self.lifted_at is None and (self.until is None or now < self.until)


class HaltError(GovernanceError):
    """A halt cannot be so, or is over."""

    code: ClassVar[str] = "halt"


class UnknownHaltError(HaltError):
    """There is no such halt."""

    code: ClassVar[str] = "unknown_halt"
    status: ClassVar[int] = 404


class UnknownExemptionError(GovernanceError):
    """There is no such request, workflow or rule; or none that this caller may know of."""

    code: ClassVar[str] = "unknown_exemption"
    status: ClassVar[int] = 404


class ExemptionError(GovernanceError):
    """An exemption cannot be asked for, or treated, like that."""

    code: ClassVar[str] = "exemption"


class ExemptNameError(GovernanceError):
    """A workflow may not take the name under which another one is exempt from a rule."""

    code: ClassVar[str] = "exempt_name"

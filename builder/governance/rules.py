"""Which versions of templates bind on a day, where an exemption stands, how far a budget is spent, and whom a halt
stops. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from builder.engine.credentials import named_in_plan
from builder.engine.plan import Plan
from builder.engine.template import Exemption, GovernanceTemplate
from builder.governance.schemas import (
    AskState,
    Budget,
    ExemptionRequest,
    ExemptionStanding,
    Facet,
    Halt,
    HaltScope,
    Limit,
    Period,
    Span,
    Spent,
    Standing,
    TemplateState,
    TemplateVersion,
)
from builder.sdk import NodeType, Stage

EXEMPT_AT_MOST = timedelta(days=366)
"""How far from the day on which it is asked for an exemption may reach."""


def choose_binding(
    versions: Iterable[TemplateVersion], team: str, stage: Stage, day: date
) -> tuple[GovernanceTemplate, ...]:
    """The templates that bind a workflow of a team at a stage on a day, by name."""
    templates = [GovernanceTemplate.model_validate(each.source) for each in in_force(versions, day)]
    return tuple(sorted((each for each in templates if each.binds(team=team, stage=stage)), key=lambda each: each.name))


def in_force(versions: Iterable[TemplateVersion], day: date) -> list[TemplateVersion]:
    """Of each template the version that counts on a day.

    It is the one whose day came last: a newer one takes the place of an older one on its own day, also where it no
    longer names a team.
    """
    newest: dict[int, TemplateVersion] = {}
    for each in versions:
        if each.state is not TemplateState.ENFORCED or each.enforced_from is None or each.enforced_from > day:
            continue
        there = newest.get(each.template_id)
        if there is None or (there.enforced_from or day, there.number) < (each.enforced_from, each.number):
            newest[each.template_id] = each
    return list(newest.values())


SLICES = 8
"""Rows over which one day's sum is spread."""
_NOTHING = 1e-9  # sums of floats: what is that near to a limit has reached it


def span_of(period: Period, day: date) -> Span:
    """The period that a day is in."""
    if period is Period.DAY:
        return Span(day, day + timedelta(days=1))
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + timedelta(days=7))
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=31)).replace(day=1))


def share_of(budget: Budget, spent: Spent) -> float:
    """How much of a budget is spent, 1.0 being all of it: of its two limits the one that is nearer."""
    money, tokens = budget.wanted.money, budget.wanted.tokens
    return max(
        0.0 if money is None else (spent.money + _NOTHING) / money,
        0.0 if tokens is None else spent.tokens / tokens,
    )


def judge_spent(budget: Budget, spent: Spent) -> Standing:
    """How a budget stands."""
    share = share_of(budget, spent)
    if share >= 1:
        return Standing.USED_UP
    return Standing.NEAR if share * 100 >= budget.wanted.warn_at else Standing.OPEN


def find_limit(budget: Budget, spent: Spent, *, costs: bool) -> Limit | None:
    """Which limit of a budget stops a run; None when none does.

    Args:
        budget: the budget.
        spent: what was spent in its period.
        costs: whether the run can cost money. What costs none is not stopped by a limit of money.
    """
    money, tokens = budget.wanted.money, budget.wanted.tokens
    if costs and money is not None and spent.money + _NOTHING >= money:
        return Limit("money", spent.money, money, f"{say_money(spent.money)} of {say_money(money)}")
    if tokens is not None and spent.tokens >= tokens:
        return Limit("tokens", spent.tokens, tokens, f"{spent.tokens:,} of {tokens:,} tokens")
    return None


def say_money(money: float) -> str:
    """An amount in the organisation's currency: two places, more where that would read as nothing."""
    text = f"{money:,.2f}"
    return text if money == 0 or float(text.replace(",", "")) else f"{money:.6f}"


def carries_exemption(version: TemplateVersion, asked: ExemptionRequest) -> bool:
    """Whether a version says that a rule does not bind the workflow of a request, as far as it was granted."""
    wanted = {"rule": asked.rule, "workflow": asked.subject, "until": asked.until.isoformat()}
    return any(wanted.items() <= dict(each).items() for each in version.source.get("exemptions") or ())


def stand_of(
    asked: ExemptionRequest, versions: Sequence[TemplateVersion], reference: str | None, day: date
) -> ExemptionStanding:
    """Where a request stands.

    Args:
        asked: the request.
        versions: every version of its template.
        reference: what the workflow is called now, as `team/name`; None when it is gone.
        day: today.
    """
    if asked.state is not AskState.GRANTED:
        return ExemptionStanding(asked.state.value)
    if asked.until < day:
        return ExemptionStanding.ENDED
    if reference != asked.subject:
        return ExemptionStanding.LAPSED
    if any(carries_exemption(each, asked) for each in in_force(versions, day)):
        return ExemptionStanding.EXEMPT
    written = next((each for each in versions if each.number == asked.version), None)
    if written is None or written.state is TemplateState.RETIRED:
        return ExemptionStanding.LAPSED
    if written.state is TemplateState.DRAFT:
        return ExemptionStanding.WRITTEN
    comes = written.state is TemplateState.APPROVED or (written.enforced_from or day) > day
    return ExemptionStanding.APPROVED if comes else ExemptionStanding.LAPSED


def add_exemption(template: GovernanceTemplate, added: Exemption, day: date) -> GovernanceTemplate:
    """A template with one more exemption, in the place of an older one of that rule and workflow, and without those
    that ended long ago.
    """
    kept = [each for each in template.exemptions
            if (each.rule, each.workflow) != (added.rule, added.workflow)
            and each.until >= day - EXEMPT_AT_MOST]  # fmt: skip
    return template.model_copy(update={"exemptions": (*kept, added)})


NUMBERED = (HaltScope.TEAM, HaltScope.WORKFLOW)
"""What a halt names by its number."""
HALTED_WORDS: Mapping[HaltScope, str] = {
    HaltScope.ORGANISATION: "organisation", HaltScope.TEAM: "team", HaltScope.WORKFLOW: "workflow",
    HaltScope.NODE_TYPE: "node type", HaltScope.CONNECTION: "model connection", HaltScope.CREDENTIAL: "credential",
    HaltScope.RULE: "rule",
}  # fmt: skip


def facets_of(plan: Plan, types: Mapping[str, NodeType], find_true_name: Callable[[str], str]) -> frozenset[Facet]:
    """By what a run can be halted because of what it does.

    Args:
        plan: what it runs.
        types: `name@major` → the installed type.
        find_true_name: says which model connection `default` is.
    """
    steps = {node.type.partition("@")[0] for graph in plan.graphs.values() for node in graph.nodes.values()}
    names = {each.name for each in named_in_plan(plan, types)}
    return frozenset(
        [(HaltScope.NODE_TYPE, each) for each in steps]
        + [(HaltScope.CREDENTIAL, each) for each in names]
        + [(HaltScope.CONNECTION, find_true_name(each)) for each in plan.models]
        + [(HaltScope.RULE, each) for each in plan.rules]
    )


def facets_of_owner(team_id: int | None, workflow_id: int | None) -> frozenset[Facet]:
    """By what a run can be halted because of whose it is."""
    found = {(HaltScope.ORGANISATION, "")}
    if team_id is not None:
        found.add((HaltScope.TEAM, str(team_id)))
    if workflow_id is not None:
        found.add((HaltScope.WORKFLOW, str(workflow_id)))
    return frozenset(found)


def find_stop(halts: Iterable[Halt], facets: Collection[Facet]) -> Halt | None:
    """The first of some halts that concerns a run with these facets."""
    return next((each for each in halts if each.facet in facets), None)


def say_halted(found: Halt) -> str:
    """What a halt stops, as a run that it stops says it."""
    if found.scope is HaltScope.ORGANISATION:
        return "everything"
    if found.scope in NUMBERED:
        return f"this {HALTED_WORDS[found.scope]}"
    return f"whatever uses the {HALTED_WORDS[found.scope]} “{found.about}”"


def explain_halt(found: Halt, who: str) -> str:
    """Why a run does not start, or go on."""
    ends = "" if found.until is None else f" It ends on {found.until:%Y-%m-%d at %H:%M} UTC."
    return f"{who} halted {say_halted(found)}: {found.because}{ends}"

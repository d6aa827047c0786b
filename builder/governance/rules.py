"""Which versions of templates bind on a day; how far a budget is spent. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from builder.engine.template import GovernanceTemplate
from builder.governance.schemas import Budget, Limit, Period, Span, Spent, Standing, TemplateState, TemplateVersion
from builder.sdk import Stage


def choose_binding(
    versions: Iterable[TemplateVersion], team: str, stage: Stage, day: date
) -> tuple[GovernanceTemplate, ...]:
    """The templates that bind a workflow of a team at a stage on a day, by name.

    Of each template the version counts whose day came last: a newer one takes the place of an older one on its own day,
    also where it no longer names the team.
    """
    newest: dict[int, TemplateVersion] = {}
    for each in versions:
        if each.state is not TemplateState.ENFORCED or each.enforced_from is None or each.enforced_from > day:
            continue
        there = newest.get(each.template_id)
        if there is None or (there.enforced_from or day, there.number) < (each.enforced_from, each.number):
            newest[each.template_id] = each
    templates = [GovernanceTemplate.model_validate(each.source) for each in newest.values()]
    return tuple(sorted((each for each in templates if each.binds(team=team, stage=stage)), key=lambda each: each.name))


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

"""The routes of budgets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response
from sqlalchemy.orm import Session

from builder.governance.budget import (
    change_budget,
    end_budget,
    find_budget,
    list_budget_owners,
    list_budgets,
    make_budget,
)
from builder.governance.budget_views import (
    BudgetChange,
    BudgetIn,
    BudgetView,
    Thing,
    apply_budget_change,
    read_budget_wanted,
    show_budgets,
)
from builder.governance.schemas import Scope
from builder.kit.etags import expect_revision, show_etag
from builder.kit.wire import Id
from builder.teams import Call, Calling, permit

router = APIRouter(tags=["budgets"])

BudgetId = Annotated[Id, Path()]
IfMatch = Annotated[str | None, Header()]
READ, WRITE = [Depends(permit("budget.read"))], [Depends(permit("budget.write"))]
_ONE = "/api/budgets/{budget}"


@router.get("/api/budgets", operation_id="list_budgets", dependencies=READ)
def get_budgets(call: Calling) -> list[BudgetView]:
    """The budgets that one may see, as they stand now, by name."""
    with call.read() as session:
        return show_budgets(session, list_budgets(session, call.caller), call.application)


@router.post("/api/budgets", operation_id="make_budget", status_code=201, dependencies=WRITE)
def post_budget(sent: BudgetIn, call: Calling, response: Response) -> BudgetView:
    """Sets a budget. What was spent in this period before counts."""
    about = {Scope.TEAM: sent.team, Scope.WORKFLOW: sent.workflow, Scope.CONNECTION: sent.connection}.get(sent.scope)
    wanted = read_budget_wanted(sent, call.caller.person_id)
    with call.transaction() as session:
        made = make_budget(session, call.caller, sent.scope, about, wanted, call.application)
        return _show(session, call, made, response)


@router.get("/api/budgets/owners", operation_id="list_budget_owners", dependencies=WRITE)
def get_budget_owners(call: Calling) -> list[Thing]:
    """The admins, of whom one is asked about each budget."""
    with call.read() as session:
        return [Thing(id=one.id, name=one.name) for one in list_budget_owners(session, call.caller)]


@router.get(_ONE, operation_id="read_budget", dependencies=READ)
def get_budget(budget: BudgetId, call: Calling, response: Response) -> BudgetView:
    """One budget as it stands now; its `ETag` is what a change must name."""
    with call.read() as session:
        return _show(session, call, budget, response)


@router.patch(_ONE, operation_id="change_budget", dependencies=WRITE)
def patch_budget(
    budget: BudgetId, sent: BudgetChange, call: Calling, response: Response, if_match: IfMatch = None
) -> BudgetView:
    """Changes a budget that was seen as `If-Match` names it; 409 `budget_changed` when somebody else did meanwhile."""
    seen = expect_revision(if_match)
    with call.transaction() as session:
        there = find_budget(session, call.caller, budget).budget.wanted
        change_budget(session, call.caller, budget, apply_budget_change(there, sent), seen)
        return _show(session, call, budget, response)


@router.delete(_ONE, operation_id="end_budget", status_code=204, dependencies=WRITE)
def delete_one_budget(budget: BudgetId, call: Calling) -> None:
    """Takes a budget away: it stops nothing any more."""
    with call.transaction() as session:
        end_budget(session, call.caller, budget)


def _show(session: Session, call: Call, budget_id: int, response: Response) -> BudgetView:
    view = show_budgets(session, [find_budget(session, call.caller, budget_id)], call.application)[0]
    response.headers["ETag"] = show_etag(view.revision)
    return view

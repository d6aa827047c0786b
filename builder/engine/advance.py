"""Joining: when a node runs, is skipped, or still waits.

An edge is *resolved* when the node that it leaves has ended: *taken* when its port is among those taken, *dead*
otherwise. A node waits until every edge that enters it is resolved; it runs if one of them was taken, else it is
skipped, and the edges that leave it are dead in their turn (dead-path elimination). Since the graph has no cycle, every
edge is resolved in the end, so nothing waits for ever, and a node runs exactly when a live path reaches it.

A merge that needs n edges (`first` is n = 1) does not wait for the rest: it ends at the n-th taken edge, within the
same decision. What arrives later is recorded by its own step and starts nothing. If n can no longer be reached it is
skipped. With `cancel` it ends its feeders early (`find_feeders`): the nodes that lead to nothing but it.
"""

from __future__ import annotations

from builder.engine.endings import end_run, stop_step
from builder.engine.events import StepWrite
from builder.engine.guards import check_limits
from builder.engine.ledger import Page, Place
from builder.engine.plan import PlanNode
from builder.engine.state import FINAL_STEPS, RunStatus, StepStatus
from builder.engine.turn import Turn
from builder.sdk import Control


def look_behind(turn: Turn, page: Page, node: PlanNode) -> None:
    """A node has ended: what stands behind it looks whether its turn has come."""
    for targets in node.outgoing.values():
        for target in targets:
            look(turn, page, page.graph.nodes[target])


def look(turn: Turn, page: Page, node: PlanNode) -> None:
    """Runs, skips or leaves a node that is still pending."""
    if turn.ended or page.settled or page.step(node.id).status is not StepStatus.PENDING:
        return
    taken = 0
    waits = False
    for source, port in node.incoming:
        step = page.step(source)
        if step.status in FINAL_STEPS:
            taken += port in step.ports
        elif node.needed:
            waits = True
        else:
            return
    enough = taken >= max(node.needed, 1) or not node.incoming
    if enough and node.control is Control.MERGE:
        _join(turn, Place(page, node))
    elif enough:
        execute(turn, Place(page, node), 1)
    elif not waits:
        _skip(turn, Place(page, node), taken)


def look_at_roots(turn: Turn, scope: str) -> None:
    """A scope has been opened: the nodes that nothing leads to begin."""
    page = turn.page(scope)
    if page is not None:
        for root in page.graph.roots:
            look(turn, page, page.graph.nodes[root])


def execute(turn: Turn, place: Place, attempt: int, *, why: str = "", duplicate: bool = False) -> None:
    """One attempt of a step. Before each that spends, the limits are asked with its worst case."""
    guarded = turn.plan.guards and place.node.effects.spends
    refusal = check_limits(turn.plan, turn, place.node, place.path) if guarded else None
    if refusal is None:
        turn.execute(place, attempt, why=why, duplicate=duplicate)
        return
    turn.write(StepWrite(place.path, StepStatus.REFUSED, attempt, why=refusal))
    end_run(turn, RunStatus.REFUSED, refusal)


def _join(turn: Turn, place: Place) -> None:
    page, node = place.page, place.node
    arrived = dict.fromkeys(source for source, port in node.incoming if port in page.step(source).ports)
    output = {"arrived": list(arrived)}
    turn.end_step(place, StepWrite(place.path, StepStatus.SUCCEEDED, 1, (node.ports[0],), output))
    if not node.cancels:
        return
    for feeder in node.feeders:
        if page.step(feeder).status not in FINAL_STEPS:
            stop_step(turn, Place(page, page.graph.nodes[feeder]), f"{place.path} has all that it needs.")
            turn.follow.append((page.path, feeder))


def _skip(turn: Turn, place: Place, taken: int) -> None:
    page, node = place.page, place.node
    if taken:
        why = f"Only {taken} of the {node.needed} that it needs arrived."
    else:
        ways = ", ".join(f"{source}.{port} ({_fate(page, source)})" for source, port in node.incoming[:3])
        why = f"Nothing led here: {ways}{' …' if len(node.incoming) > 3 else ''}."
    turn.end_step(place, StepWrite(place.path, StepStatus.SKIPPED, why=why))


def _fate(page: Page, source: str) -> str:
    status = page.step(source).status
    return "not taken" if status in (StepStatus.SUCCEEDED, StepStatus.FAILED) else status.value

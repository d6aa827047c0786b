"""Drawings of hundreds of steps: opened, dragged and saved in time, and never drawn beyond what is in view."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import sign_in
from tests.journeys.product import OpenPage, Product

pytestmark = pytest.mark.journeys

ACROSS, DOWN, COLUMNS = 232, 120, 25
OPENED_WITHIN, SAVED_WITHIN = 20.0, 20.0
"""Seconds; a machine with nothing else to do takes one or two."""
IN_VIEW = 70
"""Steps that a window of 1440 × 900 can show at the zoom at which they can be read."""

_MAKE = """
async ([graph]) => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const send = async (method, path, body, more) => {
    const got = await fetch(path, {method, headers: {...headers, ...more}, body: JSON.stringify(body)});
    return [got.status, await got.json()];
  };
  const [, made] = await send("POST", "/api/workflows", {team: session.teams[0].id, name: "Large"});
  const [status] = await send("PUT", `/api/workflows/${made.id}/draft`, {graph}, {"If-Match": '"1"'});
  return [status, made.id];
}
"""

_WATCH = """
window.mostDrawn = 0;
const look = () => {
  window.mostDrawn = Math.max(window.mostDrawn, document.getElementsByClassName("react-flow__node").length);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

_GAPS = """
() => [...document.querySelectorAll(".react-flow__edge")].flatMap((edge) => {
  const path = edge.querySelector(".react-flow__edge-path");
  const box = path.getBoundingClientRect();
  const [source] = edge.dataset.id.split(">");
  const [node, port] = source.split(".");
  const handle = document.querySelector(
    `.react-flow__handle.source[data-nodeid="${node}"]` + (port ? `[data-handleid="${port}"]` : ""),
  );
  if (!handle) return [];
  const at = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
  const dot = handle.getBoundingClientRect();
  return [Math.hypot(at.x - (dot.x + dot.width / 2), at.y - (dot.y + dot.height / 2))];
})
"""


def graph_of(size: int) -> dict[str, Any]:
    """So many steps in rows: a branch of two ways, then what both lead to, again and again."""
    nodes: dict[str, Any] = {}
    edges: list[dict[str, str]] = []
    for number in range(size // 2):
        way, keep = f"way_{number}", f"keep_{number}"
        case = {"port": "long", "when": f"size(input.text) > {number}"}
        nodes[way] = {"type": "flow.branch@1", "config": {"cases": [case], "otherwise": "short"}}
        nodes[keep] = {"type": "flow.transform@1", "inputs": {"line": {"from": "input.text"}}}
        edges += [{"from": f"{way}.long", "to": keep}, {"from": f"{way}.short", "to": keep}]
        if number:
            edges.append({"from": f"keep_{number - 1}", "to": way})
    return {
        "inputs": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "nodes": nodes,
        "edges": edges,
        "layout": {name: [80 + at % COLUMNS * ACROSS, 160 + at // COLUMNS * DOWN] for at, name in enumerate(nodes)},
    }


@pytest.fixture(scope="module")
def state(product: Product, browser: Any) -> Any:
    """The first owner's cookies."""
    context = browser.new_context(locale="en-GB")
    sign_in(context.new_page(), product)
    kept = context.storage_state()
    context.close()
    return kept


@pytest.mark.parametrize("size", [200, 500])
def test_a_large_drawing_is_opened_dragged_and_saved_in_time(
    product: Product, open_page: OpenPage, state: Any, size: int
) -> None:
    page = open_page(state=state)
    page.goto(product.url)
    status, number = page.evaluate(_MAKE, [graph_of(size)])
    assert status == 200
    page.add_init_script(_WATCH)
    step = page.locator('.react-flow__node[data-id="keep_0"]')
    with page.expect_response(lambda got: got.url.endswith("/check"), timeout=60_000):
        began = time.monotonic()
        page.goto(f"{product.url}/workflows/{number}")
        step.wait_for()
        assert time.monotonic() - began < OPENED_WITHIN
    before = step.bounding_box()
    assert before is not None
    with page.expect_response(lambda got: got.request.method == "PUT", timeout=60_000) as saved:
        began = time.monotonic()
        drag(page, before)
    assert saved.value.status == 200
    assert time.monotonic() - began < SAVED_WITHIN
    expect(page.get_by_role("button", name="Undo: move")).to_be_enabled()
    after = step.bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) > 50
    assert page.evaluate("mostDrawn") <= IN_VIEW
    gaps = page.evaluate(_GAPS)
    assert len(gaps) > 5
    assert max(gaps) < 12, "an arrow begins where its port is"


def drag(page: Page, box: Any) -> None:
    """Takes a step to another place."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in range(1, 11):
        page.mouse.move(x + part, y + part * 7)
    page.mouse.up()

"""The canvas: when it is ready, and how smoothly it is dragged and panned, beside a page of xyflow's own stress shape.

Chromium without a screen draws by software, 1440 × 900; the product runs in a process of its own, and each page is
opened with an empty cache. "Ready" is from the beginning of the navigation until the last step that is in view is
seen. Frames are counted while the mouse moves, and so is the work of the page's main thread for each move, which
depends less on what else the machine does. "All in view" is the whole graph at once; else it is seen as the product
opens it. The first load of a page is measured on the wire, compressed: every script that comes until the page shows
what it is about. What is fetched later, when nothing else is to do, is not counted.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.canvas_peer import serve_peer
from benchmarks.harness import Report, read_arguments
from benchmarks.server_setup import Site, open_site
from benchmarks.start import long_workflow
from builder.teams.gate import COOKIE
from tests.journeys.product import launch_browser

ACROSS, DOWN, COLUMNS = 232, 120, 25
SIZES = (30, 200, 500, 1_000)
DRAG_AT_LEAST = {30: 50.0, 200: 50.0, 500: 50.0, 1_000: 40.0}
READY_AT_MOST = 1_500.0
"""Milliseconds, of 200 steps."""
TASK_AT_MOST = 150.0
SCRIPTS_AT_MOST = {"canvas": 300.0, "review": 200.0}
"""Kilobytes of scripts of a first load, compressed."""
SECONDS = 2.0

_WATCH = """
window.watched = {tasks: [], ready: 0, count: -1, frames: null};
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) watched.tasks.push([each.startTime, each.duration]);
}).observe({type: "longtask", buffered: true});
const look = () => {
  let count = 0;
  for (const each of document.getElementsByClassName("react-flow__node")) count += each.style.visibility !== "hidden";
  if (count !== watched.count) [watched.count, watched.ready] = [count, performance.now()];
  if (watched.frames === null) requestAnimationFrame(look);
};
requestAnimationFrame(look);
window.count = () => {
  watched.frames = [];
  const frame = (at) => { watched.frames.push(at); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
};
"""

_GRIP = """
() => {
  const middle = [innerWidth / 2, innerHeight / 2];
  const far = (box) => Math.hypot(box.x + box.width / 2 - middle[0], box.y + box.height / 2 - middle[1]);
  const steps = [...document.querySelectorAll(".react-flow__node.draggable")];
  const boxes = steps.map((each) => [each, each.getBoundingClientRect()]);
  boxes.sort((a, b) => far(a[1]) - far(b[1]));
  for (const [each, box] of boxes) {
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    if (each.contains(document.elementFromPoint(...at))) return at;
  }
}
"""

_GAP = """
() => {
  for (let y = innerHeight / 2; y < innerHeight - 60; y += 3)
    for (let x = innerWidth / 2; x > 300; x -= 7)
      if (document.elementFromPoint(x, y)?.classList.contains("react-flow__pane")) return [x, y];
}
"""


@dataclass
class Seen:
    """What one visit of a drawing gave: milliseconds, frames a second, the longest task in milliseconds."""

    ready: float
    drag: float
    slow: float
    work: float
    task: float
    drop: float
    pan: float


def main() -> int:
    """Every size, ours and theirs; the exit code."""
    arguments = read_arguments(__doc__, _add)
    report = Report("canvas", arguments)
    times = 1 if arguments.quick else 3
    sizes = [size for size in SIZES if not arguments.only or size in arguments.only]
    with ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="handrail-canvas-")))
        site = things.enter_context(open_site(folder, 4, 4, scaled=False))
        browser = things.enter_context(_open_browser())
        peer = things.enter_context(serve_peer())
        pages = _write(site, sizes)
        report.probe("an empty page, frames a second", _probe(browser), "fps")
        for size, address in zip(sizes, pages["canvas"], strict=True):
            theirs = None
            if peer is not None:
                theirs = measure(browser, f"{peer}/?nodes={size}", {}, times)
                tell(report, f"xyflow, {size} plain nodes, all in view", theirs)
            ours = measure(browser, address, _cookies(site), times)
            tell(report, f"{size} steps", ours, size)
            if theirs is not None:
                report.add(f"{size} steps: ready ÷ xyflow's", ours.ready / theirs.ready, "")
                report.add(f"{size} steps: drag ÷ xyflow's", ours.drag / theirs.drag, "")
            if size in (200, 500):
                tell(report, f"{size} steps, all in view", measure(browser, address, _cookies(site), times, fit=True))
        for name, address in {"canvas": pages["canvas"][0], "review": pages["review"]}.items():
            shown = ".react-flow__node" if name == "canvas" else "h1"
            first = weigh(browser, address, _cookies(site), shown)
            report.add(f"{name}: scripts of the first load", first, "kB", at_most=SCRIPTS_AT_MOST[name])
    return report.finish()


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", type=int, action="append", choices=SIZES, help="only drawings of so many steps")


@contextmanager
def _open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch_browser(playwright)
        yield opened
        opened.close()


def _cookies(site: Site) -> dict[str, Any]:
    return {"name": COOKIE, "value": site.tokens["builder"], "url": site.url}


# ---------------------------------------------------------------------- what is opened


def _write(site: Site, sizes: list[int]) -> dict[str, Any]:
    """Workflows of so many steps in rows, and a review that waits; their addresses."""
    with site.client("builder") as client:
        team = client.get("/api/teams").json()[0]["id"]
        canvases = [f"{site.url}/workflows/{_draw(client, team, graph_of(size))}" for size in sizes]
        return {"canvas": canvases, "review": f"{site.url}/reviews/{_ask(client, team)}"}


def graph_of(size: int) -> dict[str, Any]:
    """So many steps (questions, branches and records of them) in rows, each read from the left to the right."""
    drawn: dict[str, Any] = long_workflow(size)
    names = list(drawn["nodes"])
    drawn["layout"] = {name: [80 + at % COLUMNS * ACROSS, 160 + at // COLUMNS * DOWN] for at, name in enumerate(names)}
    return {key: value for key, value in drawn.items() if key not in ("handrail", "name")}


def _draw(client: httpx.Client, team: str, graph: dict[str, Any]) -> str:
    made = _expect(client.post("/api/workflows", json={"team": team, "name": f"{len(graph['nodes'])} steps"}))
    address = f"/api/workflows/{made['id']}/draft"
    _expect(client.put(address, json={"graph": graph}, headers={"If-Match": '"1"'}))
    return str(made["id"])


def _ask(client: httpx.Client, team: str) -> str:
    """A review of an answer that waits for somebody."""
    asked = {
        "type": "review.edit@1",
        "config": {"question": "Is this good?", "reviewers": {"role": "builder"}},
        "inputs": {"proposal": {"from": "write.text"}},
    }
    write = {
        "type": "prompt.complete@1",
        "config": {"prompt": "Answer: {{ text }}"},
        "inputs": {"text": {"from": "input.text"}},
    }
    graph = {
        "inputs": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "nodes": {"write": write, "look": asked},
        "edges": [{"from": "write", "to": "look"}],
        "result": {"text": {"from": "look.decided"}},
    }
    number = _draw(client, team, graph)
    _expect(client.post(f"/api/workflows/{number}/publish", json={"revision": 2, "note": "", "stage": "pilot"}))
    _expect(client.post(f"/api/workflows/{number}/form", json={"input": {"text": "Where is my parcel?"}}))
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        waiting = _expect(client.get("/api/reviews", params={"whose": "team"}))["items"]
        if waiting:
            return str(waiting[0]["id"])
        time.sleep(0.1)
    raise RuntimeError("nobody was asked")


def _expect(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise RuntimeError(answer.text)
    return answer.json()


# ---------------------------------------------------------------------- measuring


def measure(browser: Browser, address: str, cookie: dict[str, Any], times: int, *, fit: bool = False) -> Seen:
    """The median of several visits, each with an empty cache."""
    visits = [_visit(browser, address, cookie, fit=fit) for _ in range(times)]
    names = Seen.__dataclass_fields__
    return Seen(**{name: statistics.median(getattr(each, name) for each in visits) for name in names})


def tell(report: Report, name: str, seen: Seen, size: int | None = None) -> None:
    """The numbers of one drawing, with the targets of the product's own."""
    report.add(f"{name}: ready", seen.ready, "ms", at_most=READY_AT_MOST if size == 200 else None)
    least = None if size is None else DRAG_AT_LEAST[size]
    report.add(f"{name}: dragged (slowest of twenty frames {seen.slow:.0f} ms)", seen.drag, "fps", at_least=least)
    report.add(f"{name}: main thread for each move", seen.work, "ms")
    most = None if size is None else TASK_AT_MOST
    report.add(f"{name}: longest task while dragging", seen.task, "ms", at_most=most)
    report.add(f"{name}: longest task after letting go", seen.drop, "ms")
    report.add(f"{name}: panned", seen.pan, "fps")


def _visit(browser: Browser, address: str, cookie: dict[str, Any], *, fit: bool) -> Seen:
    with _opened(browser, cookie) as page:
        page.add_init_script(_WATCH)
        page.goto(address)
        page.locator(".react-flow__node").first.wait_for()
        page.wait_for_load_state("networkidle")
        while page.evaluate("performance.now() - watched.ready") < 1_000:
            page.wait_for_timeout(100)
        ready = page.evaluate("watched.ready")
        if fit:
            page.get_by_role("button", name="Show everything").click()
            page.wait_for_timeout(1_500)
        page.evaluate("count()")
        drag, slow, work, task = _move(page, page.evaluate(_GRIP))
        let_go = page.evaluate("performance.now()")
        page.mouse.up()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1_500)
        drop = _longest(page, let_go)
        page.keyboard.press("Escape")
        pan, _, _, _ = _move(page, page.evaluate(_GAP))
        page.mouse.up()
        return Seen(ready, drag, slow, work, task, drop, pan)


def _move(page: Page, at: list[float]) -> tuple[float, float, float, float]:
    """Frames a second, the slowest of twenty frames, work for each move, the longest task, while something is moved."""
    x, y = at
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y + 4)
    begun, before = page.evaluate("performance.now()"), _busy(line)
    until, turn = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        turn += 1
        away = abs(turn % 80 - 40) * 4 - 80
        page.mouse.move(x + away, y + away / 2)
    ended, after = page.evaluate("performance.now()"), _busy(line)
    frames = [each for each in page.evaluate("watched.frames") if begun <= each <= ended]
    between = sorted(later - earlier for earlier, later in itertools.pairwise(frames))
    rate = 1000 * len(between) / (frames[-1] - frames[0])
    return rate, between[int(len(between) * 0.95)], (after - before) / turn, _longest(page, begun)


def _busy(line: CDPSession) -> float:
    """Milliseconds that the main thread has worked so far."""
    found = line.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(each["value"]) for each in found if each["name"] == "TaskDuration")


def _longest(page: Page, since: float) -> float:
    tasks: list[list[float]] = page.evaluate("watched.tasks")
    return max((took for begun, took in tasks if begun + took >= since), default=0.0)


def weigh(browser: Browser, address: str, cookie: dict[str, Any], shown: str) -> float:
    """Kilobytes of scripts that come with an empty cache until something is shown."""
    with _opened(browser, cookie) as page:
        line: CDPSession = page.context.new_cdp_session(page)
        sizes: dict[str, float] = {}
        heads: dict[str, float] = {}

        def arrive(each: dict[str, Any]) -> None:
            if each["type"] == "Script":
                heads[each["requestId"]] = each["response"]["encodedDataLength"]

        line.on("Network.responseReceived", arrive)
        line.on("Network.loadingFinished", lambda each: sizes.update({each["requestId"]: each["encodedDataLength"]}))
        line.send("Network.enable")
        page.goto(address)
        page.locator(shown).first.wait_for()
        return sum(sizes[number] - head for number, head in heads.items() if number in sizes) / 1000


def _probe(browser: Browser) -> float:
    with _opened(browser, {}) as page:
        page.add_init_script(_WATCH)
        page.goto("about:blank")
        page.evaluate("count()")
        page.wait_for_timeout(1_000)
        frames = page.evaluate("watched.frames")
        return float(1000 * (len(frames) - 1) / (frames[-1] - frames[0]))


@contextmanager
def _opened(browser: Browser, cookie: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")
    if cookie:
        context.add_cookies([cookie])  # type: ignore[list-item]  # a plain record is one
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    sys.exit(main())

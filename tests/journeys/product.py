"""The product as a person meets it: `handrail up` in a process of its own, and a real browser before it.

    def test_it(product: Product, open_page: OpenPage) -> None:
        page = open_page()
        page.goto(product.link)

Whatever a page writes to the console as an error, and whatever request fails, fails the test that opened it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.journeys.receiver import Receiver
from tests.journeys.watching import close_context, watch_context

__all__ = ["browser", "open_page", "product"]

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".artefacts" / "screens"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What of these depends on the colours of a page."""
SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  scrollTo(0, 0);
  await frame();
  const moving = document.getAnimations().filter(each => Number.isFinite(each.effect.getComputedTiming().endTime));
  await Promise.allSettled(moving.map(each => each.finished));
  await frame();
}"""
"""Goes to the top, where the head covers half of nothing, and waits until no colour is on its way to another: between
two schemes a page has colours of neither.
"""
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_STARTS_WITHIN = 60
PATIENCE = 15_000
"""Milliseconds that a page has for whatever it is waited for: a machine may be at work on other things too."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Product:
    """A running installation with the example in it.

    Attributes:
        url: where it answers.
        link: the one-time link of its first owner.
        receiver: takes what workflows send; its host may be reached.
    """

    url: str
    link: str
    receiver: Receiver
    home: Path
    process: subprocess.Popen[str] = field(repr=False)


OpenPage = Callable[..., Page]


def start_product(home: Path, receiver: Receiver, *allowed: str) -> Product:
    """Starts `handrail up --example` on a free port; further hosts that it may reach are `allowed`."""
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k != "OLLAMA_HOST"}
    environment = {
        **kept,
        "HANDRAIL_HOME": str(home),
        "HANDRAIL_ALLOWED_HOSTS": ",".join((receiver.address, *allowed)),
        "PYTHONPATH": str(ROOT),
    }
    errors = (home / "stderr.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "builder.cli", "up", "--example", "--port", "0"],
        stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=home,
    )  # fmt: skip
    errors.close()
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        found = re.search(r"(http://\S+)/link/\S+", said)
        if found:
            return Product(found.group(1), found.group(0), receiver, home, process)
    raise AssertionError(f"the product did not start: {said} {(home / 'stderr.log').read_text()}")


def stop_product(product: Product) -> None:
    """SIGTERM; it must end by itself and without a word of trouble."""
    product.process.send_signal(signal.SIGTERM)
    try:
        assert product.process.wait(30) == 0
    finally:
        product.process.kill()
        assert product.process.stdout is not None
        product.process.stdout.close()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """An installation for the journeys of one file."""
    receiver = Receiver(0)
    started = start_product(tmp_path_factory.mktemp("home"), receiver)
    yield started
    stop_product(started)
    receiver.close()
    assert '"level": "error"' not in (started.home / "stderr.log").read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, Chrome, or the one that Playwright installed."""
    with sync_playwright() as playwright:
        opened = launch_browser(playwright)
        yield opened
        opened.close()


def launch_browser(playwright: Playwright) -> Browser:
    """A browser without a screen, as the machine has it."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=path, args=list(_FLAGS))


def profile(size: dict[str, int], scheme: str = "light") -> dict[str, Any]:
    """A browser profile as the journeys use it: English, and nothing moves."""
    return {"viewport": size, "color_scheme": scheme, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a page in a browser profile of its own; at the end, none of them may have complained."""
    complaints: list[str] = []
    contexts = []

    def begin(*, size: dict[str, int] | None = None, scheme: str = "light", state: Any = None) -> Page:
        context = browser.new_context(**profile(size or WIDE, scheme), storage_state=state)
        context.set_default_timeout(PATIENCE)
        watch_context(context)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        return page

    yield begin
    for context in contexts:
        close_context(context)
    assert complaints == [], complaints


def take_picture(page: Page, name: str) -> str:
    """Takes a picture of a page that stands still; what it shows, in words: its scheme and its width."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or WIDE
    scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    page.evaluate(SETTLED)
    page.screenshot(path=str(SHOTS / f"{name}-{scheme}-{size['width']}.png"))
    return f"{scheme}, {size['width']}"


def judge_page(page: Page, name: str, rules: dict[str, Any] = RULES) -> None:
    """Takes a picture of a page, and lets axe look for what keeps people from using it (WCAG 2.2 AA)."""
    shown = take_picture(page, name)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)
    wrong = [
        f"{each['id']}: {each['help']}: {node['target']}" for each in found["violations"] for node in each["nodes"]
    ]
    assert wrong == [], f"{name}, {shown}: {'; '.join(wrong)}"

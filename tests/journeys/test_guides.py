"""What the guides tell people to type is typed: by a shell, with the real curl, before a product that is up."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.drawing import sign_in
from tests.journeys.product import WIDE, Product, profile

pytestmark = pytest.mark.journeys

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
_HEAD = re.compile(r"HTTP/1\.1 (\d{3}) .*?\r\n\r\n", re.DOTALL)
_BUDGET = re.compile(r"^    curl -X POST https://handrail\.example(.*?)\n\n", re.DOTALL | re.MULTILINE)
_ASK = """async ([method, path, body]) => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
  return answer.json();
}"""


@dataclass
class Answer:
    """What a terminal showed of an answer.

    Attributes:
        head: status line and headers, in small letters.
    """

    status: int
    head: str
    said: dict[str, Any]


def blocks(guide: str) -> list[str]:
    """What a guide gives to a shell."""
    return re.findall(r"```bash\n(.*?)```", (GUIDES / guide).read_text("utf-8"), re.DOTALL)


def type_in(line: str, **known: str) -> Answer:
    """Has a shell do it, as a terminal would."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line.replace("curl -i", "curl -sS -i")],
        capture_output=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **known}, check=False, timeout=30,
    )  # fmt: skip
    shown = done.stdout.decode()
    head = _HEAD.search(shown)
    assert head is not None, done.stderr.decode() + shown
    return Answer(int(head.group(1)), head.group(0).lower(), json.loads(shown[head.end() :]))


@pytest.fixture(scope="module")
def page(product: Product, browser: Browser) -> Page:
    """Where the first owner is signed in."""
    opened = browser.new_context(**profile(WIDE)).new_page()
    sign_in(opened, product)
    return opened


def ask(page: Page, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """What the API answers the first owner."""
    said: dict[str, Any] = page.evaluate(_ASK, [method, path, body])
    return said


def make_token(page: Page, *permissions: str) -> str:
    return str(ask(page, "POST", "/api/tokens", {"name": "A guide", "permissions": list(permissions)})["token"])


def live_workflow(page: Page) -> str:
    return str(ask(page, "GET", "/api/workflows")["items"][0]["id"])


def test_the_line_of_the_webhook_guide_sends_a_delivery(page: Page) -> None:
    (line,) = [each for each in blocks("start-by-webhook.md") if "webhook-signature" in each]
    _, _, line = line.partition("\n")  # the first line says where to, and the secret
    wish = {"kind": "webhook", "name": "The shop", "on": True}
    trigger = ask(page, "POST", f"/api/workflows/{live_workflow(page)}/triggers", wish)["id"]
    secret = ask(page, "POST", f"/api/triggers/{trigger}/webhook/secrets", {})["secret"]
    address = ask(page, "GET", f"/api/triggers/{trigger}/webhook")["address"]
    sent = type_in(line, ADDRESS=address, SECRET=secret)
    assert sent.status == 202, sent
    assert f"location: /api/runs/{sent.said['run']}" in sent.head
    assert ask(page, "GET", f"/api/runs/{sent.said['run']}")["id"] == sent.said["run"]
    foreign = type_in(line, ADDRESS=address, SECRET="whsec_" + "A" * 32)
    assert foreign.status == 401, foreign


def test_the_line_of_the_guide_starts_a_run_from_a_program(page: Page, product: Product) -> None:
    (line,) = [each for each in blocks("start-by-webhook.md") if "$TOKEN" in each]
    here = f"{product.url}/api/workflows/{live_workflow(page)}"
    line = re.sub(r"https://handrail\.example/api/workflows/\w+", here, line)
    token = make_token(page, "run.start", "run.read")
    first = type_in(line, TOKEN=token)
    assert first.status == 202, first
    assert f"location: /api/runs/{first.said['run']}" in first.head
    assert type_in(line, TOKEN=token).said["run"] == first.said["run"], "the same key is the same run"
    assert type_in(line.replace("printer", "heating"), TOKEN=token).status == 409
    assert type_in(line, TOKEN=make_token(page, "run.read")).status == 403
    assert type_in(line, TOKEN="nonsense").status == 401


def test_the_line_of_the_guide_sets_a_budget(page: Page, product: Product) -> None:
    found = _BUDGET.search((GUIDES / "budgets.md").read_text("utf-8"))
    assert found is not None
    token = make_token(page, "budget.write", "budget.read")
    made = type_in(f"curl -i -X POST {product.url}{found.group(1)}", TOKEN=token)
    assert made.status == 201, made
    assert made.said["name"] == "All models"


def test_the_line_of_the_guide_halts_something(page: Page, product: Product) -> None:
    (line,) = [each for each in blocks("halts.md") if "$TOKEN" in each]
    line = line.replace("https://handrail.example", product.url)
    made = type_in(line, TOKEN=make_token(page, "halt.write"))
    assert made.status == 201, made
    assert made.said["stands"]
    assert type_in(line, TOKEN=make_token(page, "budget.write")).status == 403


def test_the_lines_of_the_guide_prepare_a_node_template(page: Page, product: Product, tmp_path: Path) -> None:
    guide = (GUIDES / "node-templates.md").read_text("utf-8")
    (tmp_path / "crm-reply.json").write_text(re.findall(r"```json\n(.*?)```", guide, re.DOTALL)[0], "utf-8")
    make, propose = blocks("node-templates.md")[:2]
    known = {"TOKEN": make_token(page, "template.read", "template.write"), "HANDRAIL": product.url}
    check, post = make.replace("@crm-reply.json", f"@{tmp_path}/crm-reply.json").replace("-sS", "-sS -i").splitlines()
    checked = type_in(check, **known)
    assert checked.status == 200, checked
    made = type_in(post, **known)
    assert made.status == 201, made
    at = f"{product.url}/api/node-templates/{made.said['id']}/versions/{made.said['number']}"
    proposed = type_in(propose.replace("-sS", "-sS -i"), **known, AT=at)
    assert (proposed.status, proposed.said["state"]) == (200, "proposed"), proposed

"""The screens of credentials, connections and tokens with something in them: names, ends, hosts, what a test said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.drawing import sign_in
from tests.journeys.judging import judge_both
from tests.journeys.product import NARROW, WIDE, OpenPage, Product, profile

pytestmark = pytest.mark.journeys

_FILL = """async ([place]) => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const send = async (path, body) => {
    const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    return [answer.status, await answer.json().catch(() => null)];
  };
  const team = session.teams[0].id;
  const soon = new Date(Date.now() + 9 * 86400000).toISOString();
  const past = new Date(Date.now() + 1500).toISOString();
  const made = [
    await send("/api/credentials", {
      name: "CRM", kind: "http_bearer", fields: {token: "canary-3c5d-crm"}, note: "For replies and notes.",
      hosts: [place, "crm.example"], types: ["tool.http_request"], teams: [team], ends_at: soon,
    }),
    await send("/api/credentials", {
      name: "Mail of the office", kind: "smtp", teams: null,
      fields: {
        host: "mail.example", port: "587", sender: "office@example.org", user: "office", password: "canary-3c5d-mail",
      },
    }),
    await send("/api/credentials", {
      name: "Shop database", kind: "sql", teams: [], ends_at: past,
      fields: {url: "postgresql://clerk:canary-3c5d-data@db.example/shop"},
    }),
    await send("/api/credentials", {
      name: "Model key", kind: "api_key", fields: {key: "canary-3c5d-model"}, teams: null,
    }),
  ];
  const key = made[3][1].id;
  await send(`/api/credentials/${made[0][1].id}/test`, {url: `http://${place}/`});
  made.push(await send("/api/connections", {
    name: "small-eu", provider: "openai-compatible", model: "small-2026", base_url: "https://models.example/v1",
    hosted: "external", region: "eu", price_in: 0.2, price_out: 0.8, credential: key,
  }));
  made.push(await send("/api/connections", {
    name: "house", provider: "ollama", model: "llama", base_url: "http://10.0.0.9:11434", hosted: "internal",
  }));
  made.push(await send("/api/tokens", {name: "Nightly export", permissions: ["workflow.read", "run.read"], days: 30}));
  made.push(await send("/api/tokens", {name: "The till", permissions: ["run.start"], days: 365}));
  return [made.map(([status]) => status), made[0][1].id];
}"""


@dataclass
class Filled:
    """An installation whose screens have something in them.

    Attributes:
        state: cookies of the first owner.
        credential: the id of one.
    """

    product: Product
    state: object
    credential: str


@pytest.fixture(scope="module")
def filled(product: Product, browser: Browser) -> Iterator[Filled]:
    context = browser.new_context(**profile(WIDE))
    page = context.new_page()
    sign_in(page, product)
    statuses, credential = page.evaluate(_FILL, [product.receiver.address])
    assert set(statuses) == {201}, statuses
    yield Filled(product, context.storage_state(), credential)
    context.close()


SCREENS = {
    "credentials with some": ("/credentials", "Mail of the office"),
    "credential": ("/credentials/{credential}", "For replies and notes."),
    "connections with some": ("/connections", "small-2026"),
    "tokens with some": ("/settings", "Nightly export"),
}


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_screens_with_something_in_them_are_for_everybody(
    filled: Filled, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(size=size, state=filled.state)
    for name, (address, text) in SCREENS.items():
        page.goto(filled.product.url + address.format(credential=filled.credential))
        page.get_by_text(text).first.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        assert "canary-" not in page.content()
        judge_both(page, name)

"""A credential that a browser receives fails the session, whatever the page then does with it."""

from __future__ import annotations

import pytest

from tests import canaries
from tests.journeys.product import OpenPage
from tests.journeys.watching import close_context

pytestmark = pytest.mark.journeys

PAGE = """<script>
  const read = async (path) => (await fetch(path)).text();
  read("/api/one").then(() => read("/two.js")).then(() => { document.title = "done" });
</script>"""


def test_what_a_browser_receives_is_searched(monkeypatch: pytest.MonkeyPatch, open_page: OpenPage) -> None:
    watch = canaries.Watch("finch")
    monkeypatch.setattr(canaries, "WATCH", watch)
    page = open_page()
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    page.route("**/api/one", lambda route: route.fulfill(json={"token": "finch-0a1b-leaked"}))
    page.route("**/two.js", lambda route: route.fulfill(content_type="text/javascript", body="'finch-0a1b-leaked'"))
    page.goto("http://handrail.test/")
    page.wait_for_function("document.title === 'done'")
    close_context(page.context)
    assert [each.split(" in ")[0] for each in watch.found] == ["the answer to GET http://handrail.test/api/one"]

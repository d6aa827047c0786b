"""The page about node templates: each of its commands is run, in order, as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from tests.rooms.world import World

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "node-templates.md"
_CURL = re.compile(
    r'^curl -sS -H "Authorization: Bearer \$TOKEN"(?: -X (?P<method>[A-Z]+))?'
    r"(?: --json (?P<body>@[\w.-]+|'[^']*'))? \"(?P<url>[^\"]+)\"$"
)


def test_every_command_of_the_page_does_what_it_says(world: World) -> None:
    world.add_person("second", org=("admin",))
    one, two = world.client("admin"), world.client("second")
    text = PAGE.read_text("utf-8")
    [file] = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
             for line in block.splitlines()]  # fmt: skip
    at, done = "", []
    for line in lines:
        path, answer = run(one, line, file, at)
        assert answer.status_code < 300, f"{line}: {answer.text}"
        done.append(path.rpartition("/")[2].partition("?")[0])
        if path == "/api/node-templates":
            at = f"/api/node-templates/{answer.json()['id']}/versions/{answer.json()['number']}"
        if path.endswith("/check"):
            assert answer.json()["problems"] == []
        if path.endswith("/propose"):
            assert two.post(f"{at}/approve").status_code == 200
        if path.endswith("/publish"):
            again = one.post("/api/node-templates", json=json.loads(file)).json()  # a new version, as the page says
            newer = f"/api/node-templates/{again['id']}/versions/{again['number']}"
            assert one.post(f"{newer}/propose").status_code == two.post(f"{newer}/approve").status_code == 200
            assert one.post(f"{newer}/publish", json={}).json()["key"] == "tool.crm_reply@2"
    assert done == [
        "check", "node-templates", "propose", "publish", "uses", "upgrade", "deprecate", "revoke",
    ]  # fmt: skip


def run(client: TestClient, line: str, file: str, at: str) -> tuple[str, Any]:
    """One line of the page, against the routes that it names."""
    found = _CURL.match(line)
    assert found, line
    path = found["url"].replace("$AT", at).replace("$HANDRAIL", "")
    body = file if (found["body"] or "").startswith("@") else (found["body"] or "").strip("'")
    method = found["method"] or ("POST" if body else "GET")
    return path, client.request(method, path, json=json.loads(body) if body else None)

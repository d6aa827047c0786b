"""Files through whole runs: given, read, made, attached; in a dry run nothing is written but the run's own values."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from tests.rooms.files.cases import upload
from tests.rooms.reviews.desk import Desk, approval, edge

FILE = {"type": "string", "format": "file"}
MAIL = {"credential": "mail", "recipients": ["*"], "subject": "Orders", "body": "See there."}
GRAPH: dict[str, Any] = {
    "inputs": {"type": "object", "required": ["orders"], "properties": {"orders": {**FILE, "accept": ["text/csv"]}}},
    "nodes": {
        "read": {"type": "tool.spreadsheet_read@1", "inputs": {"file": {"from": "input.orders"}}},
        "report": {
            "type": "tool.spreadsheet_write@1",
            "config": {"name": "Report"},
            "inputs": {"rows": {"from": "read.rows"}},
        },
        "again": {"type": "tool.spreadsheet_read@1", "inputs": {"file": {"from": "report.file"}}},
        "text": {"type": "tool.read_document@1", "inputs": {"file": {"from": "input.orders"}}},
        "note": {
            "type": "tool.file_write@1", "config": {"name": "note"}, "inputs": {"content": {"from": "text.text"}}
        },
    },
    "edges": [edge("read", "report"), edge("report", "again"), edge("again", "text"), edge("text", "note")],
    "result": {"report": {"from": "report.file"}, "rows": {"from": "again.rows"}, "note": {"from": "note.file"}},
}  # fmt: skip
SENDING = {
    **GRAPH,
    "nodes": {
        **GRAPH["nodes"],
        "send": {
            "type": "tool.email_send@1",
            "config": MAIL,
            "inputs": {"to": {"value": "ann@example.com"}, "attachments": {"from": "report.file"}},
        },
        "change": {
            "type": "tool.sql_query@1",
            "config": {"credential": "shop", "query": "DELETE FROM orders", "mode": "write"},
        },
        "tell": {"type": "tool.chat_message@1", "config": {"url": "https://chat.example/hook", "text": "Done"}},
        "reply": {"type": "tool.webhook_reply@1", "inputs": {"body": {"from": "send.message_id"}}},
    },
    "edges": [*GRAPH["edges"], edge("note", "send"), edge("send", "change"), edge("change", "tell"),
              edge("tell", "reply")],
    "result": {"sent": {"from": "send.message_id"}, "answer": {"from": "reply.body"}, **GRAPH["result"]},
}  # fmt: skip


def orders(desk: Desk) -> str:
    number: str = upload(desk.world, content=b"Name,Amount\nAnn,1\n=Bob,2\n", name="orders.csv").json()["id"]
    return number


def content_of(desk: Desk, file: str, by: str = "builder") -> bytes:
    answer = desk.browser(by).get(f"/api/files/{file}/content")
    assert answer.status_code == 200, answer.text
    content: bytes = answer.content
    return content


def attempt(desk: Desk, graph: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    """Tries a graph; the run at its end."""
    workflow = desk.publish(GRAPH)
    said = {"graph": graph, "input": given}
    answer = desk.browser("builder").post(f"/api/workflows/{workflow}/try", json=said)
    assert answer.status_code == 201, answer.text
    return desk.run_until(answer.json()["run"], "succeeded", "failed", "refused")


def test_what_a_run_is_given_and_makes(desk: Desk) -> None:
    run = desk.run_until(desk.start(desk.publish(GRAPH), {"orders": orders(desk)}), "succeeded", "failed")
    assert run["state"] == "succeeded", run["why"]
    result = run["result"]
    assert result["rows"] == [{"name": "Ann", "amount": "1"}, {"name": "=Bob", "amount": "2"}]
    assert [each["name"] for each in run["files"]] == ["orders.csv", "Report.xlsx", "note.txt"]
    book = openpyxl.load_workbook(io.BytesIO(content_of(desk, result["report"])))
    assert book.active["A3"].value == "=Bob"
    assert book.active["A3"].data_type == "s"
    assert content_of(desk, result["note"], "owner") == b"Name,Amount\nAnn,1\n=Bob,2\n"
    assert desk.browser("reviewer").get(f"/api/files/{result['note']}").status_code == 404


def test_a_dry_run_writes_nothing_but_its_own_values(desk: Desk) -> None:
    """No credential is opened (there is none), no server called; the files that it makes are its own values."""
    run = attempt(desk, SENDING, {"orders": orders(desk)})
    assert run["state"] == "succeeded", run["why"]
    marks = {each["path"]: each for each in run["steps"]}
    for path in ("send", "change", "tell"):
        assert "on an example" in marks[path]["marks"], path
    for path in ("read", "report", "again", "text", "note"):
        assert "on an example" not in marks[path].get("marks", []), path
    assert content_of(desk, run["result"]["report"])[:2] == b"PK"
    other = desk.browser("reviewer").get(f"/api/files/{run['result']['report']}")
    assert other.status_code == 404


def test_a_trial_without_a_file_says_that_there_is_none(desk: Desk) -> None:
    run = attempt(desk, {**GRAPH, "nodes": {"read": GRAPH["nodes"]["read"]}, "edges": [], "result": {}}, None)
    assert run["state"] == "failed"
    assert "stands on an example" in run["why"]


def test_a_reviewer_opens_the_file_that_he_is_asked_about_and_no_other(desk: Desk) -> None:
    graph = {
        "inputs": {"type": "object", "required": ["orders", "more"], "properties": {"orders": FILE, "more": FILE}},
        "nodes": {"check": {**approval("input.orders"), "inputs": {"file": {"from": "input.orders"}}}},
        "result": {},
    }
    shown, kept = orders(desk), orders(desk)
    run = desk.start(desk.publish(graph), {"orders": shown, "more": kept})
    desk.run_until(run, "waiting")
    row = desk.rows_of(run)[0]
    assert [each["id"] for each in desk.look(row["id"])["files"]] == [shown]
    assert content_of(desk, shown, "reviewer").startswith(b"Name")
    assert desk.browser("reviewer").get(f"/api/files/{kept}").status_code == 404
    assert desk.browser("viewer").get(f"/api/files/{shown}").status_code in (403, 404)

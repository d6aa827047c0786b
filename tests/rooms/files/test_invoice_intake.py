"""The invoice intake that ships as an example: made from it, tried with a real invoice, and what came of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pypdf

from builder.kit.ids import show_id
from builder.workflows import list_examples
from tests.rooms.files.cases import upload
from tests.rooms.reviews.desk import Desk

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "invoice-intake"


def attempt(desk: Desk, invoice: bytes, suppliers: bytes | None = None) -> dict[str, Any]:
    """Makes the example a workflow of Ours and tries it; the run when it ends or asks."""
    browser, world = desk.browser("builder"), desk.world
    name = f"Intake {len(browser.get('/api/workflows').json()['items'])}"
    wanted = {"begin": "example", "team": show_id(world.ours), "example": "invoice-intake", "name": name}
    made = browser.post("/api/workflows", json=wanted)
    assert made.status_code == 201, made.text
    workflow = made.json()["id"]
    graph = browser.get(f"/api/workflows/{workflow}/draft").json()["graph"]
    suppliers = suppliers or (EXAMPLE / "suppliers.csv").read_bytes()
    given = {
        "invoice": upload(world, content=invoice, name="invoice.pdf").json()["id"],
        "suppliers": upload(world, content=suppliers, name="suppliers.csv").json()["id"],
    }
    answer = browser.post(f"/api/workflows/{workflow}/try", json={"graph": graph, "input": given})
    assert answer.status_code == 201, answer.text
    return desk.run_until(answer.json()["run"], "succeeded", "failed", "waiting")


def test_it_is_offered() -> None:
    offered = {each.key: each for each in list_examples()}
    assert offered["invoice-intake"].name == "Invoice intake"


def test_an_invoice_becomes_a_table_for_accounting(desk: Desk) -> None:
    run = attempt(desk, (EXAMPLE / "invoice.pdf").read_bytes())
    assert run["state"] == "waiting", run["why"]
    review = run["waits"][0]["review"]
    asked = desk.look(review, "builder")
    assert asked["record"]["supplier_is_known"] is True
    assert asked["proposal"]["number"] == "R-2026-0417"
    assert [each["name"] for each in asked["files"]] == ["invoice.pdf"]
    edit = {"supplier": "Nordlicht Papier GmbH", "number": "R-2026-0417", "total": 1249.5, "currency": "EUR",
            "due": "2026-12-14"}  # fmt: skip
    said = desk.decide(review, "edit", "builder", edit=edit, reason="Compared with the invoice.")
    assert said.status_code in (200, 204), said.text
    run = desk.run_until(run["id"], "succeeded", "failed")
    assert run["state"] == "succeeded", run["why"]
    marks = {each["path"]: each["marks"] for each in run["steps"]}
    assert "on an example" in marks["send"]
    assert "on an example" not in marks["table"]
    table = desk.browser("builder").get(f"/api/files/{run['result']['table']}/content")
    page = openpyxl.load_workbook(io.BytesIO(table.content))["Invoices"]
    assert [cell.value for cell in page[1]] == ["Supplier", "Invoice number", "Total", "Currency", "Due"]
    assert [cell.value for cell in page[2]][:4] == ["Nordlicht Papier GmbH", "R-2026-0417", 1249.5, "EUR"]


def test_a_supplier_that_nobody_knows_is_said_to_be_unknown(desk: Desk) -> None:
    run = attempt(desk, (EXAMPLE / "invoice.pdf").read_bytes(), b"Supplier\nSomebody else\n")
    assert desk.look(run["waits"][0]["review"], "builder")["record"]["supplier_is_known"] is False


def test_a_scan_ends_with_a_sentence(desk: Desk) -> None:
    blank = pypdf.PdfWriter()
    blank.add_blank_page(200, 200)
    made = io.BytesIO()
    blank.write(made)
    run = attempt(desk, made.getvalue())
    assert run["state"] == "failed"
    assert "may be a scan" in run["why"]

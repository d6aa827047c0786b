"""Files over the wire: told by their content, given to runs, seen by whoever sees the run, gone with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from builder.db import read_clock
from builder.files import FileNotGivenError, RunFiles, forget_runs, sweep_files
from builder.files.tables import file_run_table, file_table
from builder.kit.ids import read_id, show_id
from builder.payloads import LARGEST
from builder.publishing import publish_workflow
from builder.runs import Retry, Start, lend_own_files, read_woven_of, retry_from_step, start_run
from builder.runs.ports import Use
from builder.runs.schemas import STEP, Row
from builder.runs.store import insert_rows
from builder.runs.tables import run_table
from builder.sdk import Mode, NodeError
from builder.workflows import create_blank, read_live, save_draft
from tests.rooms.files.cases import PDF, upload
from tests.rooms.workflows.cases import press
from tests.rooms.world import World

INVOICE = {"type": "string", "format": "file", "accept": ["application/pdf"], "maxSize": 100}
GRAPH: dict[str, Any] = {
    "inputs": {
        "type": "object",
        "required": ["invoice"],
        "properties": {"invoice": INVOICE, "more": {"type": "array", "items": {"type": "string", "format": "file"}}},
    },
    "nodes": {"note": {"type": "flow.transform@1", "inputs": {"file": {"from": "input.invoice"}}}},
    "result": {"file": {"from": "note.file"}},
}


def publish(world: World) -> int:
    builder, owner = world.caller("builder"), world.caller("owner")
    with world.transaction() as session:
        number = create_blank(session, builder, world.ours, "Invoices")
        save_draft(session, builder, number, 1, GRAPH)
        publish_workflow(session, owner, number, press(world), seen=2, note="", stage=None)
    return number


def start(world: World, value: dict[str, Any], by: str = "builder", workflow: int | None = None) -> Any:
    """Somebody starts the workflow by its form; the answer."""
    number = publish(world) if workflow is None else workflow
    return world.client(by).post(f"/api/workflows/{show_id(number)}/form", json={"input": value})


def files_of(world: World, run: int) -> set[int]:
    with world.transaction() as session:
        query = select(file_run_table.c.file_id).where(file_run_table.c.run_id == run)
        return set(session.scalars(query))


async def read(world: World, file: str, run: int, team: int | None = None) -> bytes:
    reader = RunFiles(world.application.database, world.application.payloads)
    use = Use(run, "note", world.ours if team is None else team, "tool.x@1", Mode.LIVE)
    return (await reader.read(file, use)).content


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("../Invoice 7.pdf", PDF, "application/pdf"),
        ("fake.pdf", b"<html><script>alert(1)</script>", "text/html"),
        ("table.csv", b"a,b\n1,2\n", "text/csv"),
    ],
)
def test_what_was_uploaded_is_told_by_its_content_and_only_saved(
    world: World, name: str, content: bytes, media_type: str
) -> None:
    made = upload(world, content=content, name=name)
    assert made.status_code == 201
    view = made.json()
    assert (view["media_type"], view["size"]) == (media_type, len(content))
    assert "/" not in view["name"]
    answer = world.client("builder").get(f"/api/files/{view['id']}/content")
    assert answer.content == content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert world.client("builder").get(f"/api/files/{view['id']}").json() == view


def test_a_file_is_as_large_as_a_payload_at_most_whether_or_not_it_says_so(world: World) -> None:
    piece = b"x" * 1_048_576
    assert upload(world, content=piece * 5).status_code == 201  # more than any other body may have

    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST // len(piece) + 1):
            yield piece

    for content in (piece * (LARGEST // len(piece) + 1), endless()):
        answer = upload(world, content=content)  # type: ignore[arg-type]  # an iterator is sent in chunks
        assert (answer.status_code, answer.json()["params"]["most"]) == (413, LARGEST // 1_048_576)
    other = world.client("builder").post("/api/workflows", content=piece * 5)
    assert other.status_code == 413


def test_an_empty_file_and_too_many_unused_ones_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert upload(world, content=b"").json()["code"] == "file_empty"
    monkeypatch.setattr("builder.files.upload.WAITING_AT_MOST", 2 * len(PDF))
    assert [upload(world).status_code for _ in range(3)] == [201, 201, 409]
    assert upload(world, "owner").status_code == 201  # what others upload is their own


def test_whoever_may_not_start_runs_uploads_nothing(world: World) -> None:
    for name in ("viewer", "reviewer", "admin", "other", "nobody"):
        assert upload(world, name).status_code in (403, 404)


def test_a_run_is_given_what_its_starter_uploaded_and_no_other(world: World) -> None:
    workflow = publish(world)
    mine, theirs = upload(world).json()["id"], upload(world, "owner").json()["id"]
    run = read_id(start(world, {"invoice": mine, "more": [mine]}, workflow=workflow).json()["run"])
    assert files_of(world, run) == {read_id(mine)}
    for value, case, words in (
        ({"invoice": theirs}, "gone", "no such file"),
        ({"invoice": "file-example"}, "gone", "no such file"),
        ({"invoice": show_id(7)}, "gone", "no such file"),
        ({"invoice": mine, "more": [theirs]}, "gone", "`more.0`"),
        ({"invoice": upload(world, content=b"a,b", name="a.pdf").json()["id"]}, "type", "is text/plain; this takes"),
        ({"invoice": upload(world, content=PDF + b" " * 100).json()["id"]}, "large", "it may have 100"),
    ):
        answer = start(world, value, workflow=workflow)
        assert (answer.status_code, answer.json()["code"]) == (422, "file_not_given")
        assert words in answer.json()["sentence"]
        assert answer.json()["params"]["case"] == case


def test_a_file_is_seen_by_whoever_sees_the_run_and_may_then_be_given_again(world: World) -> None:
    workflow = publish(world)
    file = upload(world).json()["id"]
    world.add_person("second", ours=("builder",))
    for name in ("owner", "second", "reviewer"):
        assert world.client(name).get(f"/api/files/{file}").status_code == 404
    run = start(world, {"invoice": file}, workflow=workflow).json()["run"]
    seen = {name: world.client(name).get(f"/api/files/{file}").status_code for name in ("owner", "second", "reviewer")}
    assert seen == {"owner": 200, "second": 404, "reviewer": 404}
    assert start(world, {"invoice": file}, "owner", workflow).status_code == 201
    assert start(world, {"invoice": file}, "second", workflow).status_code == 422
    detail = world.client("owner").get(f"/api/runs/{run}").json()
    assert [each["id"] for each in detail["files"]] == [file]
    assert world.client("second").get(f"/api/runs/{run}").json()["files"] == []
    again = world.client("second").post(f"/api/runs/{run}/rerun", json={"input": {"invoice": file}})
    assert (again.status_code, again.json()["code"]) == (422, "file_not_given")


def test_nobody_starts_by_a_webhook_what_he_may_not_give(world: World) -> None:
    """Whoever starts without `files` gives none, whatever ids stand in what came from outside."""
    workflow, file, site = publish(world), upload(world).json()["id"], world.application
    caller = world.caller("builder")
    with world.transaction() as session:
        assert lend_own_files(session, caller, {"invoice": file}) == {read_id(file)}
        plan = site.load_plan(read_live(session, workflow).version.woven)
    given = Start(input={"invoice": file}, starter=caller.person, team_id=world.ours, workflow_id=workflow)
    with pytest.raises(FileNotGivenError), world.transaction() as session:
        start_run(session, plan, {}, given, site.payloads, site.admission)


@pytest.mark.anyio
async def test_a_run_reads_only_what_it_was_given_or_made(world: World) -> None:
    workflow, file = publish(world), upload(world).json()["id"]
    first = read_id(start(world, {"invoice": file}, workflow=workflow).json()["run"])
    second = read_id(start(world, {"invoice": upload(world).json()["id"]}, workflow=workflow).json()["run"])
    assert await read(world, file, first) == PDF
    for name, run, team in ((file, second, None), (file, first, world.theirs), ("x", first, None)):
        with pytest.raises(NodeError, match=r"no such file|not the id"):
            await read(world, name, run, team)


@pytest.mark.anyio
async def test_a_step_keeps_the_same_once_and_a_retry_reads_what_was_made(world: World) -> None:
    workflow, file, site = publish(world), upload(world).json()["id"], world.application
    run = read_id(start(world, {"invoice": file}, workflow=workflow).json()["run"])
    files = RunFiles(site.database, site.payloads)
    use = Use(run, "note", world.ours, "tool.x@1", Mode.LIVE)
    made = [await files.keep("../a.csv", "text/csv", b"a,b\n", use) for _ in range(2)]
    other = await files.keep("a.csv", "text/csv", b"a,c\n", use)
    assert made[0].id == made[1].id != other.id
    assert (made[0].name, made[0].media_type, made[0].size) == ("a.csv", "text/csv", 4)
    with world.transaction() as session:
        session.execute(update(run_table).where(run_table.c.id == run).values(status="failed"))
    with world.transaction() as session:
        insert_rows(session, run, 1, [Row(1, STEP, "note", "running", 1, "{}", None, None, None)])
        plan = site.load_plan(read_woven_of(session, run))
        again = retry_from_step(session, plan, Retry(run, "note", "1"), site.vault_key, site.admission)
    assert files_of(world, again) == files_of(world, run)
    with pytest.raises(NodeError, match="at most"):
        await files.keep("a", "text/plain", b"x" * (LARGEST + 1), use)
    document = world.client("builder").get(f"/api/runs/{show_id(run)}").json()
    assert len(document["files"]) == 3


def test_files_go_with_the_last_run_that_reads_them(world: World) -> None:
    workflow, kept, unused = publish(world), upload(world).json()["id"], upload(world).json()["id"]
    runs = [read_id(start(world, {"invoice": kept}, workflow=workflow).json()["run"]) for _ in range(2)]

    def sweep() -> set[str]:
        with world.transaction() as session:
            sweep_files(session)
            return {show_id(each) for each in session.scalars(select(file_table.c.id))}

    assert sweep() == {kept, unused}  # neither is a day old
    with world.transaction() as session:
        session.execute(update(file_table).values(made_at=read_clock(session) - timedelta(days=2)))
    assert sweep() == {kept}
    with world.transaction() as session:
        forget_runs(session, runs[:1])
    assert sweep() == {kept}
    with world.transaction() as session:
        forget_runs(session, runs[1:])
    assert sweep() == set()
    assert world.client("builder").get(f"/api/files/{kept}").status_code == 404

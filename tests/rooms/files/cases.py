"""How the routes of files are called: about a file that stands in what people of Ours are asked."""

from __future__ import annotations

from typing import Any

from builder.files.store import link_files
from builder.kit.ids import read_id, show_id
from tests.rooms.cases import RouteCase, Sent, Visitor
from tests.rooms.reviews.cases import make_review, run_of
from tests.rooms.runs.cases import open_look
from tests.rooms.world import World

PDF = b"%PDF-1.7\n%nothing in it\n"


def upload(world: World, by: str = "builder", content: bytes = PDF, name: str = "invoice.pdf") -> Any:
    """Somebody uploads a file for Ours; the answer."""
    where = {"team": show_id(world.ours), "name": name}
    return world.client(by).post("/api/files", params=where, content=content)


def _at(world: World, visitor: Visitor) -> Sent:
    file = upload(world, "owner").json()["id"]
    review = make_review(world, starter="builder", record={"invoice": file})
    run = run_of(world, review)
    with world.transaction() as session:
        link_files(session, run, [read_id(file)])
    if visitor.name == "admin":
        open_look(world, run, world.people["admin"])
    return Sent(path={"file": file})


CASES = [
    RouteCase(
        "upload_file",
        lambda world, _: Sent(query={"team": show_id(world.ours), "name": "a.json"}, json={"a": 1}),
        status=201,
    ),
    RouteCase("read_file", _at),
    RouteCase("read_file_content", _at),
]

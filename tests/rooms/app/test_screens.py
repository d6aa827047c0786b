"""The built screens as a browser asks for them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from builder.app import build_app
from tests.rooms.world import URL, make_world

PAGE = "<!doctype html><title>Handrail</title>"
SCRIPT = "console.info(1);" * 100


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("screens")
    folder = place / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "main-1a2b.js").write_text(SCRIPT)
    (folder / "assets" / "twice-3c4d.js").write_text(SCRIPT)
    (folder / "assets" / "twice-3c4d.js.br").write_bytes(b"as the build compressed it")
    (folder / ".vite" / "manifest.json").write_text("{}")
    (place / "secret.txt").write_text("not to be seen")
    made = make_world(tmp_path_factory.mktemp("screens_home"), migrated_file)
    yield TestClient(build_app(made.application, folder), base_url=URL)
    made.application.close()


@pytest.mark.parametrize(
    "path", ["/", "/workflows/abc", "/link/some-token", "/assets", "/.vite/manifest.json", "/apis"]
)
def test_every_address_of_a_screen_gives_the_page(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_file_named_by_its_hash_is_kept_for_ever_and_sent_compressed(visitor: TestClient) -> None:
    answer = visitor.get("/assets/main-1a2b.js")
    assert answer.text == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 5
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = visitor.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == SCRIPT
    assert "content-encoding" not in plain.headers


def test_what_the_build_compressed_goes_to_whoever_takes_it(visitor: TestClient) -> None:
    taken = {"Accept-Encoding": "gzip, deflate, br;q=1.0, zstd"}
    with visitor.stream("GET", "/assets/twice-3c4d.js", headers=taken) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert b"".join(answer.iter_raw()) == b"as the build compressed it"
    assert visitor.get("/assets/twice-3c4d.js", headers={"Accept-Encoding": "gzip"}).text == SCRIPT
    assert visitor.get("/assets/twice-3c4d.js.br").status_code == 404
    with visitor.stream("GET", "/assets/main-1a2b.js", headers=taken) as answer:
        assert answer.headers["content-encoding"] == "gzip"


def test_a_page_that_did_not_change_is_not_sent_again(visitor: TestClient) -> None:
    tag = visitor.get("/").headers["etag"]
    again = visitor.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/api/", "/assets/gone-3c4d.js"])
def test_what_is_no_screen_is_not_answered_with_the_page(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json()["sentence"] == "There is nothing at this address."


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//secret.txt"])
def test_nothing_outside_the_folder_is_sent(visitor: TestClient, path: str) -> None:
    assert "not to be seen" not in visitor.get(path).text


def test_a_screen_takes_no_change(visitor: TestClient) -> None:
    assert visitor.post("/").status_code == 405


def test_what_is_sent_compressed_is_the_file(visitor: TestClient) -> None:
    with visitor.stream("GET", "/assets/main-1a2b.js") as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw).decode() == SCRIPT

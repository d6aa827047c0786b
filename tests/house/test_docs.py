"""What the pages say is so: links lead somewhere, commands and settings exist, files shown in full have no error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.catalog import discover_types
from builder.cli import COMMANDS
from builder.engine.check import check_graph
from builder.engine.findings import has_error
from builder.engine.source import check_source
from builder.governance import read_template
from builder.kit.documents import read_document
from builder.sdk.testing import check_examples
from builder.settings import describe_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([
    *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("nodes/*/*/*.md")
])  # fmt: skip
SETTINGS = {row.variable for row in describe_settings()}
ONLY_COMPOSE = {"HANDRAIL_POSTGRES_PASSWORD"}
"""Read by docker-compose.yml itself, to make an address of it."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?:^|[\s`/])handrail ([a-z]+)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [text for word, text in _FENCE.findall(page.read_text("utf-8")) if word == language]


def code_of(page: Path) -> Iterator[str]:
    """Every piece of a page that is code: indented lines, fences, what stands between backticks."""
    text = page.read_text("utf-8")
    for _, inside in _FENCE.findall(text):
        yield from inside.splitlines()
    rest = _FENCE.sub("", text)
    yield from (line for line in rest.splitlines() if line.startswith("    "))
    yield from re.findall(r"`([^`\n]+)`", rest)


def heading_marks(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def shown(begins: str) -> list[tuple[str, str]]:
    """(page, text) of every YAML block that begins so."""
    return [(name_of(page), text) for page in PAGES for text in blocks(page, "yaml") if text.startswith(begins)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if "://" in link:
            continue
        path, _, mark = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        assert not mark or mark in heading_marks(target), f"{name_of(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_exists(page: Path) -> None:
    named = {word for code in code_of(page) for word in _COMMAND.findall(code)}
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docker-compose.yml"], ids=name_of)
def test_every_setting_exists(page: Path) -> None:
    named = set(re.findall(r"HANDRAIL_[A-Z0-9_]+", page.read_text("utf-8")))
    assert named <= SETTINGS | ONLY_COMPOSE


@pytest.mark.parametrize(("page", "text"), shown("handrail: 1"))
def test_a_workflow_that_is_shown_has_no_error(page: str, text: str) -> None:
    workflow, findings = check_source(read_document(text.encode(), page).value)
    assert workflow is not None, findings
    found = check_graph(workflow, discover_types())
    assert not has_error(found), found


@pytest.mark.parametrize(("page", "text"), shown("handrail-governance: 1"))
def test_a_template_that_is_shown_can_be_read(page: str, text: str) -> None:
    assert read_template(read_document(text.encode(), page)).rules


def test_the_node_type_that_is_shown_does_what_its_examples_say(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "write-a-node.md"
    folder = tmp_path / "tool" / "word_count"
    folder.mkdir(parents=True)
    (folder / "node.py").write_text(blocks(page, "python")[0], "utf-8")
    (folder / "examples.yaml").write_text(blocks(page, "yaml")[0], "utf-8")
    assert check_examples(folder) == 3


def test_pages_show_both_kinds_of_files() -> None:
    assert len(shown("handrail: 1")) >= 1
    assert len(shown("handrail-governance: 1")) >= 3

"""The catalog: what is found, what a folder must be, and that what is scaffolded is right."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from builder.catalog import (
    CatalogError,
    check_node_folders,
    discover,
    discover_types,
    record_shapes,
    rules,
    scaffold_node,
)
from builder.sdk import Control, Kind, NodeType
from builder.sdk.testing import check_examples

NODES = Path(__file__).resolve().parents[3] / "nodes"


def test_every_folder_is_found() -> None:
    types = discover_types()
    folders = {f"{path.parents[1].name}.{path.parent.name}" for path in NODES.glob("*/*/node.py")}
    assert {key.partition("@")[0] for key in types} == folders
    assert all(kind.key() == key for key, kind in types.items())
    assert list(types) == sorted(types)


def test_every_folder_is_as_it_must_be() -> None:
    assert check_node_folders(NODES) == []


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_what_is_scaffolded_passes(kind: str, tmp_path: Path) -> None:
    folder = scaffold_node(kind, "new_thing", tmp_path)
    assert folder == tmp_path / kind / "new_thing"
    assert check_node_folders(tmp_path) == []
    assert check_examples(folder) >= 1


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("chart", "x", "no kind"), ("tool", "Big", "cannot be the name"), ("tool", "../x", "cannot be the name")],
)
def test_a_folder_that_cannot_be_is_refused(kind: str, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=words):
        scaffold_node(kind, name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    scaffold_node("tool", "x", tmp_path)
    with pytest.raises(CatalogError, match="already"):
        scaffold_node("tool", "x", tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("README.md", "# ", "", "README.md"),
        ("icon.svg", "<svg", "<img", "no SVG"),
        ("icon.svg", "<rect", "<script/><rect", "script"),
        ("examples.yaml", "Re: Hello", "Hello", "examples do not hold"),
        ("examples.yaml", "inputs: {text: Hello}", "inputs: {}", "do not fit"),
        ("node.py", "    effects = Effects()\n", "", "does not declare its `effects`"),
        ("node.py", "kind = Kind.TOOL", "kind = Kind.POLICY", "its kind is 'policy'"),
        ("node.py", '"tool.thing"', '"tool.think"', "by its folder"),
        ("node.py", "before a text.", "before a text", "full stop"),
        ("node.py", "from pydantic", "from builder.kit.ids import new_id\nfrom pydantic", "imports builder.kit.ids"),
        ("node.py", "from pydantic", "import yaml\nfrom pydantic", "imports yaml"),
        ("node.py", "        return Done", "        import yaml\n        return Done", "imports yaml"),
        ("node.py", "        return Done", "        import httpx  # heavy\n        return Done", "imports httpx"),
        ("node.py", "Control.STEP", "Control.CHOOSE", "from outside is `step` or `ask`"),
        ("node.py", "    Config =", "    endorses = True\n    Config =", "only a policy or a review"),
        ("node.py", "    Config =", "    replies = True\n    Config =", "requires status, headers and body"),
        ("node.py", "    prefix: str =", "    prefix: Any =", "may be anything"),
        ("node.py", "effects = Effects()", "effects = Effects()\n    narrow = lambda s, c: WIDE", "name 'WIDE'"),
        ("node.py", "NODE = Thing()", "", "cannot be loaded"),
        ("node.py", 'Out = free_record({"text": {"type": "string"}})', 'Out = {"type": "text"}', "Out:"),
    ],
)
def test_each_wrong_thing_is_told(file: str, old: str, new: str, words: str, tmp_path: Path) -> None:
    path = scaffold_node("tool", "thing", tmp_path) / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    sentences = [problem.sentence for problem in check_node_folders(tmp_path)]
    assert any(words in sentence for sentence in sentences), sentences


def test_another_library_may_be_loaded_where_it_is_first_used(tmp_path: Path) -> None:
    path = scaffold_node("tool", "thing", tmp_path) / "node.py"
    late = "        import yaml  # heavy: only this step needs it\n        assert yaml\n        return Done"
    path.write_text(path.read_text().replace("        return Done", late))
    assert check_node_folders(tmp_path) == []


@pytest.mark.parametrize("file", ["node.py", "README.md", "icon.svg", "examples.yaml", "test_thing.py"])
def test_a_missing_file_is_told(file: str, tmp_path: Path) -> None:
    (scaffold_node("tool", "thing", tmp_path) / file).unlink()
    assert any(file in problem.sentence for problem in check_node_folders(tmp_path))


def test_a_type_that_widens_its_effects_is_told(tmp_path: Path) -> None:
    path = scaffold_node("tool", "thing", tmp_path) / "node.py"
    more = "    effects = Effects()\n\n    def narrow(self, config):\n        return Effects(external=True)\n"
    path.write_text(path.read_text().replace("    effects = Effects()\n", more))
    assert any("does more" in problem.sentence for problem in check_node_folders(tmp_path))


def test_a_folder_without_nodes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no node"):
        check_node_folders(tmp_path)
    with pytest.raises(CatalogError, match="no folder"):
        check_node_folders(tmp_path / "nowhere")
    (tmp_path / "charts").mkdir()
    assert "no kind of node" in check_node_folders(tmp_path)[0].sentence


class Outside(NodeType):
    name = "tool.outside"
    title = "Outside"
    summary = "From another package."
    kind = Kind.TOOL
    control = Control.MERGE


def offer(value: str) -> EntryPoint:
    return EntryPoint("other", value, "handrail.nodes")


def test_a_type_from_outside_may_not_claim_a_control_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "entry_points", lambda group: [offer("others")])
    monkeypatch.setattr(discover, "load_package", lambda each: [Outside()])
    with pytest.raises(CatalogError, match="`step` or `ask`"):
        discover_types.__wrapped__()


def test_a_package_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(CatalogError, match="no_such_package"):
        list(discover.load_package(offer("no_such_package")))


def test_two_packages_do_not_offer_the_same_type(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fine(Outside):
        control = Control.STEP

    monkeypatch.setattr(discover, "entry_points", lambda group: [offer("a"), offer("b")])
    monkeypatch.setattr(discover, "load_package", lambda each: [Fine()])
    with pytest.raises(CatalogError, match="Two packages"):
        discover_types.__wrapped__()


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (str | None, None),
        (list[str], None),
        (dict[str, str], None),
        (list[dict[str, int]], None),
        (dict[str, Any], "unknown fields"),
        (dict[str, list[dict[str, str]]], "deeper"),
        (Any, "may be anything"),
        (list[Any], "may be anything"),
    ],
)
def test_a_form_shows_only_what_it_can(field: Any, words: str | None) -> None:
    model = type("Model", (BaseModel,), {"__annotations__": {"x": field}})
    found = list(rules.judge_form(model.model_json_schema()))
    assert (not found) if words is None else any(words in sentence for sentence in found), found


def test_a_shape_that_changes_asks_for_a_new_version(tmp_path: Path) -> None:
    folder = scaffold_node("tool", "thing", tmp_path)
    source = folder / "node.py"
    text = source.read_text("utf-8")
    changed = text.replace("    prefix: str", "    extra: int = 3\n    prefix: str", 1)
    assert changed != text
    source.write_text(changed, "utf-8")
    assert any("its version is still 1" in each.sentence for each in check_node_folders(tmp_path))
    source.write_text(changed.replace("    title = ", "    version = 2\n    title = ", 1), "utf-8")
    assert any("run `make format`" in each.sentence for each in check_node_folders(tmp_path))
    assert record_shapes(tmp_path) == [folder / "shape.json"]
    assert check_node_folders(tmp_path) == []


def test_a_change_within_the_same_second_is_seen(tmp_path: Path) -> None:
    folder = scaffold_node("tool", "thing", tmp_path)
    (folder / "node.py").write_text((folder / "node.py").read_text())
    assert check_node_folders(tmp_path) == []
    (folder / "node.py").write_text((folder / "node.py").read_text().replace('"tool.thing"', '"tool.think"'))
    assert any("by its folder" in problem.sentence for problem in check_node_folders(tmp_path))

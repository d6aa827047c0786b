"""Reads every node folder and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import yaml
from pydantic import ValidationError

from builder.catalog.discover import is_own
from builder.catalog.rules import judge_imports, judge_type
from builder.catalog.schemas import ENTRY_POINTS, CatalogError
from builder.catalog.shapes import judge_shape
from builder.engine.one_node import is_narrower
from builder.sdk import Kind, NodeType
from builder.sdk.testing import check_examples, load_node

_HIDDEN = ("_", ".")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a node folder."""

    folder: Path
    sentence: str


def check_node_folders(path: Path) -> list[Problem]:
    """Everything that is wrong with the node folders under a path, `kind/name` each.

    Raises:
        CatalogError: there is no such folder, or it holds none.
    """
    if not path.is_dir():
        raise CatalogError(f"There is no folder {path}.", way_out="Name the folder that holds kind/name.")
    outside = path.resolve() not in _own_folders()
    problems = []
    count = 0
    for kind in _folders_in(path):
        if kind.name not in {each.value for each in Kind}:
            kinds = ", ".join(each.value for each in Kind)
            problems.append(Problem(kind, f"{kind.name!r} is no kind of node; there are {kinds}."))
            continue
        for folder in _folders_in(kind):
            count += 1
            problems += [Problem(folder, sentence) for sentence in _judge_folder(folder, outside=outside)]
    if count == 0 and not problems:
        raise CatalogError(f"{path} holds no node folder.", way_out="A node lies in kind/name.")
    return problems


def _folders_in(path: Path) -> list[Path]:
    return sorted(each for each in path.iterdir() if each.is_dir() and not each.name.startswith(_HIDDEN))


def _own_folders() -> set[Path]:
    specs = [find_spec(offer.value) for offer in entry_points(group=ENTRY_POINTS) if is_own(offer)]
    return {Path(root).resolve() for spec in specs if spec for root in spec.submodule_search_locations or ()}


def _judge_folder(folder: Path, *, outside: bool) -> Iterator[str]:
    yield from _judge_files(folder)
    source = folder / "node.py"
    if not source.exists():
        yield "there is no node.py."
        return
    try:
        yield from judge_imports(source.read_text("utf-8"))
        node = load_node(folder)
        yield from judge_type(node, kind=folder.parent.name, word=folder.name, outside=outside)
        yield from judge_shape(node, folder)
    except Exception as problem:  # an author's module may fail in any way while it is imported and asked
        yield f"node.py cannot be loaded: {type(problem).__name__}: {problem}"
        return
    if (folder / "examples.yaml").exists():
        yield from _judge_examples(folder, node)


def _judge_files(folder: Path) -> Iterator[str]:
    readme, icon = folder / "README.md", folder / "icon.svg"
    if not readme.exists() or not readme.read_text("utf-8").startswith("# "):
        yield "README.md is missing, or does not begin with a title (`# …`)."
    if not icon.exists() or not icon.read_text("utf-8").lstrip().startswith("<svg"):
        yield "icon.svg is missing, or is no SVG."
    elif "<script" in icon.read_text("utf-8").lower():
        yield "icon.svg holds a script."
    if not (folder / "examples.yaml").exists():
        yield "examples.yaml is missing."
    if not (folder / f"test_{folder.name}.py").exists():
        yield f"test_{folder.name}.py is missing."


def _judge_examples(folder: Path, node: NodeType) -> Iterator[str]:
    try:
        check_examples(folder)
        examples = yaml.safe_load((folder / "examples.yaml").read_text("utf-8"))
        for example in examples:
            yield from _judge_effects(node, example.get("config") or {})
    except Exception as problem:  # an author's node may fail in any way; what it says is the finding
        yield f"its examples do not hold: {problem}"


def _judge_effects(node: NodeType, config: object) -> Iterator[str]:
    try:
        said = node.Config.model_validate(config)
    except ValidationError:
        return  # an example of a config that is refused
    if not is_narrower(node.narrow(said), node.effects):
        yield f"with the config {config} it says that it does more than its `effects` declare."

"""The law of the house, read from the source itself. There is no list of exceptions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(p for room in ("builder", "nodes", "benchmarks", "migrations") for p in (ROOT / room).rglob("*.py"))
PRODUCT = [path for path in SOURCES if path.parts[len(ROOT.parts)] in ("builder", "nodes")]
TESTS = sorted((ROOT / "tests").rglob("*.py"))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_test(path: Path) -> bool:
    return path.name.startswith("test_") or path.name == "conftest.py"


def line_of(path: Path, number: int) -> str:
    return text_of(path).splitlines()[number - 1]


def test_no_file_is_over_400_lines() -> None:
    long = {name_of(p): n for p in SOURCES if (n := len(text_of(p).splitlines())) > 400}
    assert long == {}


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{name_of(path)}:{f.lineno} {f.name}"
        for path in PRODUCT
        if not is_test(path)
        for f in functions(path)
        if (f.end_lineno or f.lineno) - f.lineno + 1 > 60
    ]
    assert long == []


def test_imports_inside_functions_are_heavy_and_say_so() -> None:
    bare = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        if not is_test(path)
        for f in functions(path)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom) and "#" not in line_of(path, node.lineno)
    ]
    assert bare == [], "an import inside a function needs its reason on the line"


def test_broad_excepts_give_their_reason() -> None:
    bare = []
    for path in PRODUCT:
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = "" if node.type is None else ast.unparse(node.type)
            if caught in ("", "Exception", "BaseException") and "#" not in line_of(path, node.lineno):
                bare.append(f"{name_of(path)}:{node.lineno}")
    assert bare == []


def test_silenced_checks_give_their_reason() -> None:
    silence = re.compile(
        r"#\s*(type:\s*ignore|noqa|pragma: no cover)(\[[^\]]*\]|: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*)?\s*(.*)$"
    )
    bare = []
    for path in [*SOURCES, *TESTS]:
        for number, line in enumerate(text_of(path).splitlines(), 1):
            found = silence.search(line)
            if found and path != Path(__file__) and not found.group(4).strip(" -#:"):
                bare.append(f"{name_of(path)}:{number}")
    assert bare == []


def test_skips_and_expected_failures_are_absent() -> None:
    mark = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail)\b|importorskip")
    found = [name_of(path) for path in [*TESTS, *PRODUCT] if path != Path(__file__) and mark.search(text_of(path))]
    assert found == [], "a missing part is a failure, never a skip"


def test_a_room_is_entered_by_its_front_door() -> None:
    rooms = {p.name for p in (ROOT / "builder").iterdir() if p.is_dir() and (p / "tables.py").exists()}
    broken = []
    for path in PRODUCT:
        here = path.relative_to(ROOT).parts[1].removesuffix(".py")
        for node in ast.walk(tree_of(path)):
            module = node.module if isinstance(node, ast.ImportFrom) and node.level == 0 else None
            parts = (module or "").split(".")
            if parts[0] == "builder" and len(parts) > 2 and parts[1] in rooms and parts[1] != here:
                broken.append(f"{name_of(path)} imports {module}")
    assert broken == []


def test_only_the_clock_reads_the_clock() -> None:
    reading = re.compile(r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\(|time\.time_ns\(")
    hearts = [p for p in PRODUCT if p.relative_to(ROOT).parts[1] in ("kit", "sdk", "engine") or p.name == "rules.py"]
    found = [name_of(p) for p in hearts if p.name != "clock.py" and reading.search(text_of(p))]
    assert found == []


def test_the_queue_is_only_a_doorbell() -> None:
    """No chord, chain, group, Celery retry, ETA, countdown, result backend, beat or revoke: each has lost work."""
    wrong = re.compile(
        r"from celery import .*\b(chain|chord|group|signature)\b|celery\.canvas|celery\.beat|\.s\(|\.si\(|"
        r"\beta=|countdown=|\.retry\(|\.revoke\(|result_backend\s*=\s*['\"]|AsyncResult"
    )
    found = [f"{name_of(p)}: {m.group()}" for p in PRODUCT if (m := wrong.search(text_of(p)))]
    assert found == []


def test_nothing_evaluates_host_code() -> None:
    wrong = {"eval", "exec", "compile", "__import__"}
    found = [
        f"{name_of(path)}:{node.lineno} {node.func.id}"
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wrong
    ]
    imports = [
        name_of(path)
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import) and any(alias.name in ("pickle", "marshal", "shelve") for alias in node.names)
    ]
    assert found + imports == []


def test_every_room_says_what_it_is() -> None:
    mute = [
        name_of(init)
        for init in sorted((ROOT / "builder").glob("*/__init__.py"))
        if not (ast.get_docstring(tree_of(init)) or "").startswith(("A ", "An ", "The "))
    ]
    assert mute == []


def test_migrations_stand_in_one_line_and_say_what_they_are() -> None:
    before: str | None = None
    for number, path in enumerate(sorted((ROOT / "migrations" / "versions").glob("*.py")), 1):
        said = {
            node.targets[0].id: node.value.value
            for node in tree_of(path).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        assert path.name.startswith(f"{number:04}_"), f"{path.name}: two have one number, or one is missing"
        assert (said["revision"], said["down_revision"]) == (f"{number:04}", before), path.name
        assert said.get("kind") in ("expand", "contract"), f'{path.name} must say `kind = "expand"` or "contract"'
        before = said["revision"]


@pytest.mark.parametrize("word", ["service", "handler", "helper", "helpers", "utils", "util", "manager"])
def test_no_file_is_called_by_an_empty_word(word: str) -> None:
    assert [name_of(path) for path in PRODUCT if word in path.stem.split("_")] == []


def test_no_machine_path_or_registry_host_is_named() -> None:
    here = "|".join(re.escape(f"{place}/") for place in (ROOT, Path.home()) if place != Path("/"))
    hosts = re.compile(rf"{here}|files\.pythonhosted|registry\.npmjs|pypi\.org/simple")
    files = [p for p in ROOT.rglob("*") if p.is_file() and is_ours(p) and p != Path(__file__)]
    found = [name_of(p) for p in files if hosts.search(p.read_text(encoding="utf-8", errors="ignore"))]
    assert found == []


def is_ours(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts
    foreign = {".git", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", ".handrail",
               ".pytest_cache", ".import_linter_cache", ".peers", ".node", ".artefacts", "dist", "build"}  # fmt: skip
    return not foreign.intersection(inside) and path.stat().st_size < 2_000_000

"""Whatever a person gives the command line, it ends with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.rooms.cli.conftest import GOVERNANCE, TICKET, WORKFLOW, Handrail

RUN = "0000000000000"

PLACED: dict[str, str | bytes] = {
    "no.yaml": "a: [1\nb: }",
    "binary.yaml": bytes(range(256)),
    "alias.yaml": "a: &x 1\nb: *x\n",
    "bomb.yaml": "a: &a [1, 1]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "tag.yaml": 'a: !!python/object/apply:os.system ["true"]\n',
    "merge.yaml": "a: {b: 1}\n<<: {c: 2}\n",
    "two.yaml": "a: 1\n---\nb: 2\n",
    "deep.yaml": "a: " + "[" * 10_000 + "]" * 10_000,
    "deep.json": "[" * 10_000 + "]" * 10_000,
    "deep_object.json": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "cut.json": '{"handrail": 1,',
    "long.json": '{"name": "' + "x" * 4_000_000 + '"}',
    "nan.json": '{"handrail": NaN}',
    "nan.yaml": "handrail: .nan",
    "infinite.json": '{"handrail": 1e999}',
    "huge.json": '{"handrail": ' + "9" * 5_000 + "}",
    "huge.yaml": "handrail: " + "9" * 30,
    "twice.yaml": "handrail: 1\nname: a\nname: b\n",
    "twice.json": '{"a": 1, "a": 2}',
    "nul.yaml": 'a: "\\0"',
    "surrogate.json": '{"a": "\\ud800"}',
}
"""Files that are no plain data: the sentence says where."""

OTHERS: dict[str, str | bytes | None] = {
    "missing.yaml": None,
    "folder": None,
    "large.json": '{"name": "' + "x" * 10_000_000 + '"}',
}

TAKERS: dict[str, tuple[object, ...]] = {
    "check": ("check", "FILE"),
    "weave": ("weave", "FILE"),
    "explain": ("explain", "FILE"),
    "verify": ("verify", "FILE"),
    "run": ("run", "FILE", "--input", TICKET),
    "input": ("run", WORKFLOW, "--input", "FILE"),
    "governance": ("check", WORKFLOW, "--governance", "FILE"),
    "answers": ("run", WORKFLOW, "--input", TICKET, "--answers", "FILE"),
}
"""How each option and argument takes a file."""


def put(folder: Path, name: str, content: str | bytes | None) -> Path:
    """A file; for None nothing, or a folder when it is called so."""
    path = folder / name
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    elif content is not None:
        path.write_bytes(content)
    elif name == "folder":
        path.mkdir()
    return path


def command(taker: str, path: Path) -> list[object]:
    return [path if word == "FILE" else word for word in TAKERS[taker]]


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("name", [*PLACED, *OTHERS])
def test_a_file_that_is_no_plain_data(handrail: Handrail, tmp_path: Path, taker: str, name: str) -> None:
    path = put(tmp_path, name, (PLACED | OTHERS)[name])
    said = handrail(*command(taker, path)).sentence()
    assert name in said
    assert len(said) < 400 + len(str(path))
    if name in PLACED:
        assert re.search(r"line \d+, column \d+: ", said)
    record = handrail(*command(taker, path), "--json")
    assert record.code == 2
    error = record.document()["error"]
    assert said == " ".join(filter(None, [error["sentence"], error.get("way_out")]))


# ------------------------------------------------------------------ readable, and wrong

WRONG = {
    "empty": "",
    "a text": "hello",
    "a list": "[1, 2]",
    "another version": "handrail: 99\nname: X\nnodes: {}\n",
    "an unknown field": "handrail: 1\nname: X\nnonsense: 3\nnodes: {a: {type: flow.transform@1}}\n",
    "wrong types": "handrail: 1\nname: 3\ninputs: 7\nnodes: [1]\nedges: {}\nresult: hi\n",
    "wrong nodes": "handrail: 1\nname: X\nnodes: {a: 3, b: {type: 9}, c: {type: no.such@1, config: 4}, d: null}\n",
    "wrong edges": "handrail: 1\nname: X\nnodes: {a: {type: flow.transform@1}}\nedges: [1, {from: a}, {from: 3}]\n",
    "wrong bodies": "handrail: 1\nname: X\nnodes: {m: {type: flow.map@1, config: {body: 3}}, "
    "n: {type: flow.map@1, config: {body: {nodes: {x: 3}}}}}\n",
    "a broken condition": "handrail: 1\nname: X\nnodes: {b: {type: flow.branch@1, "
    'config: {cases: [{port: a, when: "((("}], otherwise: c}}}\n',
    "a call of itself": "handrail: 1\nname: X\nnodes: {c: {type: flow.call@1, config: {workflow: wrong.yaml}}}\n",
    "a call of a folder": "handrail: 1\nname: X\nnodes: {c: {type: flow.call@1, config: {workflow: .}}}\n",
}  # fmt: skip


@pytest.mark.parametrize("taker", ["check", "weave", "explain", "run"])
@pytest.mark.parametrize("about", WRONG)
def test_a_workflow_that_is_wrong_is_told_with_all_findings(
    handrail: Handrail, tmp_path: Path, taker: str, about: str
) -> None:
    path = put(tmp_path, "wrong.yaml", WRONG[about])
    told = handrail(*command(taker, path))
    assert (told.code, told.err) == (1, "")
    assert f"error   {path}" in told.out
    record = handrail(*command(taker, path), "--json")
    assert record.code == 1
    findings = record.document()["findings"]
    assert any(each["severity"] == "error" for each in findings)
    assert all(each["sentence"] and each["way_out"] for each in findings)


def test_a_step_that_is_no_object_is_named(handrail: Handrail, tmp_path: Path) -> None:
    told = handrail("check", put(tmp_path, "wrong.yaml", WRONG["wrong nodes"]))
    assert "`a` must be an object, not 3." in told.out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is not a governance file: `handrail-governance` is missing."),
        ("[1]", "is not a governance file"),
        ("handrail-governance: 9\n", "line 1, column 1: "),
        ("handrail-governance: 1\nname: X\n", "line 1, column 1: owner: "),
        (GOVERNANCE.read_text(encoding="utf-8") + "\nnonsense: 1\n", ", column 1: nonsense: "),
    ],
)
def test_a_file_that_is_no_governance(handrail: Handrail, tmp_path: Path, content: str, sentence: str) -> None:
    path = put(tmp_path, "rules.yaml", content)
    for words in (["check", WORKFLOW], ["weave", WORKFLOW], ["run", WORKFLOW, "--input", TICKET]):
        assert sentence in handrail(*words, "--governance", GOVERNANCE, "--governance", path).sentence()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("hello", "line 1, column 1: the file: it must be an object."),
        ("a: 3\n", "line 1, column 1: a: it must be an object."),
        ("a: {decision: maybe, by: Ann}\n", "line 1, column 5: a.decision: "),
        ("a: {decision: approve, by: Ann, other: 1}\n", "line 1, column 33: a.other: "),
        ("a: {decision: approve, by: 3}\n", "line 1, column 24: a.by: "),
        ("a: {decision: approve}\n", "does not say who decided"),
    ],
)
def test_answers_that_are_none(handrail: Handrail, tmp_path: Path, content: str, sentence: str) -> None:
    path = put(tmp_path, "answers.yaml", content)
    assert sentence in handrail("run", WORKFLOW, "--input", TICKET, "--answers", path).sentence()
    assert sentence in handrail("resume", RUN, "--answers", path).sentence()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "--input is empty."),
        ('{"a":', "--input, line 1, column 6: "),
        ("[" * 10_000, "--input, line 1, column 65: "),
        ("[1]", "The input does not fit."),
        ("{}", "`ticket`: It is missing."),
        ("nowhere.json", "There is no file nowhere.json."),
        ("x" * 5_000, "cannot be read: File name too long."),
    ],
)
def test_an_input_that_cannot_be_used(handrail: Handrail, given: str, sentence: str) -> None:
    assert sentence in handrail("run", WORKFLOW, "--input", given).sentence()
    ended = handrail("run", WORKFLOW, "--input", given, "--json")
    assert (ended.code, list(ended.document())) == (2, ["error"])


def test_a_signals_body_that_cannot_be_used(handrail: Handrail) -> None:
    assert handrail("signal", RUN, "paid", "--body", "{").sentence().startswith("--body, line 1, column 2: ")


def test_a_file_whose_name_is_no_text_is_told_all_the_same(handrail: Handrail) -> None:
    name = "a\udcff.yaml"
    assert "There is no file" in handrail("check", name).sentence()
    assert handrail("check", name, "--json").document()["error"]["sentence"] == f"There is no file {name}."


# ------------------------------------------------------------------ ids, names, words


@pytest.mark.parametrize("words", [["show"], ["cancel"], ["resume"], ["signal", "paid"], ["retry", "step"]])
@pytest.mark.parametrize("run_id", ["x", RUN, "z" * 13, "ilou000000000", "000000000000é", "1" * 14, ""])
def test_a_run_that_is_not_there(handrail: Handrail, words: list[str], run_id: str) -> None:
    said = handrail(words[0], run_id, *words[1:]).sentence()
    assert "There is no run" in said if run_id == RUN else "is not an id" in said


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\udcffb"])
def test_a_starter_that_is_no_name(handrail: Handrail, name: str) -> None:
    assert "--as takes a name" in handrail("run", WORKFLOW, "--input", TICKET, "--as", name).sentence()


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["check"],
        ["check", WORKFLOW, WORKFLOW],
        ["check", WORKFLOW, "--stage", "nonsense"],
        ["run", WORKFLOW],
        ["run", WORKFLOW, "--input", "{}", "--nonsense"],
        ["run", WORKFLOW, "--input", "{}", "--mode", "nonsense"],
        ["runs", "--limit", "0"],
        ["runs", "--limit", "many"],
        ["runs", "--state", "nonsense"],
        ["audit", "nonsense"],
    ],
)
def test_a_command_line_that_cannot_be_meant(handrail: Handrail, words: list[object]) -> None:
    assert handrail(*words).sentence().endswith("--help` shows what can be written.")
    record = handrail(*words, "--json")
    assert (record.code, record.document()["error"]["code"]) == (2, "usage")


def test_no_words_at_all_are_answered_with_help(handrail: Handrail) -> None:
    ended = handrail()
    assert (ended.code, ended.err) == (0, "")
    assert "Commands" in ended.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--new", "nonsense"], "is no kind of node"),
        (["--new", "tool."], "cannot be the name of a node type"),
        (["--new", "tool.../../x"], "cannot be the name of a node type"),
        (["--check", "--folder", "nowhere"], "There is no folder nowhere."),
        (["--record", "--folder", "nowhere"], "There is no folder nowhere."),
    ],
)
def test_node_folders_that_are_none(handrail: Handrail, words: list[str], sentence: str) -> None:
    assert sentence in handrail("nodes", *words).sentence()


@pytest.mark.parametrize("place", [".", "nowhere/x"])
def test_a_place_that_cannot_be_written(handrail: Handrail, place: str) -> None:
    assert "cannot be written: " in handrail("weave", WORKFLOW, "--output", place).sentence()
    assert "cannot be written: " in handrail("audit", "export", place).sentence()


@pytest.mark.parametrize("key", [None, b"", b"zz" * 32, b"\xff" * 31])
def test_a_public_key_that_is_none(handrail: Handrail, tmp_path: Path, key: bytes | None) -> None:
    woven = tmp_path / "woven.json"
    assert handrail("weave", WORKFLOW, "--output", woven).code == 0
    path = put(tmp_path, "key", key)
    assert "public key" in handrail("verify", woven, "--public-key", path).sentence()


# ------------------------------------------------------------------ exports of the audit

HEADER: dict[str, Any] = {"format": "handrail.audit/1", "organisation": "x", "public_key": "00" * 32, "size": 0}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory."),
        ("", "starts with a line whose format"),
        ("hello\n", "line 1 of"),
        (bytes(range(256)), "line 1 of"),
        ("[" * 10_000 + "]" * 10_000, "line 1 of"),
        (json.dumps({**HEADER, "public_key": 5}), "names a public key"),
        (json.dumps({**HEADER, "size": None}), "names its organisation and its size"),
        (json.dumps({**HEADER, "organisation": []}), "names its organisation and its size"),
    ],
)
def test_a_file_that_is_no_audit(
    handrail: Handrail, tmp_path: Path, content: str | bytes | None, sentence: str
) -> None:
    path = put(tmp_path, "audit.jsonl", content)
    assert sentence in handrail("audit", "verify", path).sentence()
    assert list(handrail("audit", "verify", path, "--json").document()) == ["error"]


@pytest.mark.parametrize("line", [{"head": 5}, {"head": {}}, {"event": 5}, {"event": {}, "position": "a"}, {}])
def test_an_audit_with_a_line_that_is_none_does_not_hold(
    handrail: Handrail, tmp_path: Path, line: dict[str, Any]
) -> None:
    path = put(tmp_path, "audit.jsonl", f"{json.dumps(HEADER)}\n{json.dumps(line)}\n")
    ended = handrail("audit", "verify", path, "--json")
    assert (ended.code, ended.document()["holds"]) == (1, False)


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("HANDRAIL_DATABASE_URL", "nonsense", "HANDRAIL_DATABASE_URL: it must be an address"),
        ("HANDRAIL_DATABASE_URL", "postgresql://u:hidden@127.0.0.1:nine/x", "The database's address cannot be read."),
        ("HANDRAIL_DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/x", "The database cannot be used: "),
        ("HANDRAIL_DATABASE_URL", "sqlite:///{here}", "The database cannot be used: unable to open database file."),
        ("HANDRAIL_DATABASE_URL", "sqlite:///{here}/junk", "The database cannot be used: file is not a database."),
        ("HANDRAIL_BROKER_URL", "http://x", "HANDRAIL_BROKER_URL: it must be an address"),
        ("HANDRAIL_BROKER_URL", "redis://x", "several processes need PostgreSQL"),
        ("HANDRAIL_PAYLOADS", "s3://", "HANDRAIL_PAYLOADS: it must name a bucket"),
        ("HANDRAIL_WORKER_THREADS", "NaN", "a whole number from 1 to 64"),
        ("HANDRAIL_WORKER_THREADS", "9" * 5_000, "a whole number from 1 to 64"),
        ("HANDRAIL_LOG_LEVEL", "loud", "it must be one of debug, info, warning, error, not 'loud'."),
        ("HANDRAIL_VAULT_KEY", "secret", "HANDRAIL_VAULT_KEY: it must be 64 hex digits."),
        ("HANDRAIL_HOME", "{here}/junk", "cannot be"),
        ("HANDRAIL_MODELS", "{here}/nowhere.yaml", "cannot be read: No such file or directory."),
        ("HANDRAIL_MODELS", "{here}/junk", "junk, line 1, column 1: "),
        ("HANDRAIL_MODEL", "nonsense:::", "HANDRAIL_MODEL asks for 'nonsense:::'"),
        ("OLLAMA_HOST", "http://[::", "OLLAMA_HOST is not the address"),
    ],
)
def test_a_setting_that_cannot_be_meant(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    put(tmp_path, "junk", "hello " * 1_000)
    monkeypatch.setenv(variable, value.format(here=tmp_path))
    for words in (["runs"], ["show", RUN], ["run", WORKFLOW, "--input", TICKET], ["audit", "verify"]):
        ended = handrail(*words)
        said = ended.sentence()
        assert sentence in said
        assert ".." not in said.replace("./", "")
        assert "hidden" not in said
        assert "secret" not in said
    assert list(handrail("runs", "--json").document()) == ["error"]

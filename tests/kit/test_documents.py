"""Files: what is read, where it stands, and the sentence for what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.documents import MAX_BYTES, DocumentError, read_document, write_yaml

from .schemas import PLAIN

TRICKY = st.sampled_from([
    "", " ", "no", "Yes", "on", "null", "~", "true", "1", "007", "1_000", "0x1f", "0o7", "12:30", "2026-01-01", "1e5",
    ".5", "+49", ".inf", "<<", "- a", "# a", "a #b", "a: b", "a:", ": a", "{{ x }}", "A {{ x }} b", "*a", "&a", "!a",
    "%a", "@a", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "a\n b\n", "\na", "a \nb", "a\tb\nc", "\ta", "a\r\nb", "---",
    "--- a\n...\n", "...", "? a", "'a'", '"a"', "a\\b", "\x7f", "\x85", "\u2028x", "\ufeffx", "é", "日本", "😀",
    "x" * 600, "x" * 1100, "a\u00a0b", "|", ">-", "[a]", "a,b", "`a`", "=", "a\x07b", "\u200b", "a\n\u3000b",
])  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30) | TRICKY
VALUES = st.recursive(
    PLAIN | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    written = write_yaml(value)
    assert repr(read_document(written.encode(), "x.yaml").value) == repr(value)
    assert write_yaml(read_document(written.encode(), "x.yaml").value) == written


@given(VALUES)
def test_json_is_read_as_the_library_reads_it(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert repr(read_document(text.encode(), "x.json").value) == repr(value)


@given(VALUES)
def test_every_part_has_its_place(value: Any) -> None:
    document = read_document(json.dumps(value, indent=1).encode(), "x.json")
    lines = json.dumps(value, indent=1).split("\n")

    def look(part: Any, path: tuple[str | int, ...]) -> None:
        place = document.place(path)
        assert place is not None
        at_place = lines[place[0] - 1][place[1] - 1 :]
        if path and isinstance(path[-1], str):
            assert at_place.startswith(json.dumps(path[-1]))
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            look(inner, (*path, key))

    look(value, ())
    assert document.place(("no", "such", 7)) is None


@given(st.text(max_size=200) | st.text(alphabet="{}[]:,\"'\\-?|>&*!%@`#~ \n\tab1.", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for name in ("x.yaml", "x.json"):
        error = refusal(text.encode("utf-8", "surrogatepass"), name)
        if error is not None:
            assert error.sentence.startswith(f"{name}, line {error.line}, column {error.column}: ")
            assert min(error.line, error.column) >= 1
            assert "\n" not in error.sentence


def refusal(source: bytes, name: str) -> DocumentError | None:
    try:
        read_document(source, name)
    except DocumentError as error:
        return error
    return None


YAML = b"""\
name: Support
nodes:
  send:
    type: tool.http_request@1
    tags: [a, 'b']
edges:
  - {from: a, to: b}
  - to: c
"""


def test_places_in_yaml() -> None:
    document = read_document(YAML, "triage.yaml")
    assert document.place(()) == (1, 1)
    assert document.place(("nodes", "send", "type")) == (4, 5)
    assert document.place(("nodes", "send", "tags", 1)) == (5, 15)
    assert document.place(("edges", 0, "to")) == (7, 15)
    assert document.place(("edges", 1)) == (8, 5)
    error = document.error(("nodes", "send", "config", "url"), "It is missing.")
    assert error.sentence == "triage.yaml, line 3, column 3: It is missing."


def test_words_of_yaml_stay_texts() -> None:
    source = (
        b"a: no\nb: on\nc: 2026-01-01\nd: 1_000\ne: 007\nf: 12:30\ng: +49123\nh: 0x1f\ni: 1.5.2\nj: y\n1: k\nnull: l\n"
    )
    value = read_document(source, "x.yaml").value
    assert list(value.values()) == [
        "no", "on", "2026-01-01", "1_000", "007", "12:30", "+49123", "0x1f", "1.5.2", "y", "k", "l",
    ]  # fmt: skip
    assert list(value)[-2:] == ["1", "null"]


def test_plain_scalars_that_are_more_than_texts() -> None:
    source = b"[null, ~, true, False, 12, -3, 1.5, -2.0, 1e3, .5, '1', \"true\", ]"
    assert repr(read_document(source, "x.yaml").value) == (
        "[None, None, True, False, 12, -3, 1.5, -2.0, 1000.0, 0.5, '1', 'true']"
    )


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    ("source", "name", "line", "column", "part"),
    [
        (b"a: 1\na: 2", "x.yaml", 2, 1, "'a' already stands in line 1"),
        (b'{"a": 1,\n "a": 2}', "x.json", 2, 2, "'a' already stands in line 1"),
        (BOMB.encode(), "x.yaml", 1, 4, "aliases"),
        (b"a: *b", "x.yaml", 1, 4, "aliases"),
        (b"a: !!python/object/apply:os.system ['x']", "x.yaml", 1, 4, "Tags"),
        (b"a: !x 1", "x.yaml", 1, 4, "Tags"),
        (b"%TAG ! tag:x,2000:\n---\n!foo 1", "x.yaml", 3, 1, "Tags"),
        (b"<<: {a: 1}", "x.yaml", 1, 1, "merge"),
        (b"a: 1\n---\nb: 1", "x.yaml", 2, 1, "second document"),
        (b"? [a]\n: 1", "x.yaml", 1, 3, "key must be a text"),
        (b"a: {{ x }}", "x.yaml", 1, 5, "key must be a text"),
        (b"a: .nan", "x.yaml", 1, 4, "NaN"),
        (b"a: -.Inf", "x.yaml", 1, 4, "NaN"),
        (b'{"a": NaN}', "x.json", 1, 7, "NaN"),
        (b'{"a": -Infinity}', "x.json", 1, 7, "NaN"),
        (b"[1, 1e999]", "x.json", 1, 5, "too large"),
        (b"a: 1e999", "x.yaml", 1, 4, "too large"),
        (b"[9223372036854775808]", "x.json", 1, 2, "64 bits"),
        (b"a: -9223372036854775809", "x.yaml", 1, 4, "64 bits"),
        (b"[" + b"9" * 1_000_000 + b"]", "x.json", 1, 2, "64 bits"),
        (b"a: " + b"9" * 100_000, "x.yaml", 1, 4, "64 bits"),
        (b'["\\u0000"]', "x.json", 1, 2, "NUL"),
        (b'a: "\\0"', "x.yaml", 1, 4, "NUL"),
        (b"a: b\x00c", "x.yaml", 1, 5, "NUL"),
        (b'["\\ud800"]', "x.json", 1, 2, "surrogate"),
        (b'a: "\\ud800"', "x.yaml", 1, 7, "Unicode"),
        (b"a: b\nc: \xff", "x.yaml", 2, 4, "UTF-8"),
        (b"[" * 10_000, "x.json", 1, 65, "deeper"),
        (b"[" * 10_000, "x.yaml", 1, 65, "deeper"),
        (b'{"a":' * 10_000, "x.json", 1, 321, "deeper"),
        (b"- " * 10_000, "x.yaml", 1, 129, "deeper"),
        (b"[" + b"1," * 120_000 + b"1]", "x.json", 1, 200_000, "parts"),
        (b"- 1\n" * 120_000, "x.yaml", 100_000, 3, "parts"),
        (b"a" * (MAX_BYTES + 1), "x.yaml", 1, 1, "5,000,001 bytes"),
        (b'["' + b"a" * 1_000_001 + b'"]', "x.json", 1, 2, "1,000,001 characters"),
        (b"a: " + b"a" * 1_000_001, "x.yaml", 1, 4, "1,000,001 characters"),
        (b"", "x.json", 1, 1, "the end of the file"),
        (b'{"a" 1}', "x.json", 1, 6, ": is expected"),
        (b"[1 2]", "x.json", 1, 4, ", or ] is expected"),
        (b"[1,]", "x.json", 1, 4, "a value is expected"),
        (b'{"a": 1,}', "x.json", 1, 9, "a key in double quotes"),
        (b"{'a': 1}", "x.json", 1, 2, "a key in double quotes"),
        (b"[1]x", "x.json", 1, 4, "the end is expected"),
        (b"[01]", "x.json", 1, 2, "'01'"),
        (b'["a', "x.json", 1, 2, "does not end"),
        (b'["a\nb"]', "x.json", 1, 2, "must be escaped"),
        (b"a: b: c", "x.yaml", 1, 5, "not valid YAML"),
        (b"a:\n\t- b", "x.yaml", 2, 1, "not valid YAML"),
        (b"a: \x07", "x.yaml", 1, 4, "does not allow"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence_with_its_place(
    source: bytes, name: str, line: int, column: int, part: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(source, name)
    assert part in caught.value.sentence
    assert (caught.value.line, caught.value.column) == (line, column)
    assert len(caught.value.sentence) < 300
    assert caught.value.as_record()["sentence"] == caught.value.sentence


def test_text_that_begins_like_json_is_json_unless_its_name_says_yaml() -> None:
    assert read_document(b' {"a": 1}', "--input").value == {"a": 1}
    assert read_document(b"{a: 1}", "x.yml").value == {"a": 1}
    assert read_document(b"\xef\xbb\xbfa: 1", "x").value == {"a": 1}
    assert read_document(b"", "x.yaml").value is None


def test_written_yaml_reads_well() -> None:
    value = {
        "handrail": 1,
        "name": "Support triage",
        "ok": "no",
        "prompt": "Answer politely.\n\nTicket: {{ ticket }}\n",
        "nodes": {"a": {"tags": [], "when": "a.b < 0.7", "rate": 1e20}},
        "edges": [{"from": "a", "to": "b"}, ["x", "z"]],
    }
    assert write_yaml(value) == (
        'handrail: 1\nname: Support triage\nok: "no"\nprompt: |\n  Answer politely.\n\n  Ticket: {{ ticket }}\n'
        "nodes:\n  a:\n    tags: []\n    when: a.b < 0.7\n    rate: 1.0e+20\n"
        "edges:\n  - from: a\n    to: b\n  - - x\n    - z\n"
    )


@pytest.mark.parametrize("value", [float("nan"), [float("inf")]])
def test_what_yaml_cannot_say_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError):
        write_yaml(value)


@pytest.mark.parametrize("value", [object(), {1: 2}, (1,)])
def test_what_is_not_plain_data_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        write_yaml(value)

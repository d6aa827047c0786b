"""What a node author tests with: a Context that needs no run, and a checker for a folder's `examples.yaml`.

    from pathlib import Path
    from builder.sdk.testing import check_examples

    def test_examples() -> None:
        check_examples(Path(__file__).parent)

`examples.yaml` is a list. Each example has a `title`, `config`, `inputs`, and one expectation:

    - title: A short answer
      config: {model: default, prompt: "Answer: {{ ticket }}"}
      inputs: {ticket: "The printer is on fire"}
      model: "Please leave the room."          # scripted answers: one or a list; also `{text, record, confidence}`
      expect: {port: done, output: {text: "Please leave the room."}}

| expectation | holds when |
|---|---|
| `{port: P, output: {…}}` | the node is done behind P; the named fields are so (others are free) |
| `{refused: words}` | it refuses, and its reason contains the words |
| `{ask: {…}}` | it asks people; the named fields of the Question are so |
| `{wait: {…}}` | it waits; the named fields of the Wait are so |
| `{fails: code}` | it fails with this code |
| `{invalid: words}` | the config itself is refused, and why contains the words |
| `{ports: [P, …]}` | the outlets under this config; for nodes that the machine itself runs |

In an expected text, `…` stands for anything. More keys of an example: `schemas` (field → its schema, where the value
alone does not say it), `labels` (that the inputs carry), `target` (config of the node at whose door a policy stands),
`mode`, `http` (scripted answers: `{status, headers, body | json}`), `answer` (`{decision, by, reason, edit}`: what the
people asked say; the expectation is then about what follows). A scripted answer may be
`{fails: transient, code: …, sentence: …}`.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import yaml
from pydantic import BaseModel, ValidationError

from builder.kit.shapes import schema_of, validate
from builder.kit.tokens import TokenBook
from builder.sdk.context import NodeError, Vault
from builder.sdk.files import StoredFile
from builder.sdk.models import HttpAnswer, HttpRequest, ModelAnswer, ModelRequest
from builder.sdk.node_type import NodeType
from builder.sdk.outcomes import Ask, Decision, Done, Failed, FailureClass, Outcome, Refused, Usage, Wait
from builder.sdk.values import JSON, Control, Kind, Mode, Schema

_KEYS = {
    "title", "config", "inputs", "schemas", "labels", "target", "mode", "model", "http", "answer", "expect", "files",
    "credentials",
}  # fmt: skip
_WORDS = {"port", "refused", "ask", "wait", "fails", "invalid", "ports"}


@dataclass
class TestContext:
    """A Context in memory.

    Attributes:
        models: what `ask_model` answers, in order.
        answers: what `send` answers, in order.
        credentials: name → what `open_credential` gives.
        addresses: host → what `find_address` gives; a host that is not in it is refused.
        files: id → what `read_file` gives; what `keep_file` keeps is added.
        asked, sent, told: what the node asked for, sent and told, in order.
        tokens: the vault; None for a node that may not reach one.
        target: what `describe_target` gives.
        present: what `now` gives.
    """

    __test__: ClassVar[bool] = False  # pytest would collect it for its name

    mode: Mode = Mode.LIVE
    run_id: str = "0000000000001"
    path: str = "node"
    idempotency_key: str = "key-of-this-step"
    schema: Schema = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    models: list[ModelAnswer | Failed] = field(default_factory=list)
    answers: list[HttpAnswer | Failed] = field(default_factory=list)
    credentials: dict[str, Mapping[str, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    target: JSON = None
    tokens: Vault | None = field(default_factory=lambda: TokenBook(b"a key for tests only"))
    present: datetime = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    asked: list[ModelRequest] = field(default_factory=list)
    sent: list[HttpRequest] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def vault(self) -> Vault:
        """The vault, as for a node of kind policy."""
        if self.tokens is None:
            raise PermissionError("only a node of kind policy reaches the vault")
        return self.tokens

    def now(self) -> datetime:
        """The moment that the test chose."""
        return self.present

    def evaluate(self, expression: str, values: Mapping[str, JSON]) -> JSON:
        """The expression over these values, their shapes unknown."""
        from builder.kit.expressions import compile_expression  # heavy: CEL is loaded on first use

        return compile_expression(expression, {name: {} for name in values}).evaluate(values)

    def render(self, template: str, values: Mapping[str, JSON]) -> str:
        """The template over these values, their shapes unknown."""
        from builder.kit.expressions import compile_template  # heavy: CEL is loaded on first use

        return compile_template(template, {name: {} for name in values}).evaluate(values)

    def describe_target(self) -> JSON:
        """The config that the test chose."""
        return self.target

    async def ask_model(self, request: ModelRequest) -> ModelAnswer:
        """The next scripted answer."""
        self.asked.append(request)
        if not self.models:
            raise AssertionError("the node asked a model, and the test has no answer left")
        answer = self.models.pop(0)
        if isinstance(answer, Failed):
            raise NodeError(answer)
        return answer

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """The next scripted answer."""
        self.sent.append(request)
        if not self.answers:
            raise AssertionError("the node sent a request, and the test has no answer left")
        answer = self.answers.pop(0)
        if isinstance(answer, Failed):
            raise NodeError(answer)
        return answer

    async def open_credential(self, name: str, *, to: str = "") -> Mapping[str, str]:
        """The credential that the test chose, whatever the address."""
        if name not in self.credentials:
            raise NodeError(Failed(FailureClass.PERMANENT, "credential_unknown", f"There is no credential {name!r}."))
        return self.credentials[name]

    async def find_address(self, host: str, port: int) -> str:
        """The address that the test chose."""
        if host not in self.addresses:
            raise NodeError(Failed(FailureClass.PERMANENT, "host_not_allowed", f"{host} may not be reached."))
        return self.addresses[host]

    async def read_file(self, file: str) -> StoredFile:
        """The file that the test chose, or that the node kept."""
        if file not in self.files:
            raise NodeError(Failed(FailureClass.PERMANENT, "file_unknown", f"There is no file {file!r}."))
        return self.files[file]

    async def keep_file(self, name: str, media_type: str, content: bytes) -> StoredFile:
        """Keeps it in `files`."""
        kept = StoredFile(f"file{len(self.files) + 1:09d}", name, media_type, len(content), content)
        self.files[kept.id] = kept
        return kept

    def tell(self, sentence: str) -> None:
        """Keeps the line in `told`."""
        self.told.append(sentence)


class ExamplesError(AssertionError):
    """Some examples of a node folder do not hold; the message lists them all."""


class _FreshLoader(SourceFileLoader):
    """Reads a module from its text, always: compiled code is told apart from its source only by size and second."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def load_node(folder: Path) -> NodeType:
    """The `NODE` of a folder's `node.py`.

    Raises:
        AssertionError: the module has no such constant.
    """
    parts, top = ["node"], folder.resolve()
    while (top / "__init__.py").exists():
        parts.insert(0, top.name)
        top = top.parent
    if len(parts) > 1 and str(top) in sys.path:
        module = importlib.import_module(".".join(parts))
    else:
        name, file = f"node_in_{folder.name}", str(folder / "node.py")
        spec = importlib.util.spec_from_file_location(name, file, loader=_FreshLoader(name, file))
        assert spec is not None, f"{folder} has no node.py"
        assert spec.loader is not None, f"{folder} has no node.py"
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # pydantic looks there for the names in annotations
        spec.loader.exec_module(module)
    node = getattr(module, "NODE", None)
    assert isinstance(node, NodeType), f"{folder}/node.py ends with `NODE = …`, an instance of its NodeType"
    return node


def check_examples(folder: Path) -> int:
    """Runs every example of a node folder and gives their number.

    Raises:
        ExamplesError: with one line for each example that does not hold.
    """
    node = load_node(folder)
    examples = yaml.safe_load((folder / "examples.yaml").read_text("utf-8"))
    if not isinstance(examples, list) or not examples:
        raise ExamplesError(f"{folder}/examples.yaml is a list of at least one example")
    wrong = []
    for number, example in enumerate(examples, 1):
        title = example.get("title") or f"example {number}"
        wrong += [f"{node.key()}, {title}: {problem}" for problem in check_example(node, example)]
    if wrong:
        raise ExamplesError("\n".join(wrong))
    return len(examples)


def check_example(node: NodeType, example: Mapping[str, Any]) -> list[str]:
    """One example as a list of what does not hold; empty when all is well."""
    expect = example.get("expect") or {}
    if unknown := set(example) - _KEYS:
        return [f"an example has no key {', '.join(sorted(unknown))}"]
    if len(_WORDS & set(expect)) != 1 or set(expect) - _WORDS - {"output"}:
        return [f"`expect` holds exactly one of {', '.join(sorted(_WORDS))}"]
    try:
        config = node.Config.model_validate(example.get("config") or {})
    except ValidationError as error:
        if "invalid" in expect:
            return _missing(str(expect["invalid"]), str(error), "the config is refused, but")
        return [f"the config is refused: {error}"]
    if "invalid" in expect:
        return ["the config was expected to be refused, and is fine"]
    ports = [port.name for port in node.ports_of(config)]
    if "ports" in expect:
        return [] if ports == expect["ports"] else [f"its ports are {ports}, not {expect['ports']}"]
    return _check_outcome(node, config, example, ports)


def _check_outcome(node: NodeType, config: Any, example: Mapping[str, Any], ports: list[str]) -> list[str]:
    inputs = example.get("inputs") or {}
    given = {name: schema_of(value) for name, value in inputs.items()} | dict(example.get("schemas") or {})
    shapes = node.shapes(config, given)
    if problems := validate(inputs, shapes.inputs):
        return [f"the inputs do not fit: {problem.path} {problem.sentence}" for problem in problems]
    context = TestContext(
        mode=Mode(example.get("mode", "live")),
        schema=shapes.inputs,
        labels=frozenset(example.get("labels") or ()),
        models=[_model_answer(item) for item in _listed(example.get("model"))],
        answers=[_http_answer(item) for item in _listed(example.get("http"))],
        target=example.get("target"),
        credentials=dict(example.get("credentials") or {}),
        files=_given_files(example.get("files") or {}),
    )
    if node.kind is not Kind.POLICY:
        context.tokens = None
    outcome = _outcome_of(node, config, inputs, context, example.get("answer"))
    wrong = _compare(outcome, example["expect"])
    if isinstance(outcome, Done) and not wrong:
        for port in outcome.taken:
            if port not in ports:
                wrong.append(f"it took port {port!r}, which it does not have")
            else:
                problems = validate(outcome.output, shapes.outputs[port])
                wrong += [f"the output does not fit its schema: {each.path} {each.sentence}" for each in problems]
    return wrong


def _outcome_of(node: NodeType, config: Any, inputs: Any, context: TestContext, answer: Any) -> Outcome:
    outcome: Outcome
    try:
        if node.control is Control.ASK:
            outcome = Ask(node.question(config, inputs))
        else:
            outcome = asyncio.run(node.run(config, inputs, context))
        if answer is not None and isinstance(outcome, Ask):
            outcome = node.answer(config, inputs, Decision(**answer), context)
    except NodeError as error:
        outcome = error.failed
    return outcome


def _compare(outcome: Outcome, expect: Mapping[str, Any]) -> list[str]:
    word = next(iter(_WORDS & set(expect)))
    match outcome:
        case Done(output=output) if word == "port":
            wrong = [] if expect["port"] in outcome.taken else [f"it took {outcome.taken}, not {expect['port']!r}"]
            return wrong + _differences(output, expect.get("output", {}), "output")
        case Refused(reason=reason) if word == "refused":
            return _missing(str(expect["refused"]), reason, "it refused, but")
        case Ask(question=question) if word == "ask":
            return _differences(_as_data(question), expect["ask"], "question")
        case Wait() if word == "wait":
            return _differences(_as_data(outcome), expect["wait"], "wait")
        case Failed(code=code) if word == "fails":
            return [] if code == expect["fails"] else [f"it failed with {code!r}, not {expect['fails']!r}"]
    return [f"expected {dict(expect)}, got {outcome}"]


def _differences(got: Any, wanted: Any, where: str) -> list[str]:
    if isinstance(wanted, Mapping):
        if not isinstance(got, Mapping):
            return [f"{where} is {got!r}, not an object"]
        wrong = []
        for key, value in wanted.items():
            wrong += _differences(got[key], value, f"{where}.{key}") if key in got else [f"{where}.{key} is missing"]
        return wrong
    if isinstance(wanted, list):
        if not isinstance(got, list | tuple) or len(got) != len(wanted):
            return [f"{where} is {got!r}, not {wanted!r}"]
        return [
            line
            for at, pair in enumerate(zip(got, wanted, strict=True))
            for line in _differences(*pair, f"{where}[{at}]")
        ]
    if isinstance(wanted, str) and isinstance(got, str) and "…" in wanted:
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        return [] if re.fullmatch(pattern, got, re.DOTALL) else [f"{where} is {got!r}, not {wanted!r}"]
    same = got == wanted and isinstance(got, bool) == isinstance(wanted, bool)
    return [] if same else [f"{where} is {got!r}, not {wanted!r}"]


def _missing(wanted: str, got: str, start: str) -> list[str]:
    return [] if wanted.lower() in got.lower() else [f"{start} does not say {wanted!r}: {got}"]


def _as_data(value: Any) -> Any:
    """A dataclass, date or config as the plain data that an example can write."""
    if hasattr(value, "__dataclass_fields__"):
        return {each.name: _as_data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_as_data(item) for item in value]
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _given_files(said: Mapping[str, Any]) -> dict[str, StoredFile]:
    """Files by id: `{name, media_type, text}`, or `base64` instead of `text`."""
    found = {}
    for number, each in said.items():
        content = base64.b64decode(each["base64"]) if "base64" in each else str(each.get("text", "")).encode()
        media_type = each.get("media_type", "text/plain")
        found[number] = StoredFile(number, each.get("name", "file.txt"), media_type, len(content), content)
    return found


def _scripted_failure(item: Mapping[str, Any]) -> Failed:
    failure = FailureClass(item["fails"])
    return Failed(
        failure, item.get("code", "scripted"), item.get("sentence", "as the test says"), item.get("retry_after")
    )


def _model_answer(item: Any) -> ModelAnswer | Failed:
    if not isinstance(item, Mapping):
        item = {"text": str(item)}
    if "fails" in item:
        return _scripted_failure(item)
    record = item.get("record")
    text = item.get("text", "" if record is None else json.dumps(record))
    return ModelAnswer(text, Usage(model="scripted"), record, item.get("confidence"))


def _http_answer(item: Mapping[str, Any]) -> HttpAnswer | Failed:
    if "fails" in item:
        return _scripted_failure(item)
    headers = {name.lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    body = str(item.get("body", ""))
    if "json" in item:
        body = json.dumps(item["json"])
        headers.setdefault("content-type", "application/json")
    return HttpAnswer(int(item.get("status", 200)), tuple(headers.items()), body.encode())

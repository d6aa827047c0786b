"""How a call that started a run is answered: at once with the run's address, or with what the run answers. Pure.

What a run sends back goes to a machine and never to a browser: it carries no cookie and no script, and a type of
content that a browser would show as a page is not passed on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.engine.plan import Plan
from builder.engine.state import RunStatus
from builder.kit.ids import show_id
from builder.runs import RunAnswer
from builder.sdk import JSON, NodeType

_OWN_HEADER = re.compile(r"x-(?!(accel|lighttpd|litespeed|reproxy)-|sendfile)[a-z0-9-]{1,60}\Z")
"""A header of the sender's own; the words left out make a proxy in front serve files of its own machine."""
_PASSED_ON = frozenset({"cache-control", "retry-after", "content-language", "etag"})
_TEXT = re.compile(r"[\x20-\x7e]{0,2000}\Z")
_TYPES = re.compile(r"(?:application/(?:[a-z0-9.+-]+\+)?json|text/plain|text/csv)(?:; ?charset=utf-8)?\Z")
_SENTENCES = {
    RunStatus.FAILED: "The run failed.",
    RunStatus.REFUSED: "The run was refused.",
    RunStatus.CANCELLED: "The run was cancelled.",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def replying_nodes(plan: Plan, types: Mapping[str, NodeType]) -> frozenset[str]:
    """Paths of the nodes of a plan whose output answers the caller, without indices."""
    return frozenset(
        f"{scope}.{node.id}" if scope else node.id
        for scope, graph in plan.graphs.items()
        for node in graph.nodes.values()
        if node.type in types and types[node.type].replies
    )


def say_started(run_id: int | None, url: str, **more: Any) -> Reply:
    """At once: the run's address, where it can be read (`Location`) and looked at."""
    if run_id is None:
        return _json(200, {"run": None, **more}, {})
    shown = show_id(run_id)
    return _json(202, {"run": shown, "page": f"{url}/runs/{shown}", **more}, {"Location": f"/api/runs/{shown}"})


def say_answer(run_id: int, answer: RunAnswer) -> Reply:
    """What the run answers: the reply of a step, or its result, or that it came to no good end."""
    headers = {"Location": f"/api/runs/{show_id(run_id)}"}
    if answer.status is None:
        return _say_reply(answer.value, headers)
    if answer.status is RunStatus.SUCCEEDED:
        return _json(200, answer.value, headers)
    record = {"code": "run_" + answer.status.value, "sentence": _SENTENCES[answer.status]}
    status = 502 if answer.status is RunStatus.FAILED else 409
    return _json(status, record | {"params": {"run": show_id(run_id)}}, headers)


def _say_reply(value: JSON, headers: Mapping[str, str]) -> Reply:
    """A step's `{status, headers, body}`, as far as it may be passed on."""
    status = value.get("status") if isinstance(value, dict) else None
    if not isinstance(status, int) or not (200 <= status < 300 or 400 <= status < 600):
        record = {"code": "bad_reply", "sentence": "The run replied with what is no answer."}
        return _json(502, record, headers)
    said = {str(name).lower(): str(text) for name, text in (value.get("headers") or {}).items()}
    kept = {
        name: text
        for name, text in said.items()
        if (name in _PASSED_ON or _OWN_HEADER.match(name)) and _TEXT.match(text)
    }
    body, kind = value.get("body"), said.get("content-type", "").lower()
    if status == 204 or body is None:
        return Reply(status, {**kept, **headers}, b"")
    if isinstance(body, str) and _TYPES.match(kind) and "json" not in kind:
        return Reply(status, {**kept, **headers, "Content-Type": kind}, body.encode())
    if isinstance(body, str) and not kind:
        return Reply(status, {**kept, **headers, "Content-Type": "text/plain; charset=utf-8"}, body.encode())
    return Reply(status, {**kept, **headers, "Content-Type": "application/json"}, _dump(body))


def _json(status: int, value: JSON, headers: Mapping[str, str]) -> Reply:
    return Reply(status, {**headers, "Content-Type": "application/json"}, _dump(value))


def _dump(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

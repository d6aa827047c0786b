"""Which refusals each call can meet, read from what the call takes, so that no route writes them down; and what is
said of a call that cannot be read.

A route that can refuse in a way which its kind of call does not (`502` to a sender that waits, say) names that status
in its own `responses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from fastapi import FastAPI

_SAID = {
    400: ("Unusable", "What was sent cannot be used."),
    401: ("SignedOut", "Nobody is signed in, or not as it must be."),
    403: ("Forbidden", "Whoever asks may not do this."),
    404: ("NotFound", "There is no such thing, or none that may be seen."),
    409: ("Conflict", "It cannot be done as things stand."),
    413: ("TooLarge", "More was sent than is taken here."),
    415: ("WrongType", "What was sent is of a type that is not taken here."),
    422: ("Malformed", "What was sent does not have the form that is described."),
    428: ("Unseen", "A change says which state it was made on."),
    429: ("TooFast", "This is asked too often."),
    500: ("Fault", "Something is wrong here; the log says what."),
    502: ("NoAnswer", "What was asked for came to nothing elsewhere."),
    503: ("NotReady", "This process cannot do its work now."),
}
_REFUSED = 400
_RANGES = ("4XX", "5XX")


class Described(FastAPI):
    """An API whose description names every refusal that a call can meet.

    Attributes:
        public: (method, path) of the calls that nobody need be signed in for.
    """

    public: AbstractSet[tuple[str, str]] = frozenset()

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            describe_refusals(super().openapi(), self.public)
        return super().openapi()


def describe_refusals(document: dict[str, Any], public: AbstractSet[tuple[str, str]]) -> None:
    """Puts every refusal that a call can meet into an OpenAPI document, in place of the ranges that stand there.

    Args:
        document: it is changed. Its ranges of statuses say how a refusal looks.
        public: (method, path) of the calls that nobody need be signed in for.
    """
    form: Mapping[str, Any] = {}
    met: set[int] = set()
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            said = call["responses"]
            form = said.get(_RANGES[0], form)
            own = {int(status) for status in said if status.isdigit() and int(status) >= _REFUSED}
            found = own | set(_refusals_of(method.upper(), call, is_public=(method.upper(), path) in public))
            for status in (*_RANGES, *map(str, own)):
                said.pop(status, None)
            said.update(
                {str(status): {"$ref": f"#/components/responses/{_SAID[status][0]}"} for status in sorted(found)}
            )
            met |= found
    document["components"]["responses"] = {
        _SAID[status][0]: {**form, "description": _SAID[status][1]} for status in sorted(met)
    }


def _refusals_of(method: str, call: Mapping[str, Any], *, is_public: bool) -> Iterator[int]:
    places = {(each["in"], each["name"].lower()) for each in call.get("parameters", ())}
    writes, has_body = method != "GET", "requestBody" in call
    yield 500
    if not is_public:
        yield from (401, 403)
    elif writes:
        yield 401
    if writes:
        yield from (400, 403, 409, 429)
    if places or has_body:
        yield from (400, 404, 422)
    if has_body:
        yield 413
    if ("header", "if-match") in places:
        yield 428


def say_malformed(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]] | None:
    """What is wrong with a request, field by field; None where its address alone is none.

    Args:
        errors: as pydantic found them. Nothing of what was sent is repeated.
    """
    if all(each["loc"][0] == "path" for each in errors):
        return None
    return [
        {"field": ".".join(map(_show_part, _place_of(each)[1:])), "sentence": _sentence_of(each)} for each in errors
    ]


def _show_part(part: int | str) -> str:
    """A part of a place; the name of a field that we do not know may be anything, and is shown when it is a name."""
    text = str(part)
    return text if len(text) <= 60 and text.replace("-", "_").replace("_", "a").isalnum() else "…"


def _place_of(problem: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where it is; the character from which a body is no JSON is no field of it."""
    place: tuple[int | str, ...] = tuple(problem["loc"])
    return place[:1] if problem["type"] == "json_invalid" else place


def _sentence_of(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "There is no such field."
    if problem["type"] == "json_invalid":
        return f"It is no JSON, from character {problem['loc'][-1]} on."
    if problem["type"] == "model_attributes_type":
        return "It must be a record, sent as JSON with `content-type: application/json`."
    if problem["type"] == "dict_type":
        return "It must be a record."
    return f"{str(problem['msg']).rstrip('.')}."

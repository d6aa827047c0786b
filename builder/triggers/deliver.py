"""Taking a delivery in: who sends it, whether it is meant for a run, and that what comes twice starts once.

A delivery is judged without a lock, in the order that tells a stranger least: the address, how often it comes, the
signature, and only then what is in it. What starts a run is kept in one transaction: key, run, what arrived, and the
line of the log. Whatever is refused is written down with its reason, though not more often than `LOGGED` allows, so
that nobody can fill the disk; what could not be written is counted on the next line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from builder.db import to_milliseconds
from builder.engine.triggers import NAMES
from builder.engine.webhooks import WebhookSettings
from builder.kit.errors import HandrailError
from builder.kit.expressions import EvaluationError, ExpressionError
from builder.kit.ids import new_id
from builder.kit.pace import Pace
from builder.kit.sealing import open_sealed, seal
from builder.kit.shapes import ShapeError, normalise
from builder.runs import RunInputError
from builder.sdk import JSON
from builder.teams import Installation, NotAdmittedError
from builder.triggers.hooks import LISTENS, hash_hook_key, open_secrets
from builder.triggers.reasons import PAUSES, refuse
from builder.triggers.schemas import (
    HookRefusal,
    Key,
    KeyReusedError,
    NotStartableError,
    Started,
    Trigger,
    TriggerOffError,
    UnknownHookError,
)
from builder.triggers.signatures import BadSignature, judge_signature
from builder.triggers.start import start_by_trigger
from builder.triggers.store.hooks import insert_delivery, list_secrets, read_hook_by_key, update_hook
from builder.triggers.switch import pause_trigger

LOGGED = (1.0, 60)
"""Lines of the log for what starts nothing: of one webhook, a second in the long run, and at once after a rest."""
HEARD = frozenset({"filtered", "sample"})
"""What shows a sample of what arrives although it starts nothing: with it a webhook has listened long enough."""
_KEPT_BACK = re.compile(r"authorization|cookie|proxy-|webhook-signature|x-forwarded|forwarded|connection|via|te\Z")
_JSON_TYPE = re.compile(r"application/(?:[a-z0-9.!#$&^_-]+\+)?json\Z")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_AS_IT_IS = frozenset({"", "identity"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_MOST_HEADERS = 60
_LONGEST_HEADER = 2_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrived: headers by names in small letters, as often as they came; the body; whether it was cut off."""

    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery.

    Attributes:
        started: the run; None when nothing was started: it was filtered, or only shows what arrives.
        state: `started`, `again`, `filtered` or `sample`.
    """

    trigger: Trigger
    settings: WebhookSettings
    state: str
    started: Started | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it is when something arrives."""

    trigger: Trigger
    settings: WebhookSettings
    row: Any
    now: datetime


class Log:
    """Says which lines of the log are written: all that start something, and of the others not too many."""

    def __init__(self) -> None:
        self.pace = Pace()
        self._left_out: Counter[int] = Counter()
        self._lock = Lock()

    def admit(self, trigger_id: int) -> int | None:
        """How many lines were left out before this one; None: this one is left out too."""
        with self._lock:
            if self.pace.take(f"line {trigger_id}", *LOGGED):
                self._left_out[trigger_id] += 1
                return None
            return self._left_out.pop(trigger_id, 0)


_LOG = Log()
_PACE = Pace()


def take_delivery(site: Installation, key: str, arrived: Arrived) -> Taken:
    """Takes a delivery in; what became of it. Each transaction is this function's own.

    Raises:
        UnknownHookError: the address leads nowhere.
        HookRefusal: it is refused; the reason stands in the log.
    """
    hashed = hash_hook_key(key)
    with site.database.read() as session:
        found = None if hashed is None else read_hook_by_key(session, hashed)
        if found is None:
            raise UnknownHookError("There is nothing at this address.")
        trigger, row = found
        hook = Hook(trigger, _read_settings(trigger), row, row.now)
        secrets = list_secrets(session, trigger.id, row.now) if hook.settings.signed else ()
    try:
        return _judge(site, hook, open_secrets(secrets, trigger.id, site.vault_key), arrived)
    except HookRefusal as refusal:
        _write_refusal(site, hook, arrived, refusal)
        raise


def _read_settings(trigger: Trigger) -> WebhookSettings:
    try:
        return WebhookSettings.model_validate(trigger.settings)
    except ValidationError:  # a file brought it, it is off, and nobody has mended it yet
        raise UnknownHookError("Nobody has finished what stands at this address.") from None


def _judge(site: Installation, hook: Hook, secrets: Sequence[str], arrived: Arrived) -> Taken:
    """Everything that may be said of a delivery, the cheapest and least telling first."""
    _expect_pace(hook)
    if arrived.too_large:
        raise refuse("too_large")
    headers = _read_headers(arrived.headers)
    key = _identify(hook, secrets, headers, arrived.body)
    values = {"body": _read_body(headers, arrived.body), "headers": _headers_shown(headers)}
    wanted, why = _is_wanted(hook, values)
    if not wanted:
        _write(site, hook, arrived, "filtered", key=key, values=values, reason=why and "lacks", sentence=why)
        return Taken(hook.trigger, hook.settings, "filtered")
    if not hook.trigger.starts and _listens(hook):
        _write(site, hook, arrived, "sample", key=key, values=values)
        return Taken(hook.trigger, hook.settings, "sample")
    started = _start(site, hook, arrived, values, key)
    return Taken(hook.trigger, hook.settings, "again" if started.again else "started", started)


def _expect_pace(hook: Hook) -> None:
    each_second = hook.settings.per_minute / 60
    wait = _PACE.take(f"hook {hook.trigger.id}", each_second, max(5, hook.settings.per_minute // 6))
    if wait:
        seconds = max(1, round(wait + 0.5))
        raise refuse("too_fast", seconds=seconds)


def _read_headers(said: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; one that decides something must not come twice. What is compressed is not unpacked."""
    headers: dict[str, str] = {}
    for name, value in said:
        if name in headers and (name.startswith("webhook-") or name in ("idempotency-key", "content-type")):
            raise refuse("bad_headers", said=f"The header {name} came more than once.")
        headers[name] = value
    if headers.get("content-encoding", "").strip().lower() not in _AS_IT_IS:
        raise refuse("packed")
    return headers


def _identify(hook: Hook, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> Key | None:
    """Who sends it, if that must be shown; and what tells this delivery from another."""
    own = headers.get("webhook-id") or headers.get("idempotency-key")
    if hook.settings.signed:
        try:
            own = judge_signature(headers, body, secrets, hook.now).id
        except BadSignature as problem:
            raise refuse(problem.reason) from None
    elif hook.row.unsigned_by is None:
        raise refuse("unsigned")
    if own is None:
        return None
    if not _KEY.fullmatch(own):
        raise refuse("bad_key")
    return Key(own, hashlib.sha256(body).hexdigest())


def _read_body(headers: Mapping[str, str], body: bytes) -> JSON:
    """The body as plain data, by its declared type only."""
    kind, *parameters = headers.get("content-type", "").lower().split(";")
    said = dict(each.strip().partition("=")[::2] for each in parameters)
    if not _JSON_TYPE.match(kind.strip()) or said.get("charset", "utf-8").strip('"') not in _CHARSETS:
        raise refuse("content_type")
    if not body.strip():
        raise refuse("no_body")
    try:
        return normalise(json.loads(body.decode(), object_pairs_hook=_once), {})
    except UnicodeDecodeError:
        raise refuse("not_utf8") from None
    except json.JSONDecodeError as problem:
        where = f"The body is no JSON: line {problem.lineno}, column {problem.colno} cannot be read."
        raise refuse("bad_body", said=where) from None
    except ShapeError as problem:
        raise refuse("bad_body", said=f"The body cannot be used: {problem.sentence}") from None
    except (ValueError, RecursionError):
        raise refuse("bad_body") from None


def _once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    """A record; a name that stands in it twice could mean one thing to us and another to its sender."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise refuse("same_name")
    return record


def _headers_shown(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that a workflow may read: none that opens a door."""
    shown = ((name, value[:_LONGEST_HEADER]) for name, value in headers.items() if not _KEPT_BACK.match(name))
    return {name: value.replace("\x00", "") for name, value in list(shown)[:_MOST_HEADERS]}


def _is_wanted(hook: Hook, values: Mapping[str, JSON]) -> tuple[bool, str]:
    """Whether a delivery is meant for a run. One that lacks what the condition reads is not; why stands beside it."""
    try:
        condition = hook.settings.condition(NAMES["webhook"])
        return condition is None or condition.evaluate(values) is True, ""
    except (EvaluationError, ExpressionError) as problem:
        if isinstance(problem, EvaluationError) and problem.lacks:
            return False, problem.sentence
        raise refuse("condition", said=f"Whether this is meant for a run could not be told: {problem}") from None


def _listens(hook: Hook) -> bool:
    since = hook.row.listens_since
    return since is not None and hook.now < since + LISTENS


def _start(site: Installation, hook: Hook, arrived: Arrived, values: Mapping[str, JSON], key: Key | None) -> Started:
    """Key, run, what arrived and the line of the log, in one transaction."""
    number = new_id(to_milliseconds(hook.now))
    sealed = seal_delivery(site.vault_key, number, values)
    try:
        with site.transaction() as session:
            started = start_by_trigger(session, hook.trigger, values, site, key=key)
            if not started.again:
                line = {"id": number, "state": "started", "run_id": started.run_id, "sealed": sealed}
                insert_delivery(session, _line(hook.trigger, arrived, key) | line, hook.now)
            if hook.row.listens_since is not None:
                update_hook(session, hook.trigger.id, {"listens_since": None})
    except TriggerOffError as problem:
        raise refuse("off", values=values) from problem
    except KeyReusedError as problem:
        raise refuse("key_reused", values=values) from problem
    except RunInputError as problem:
        raise refuse("input", said=problem.sentence, values=values) from problem
    except NotStartableError as problem:
        reason = str(problem.params.get("reason", "input"))
        if reason == "input":
            raise refuse("input", said=problem.sentence, values=values) from problem
        if reason in PAUSES:
            with site.transaction() as session:
                pause_trigger(session, hook.trigger, reason, problem.sentence, hook.now)
        raise refuse(reason, log=problem.sentence, values=values) from problem
    except HandrailError as problem:
        why = problem.why if isinstance(problem, NotAdmittedError) else problem.sentence
        raise refuse(problem.code, log=why, values=values) from problem
    if started.again:
        _write(site, hook, arrived, "again", key=key, run=started.run_id)
    return started


# ---------------------------------------------------------------- the log


def seal_delivery(vault_key: bytes, delivery_id: int, values: Mapping[str, JSON]) -> bytes:
    """What arrived, as its row keeps it."""
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    sealed: bytes = seal(vault_key, plain, f"delivery {delivery_id}".encode())
    return sealed


def open_delivery(vault_key: bytes, delivery_id: int, sealed: bytes) -> Mapping[str, JSON]:
    """What arrived: `body` and `headers`."""
    found: Mapping[str, JSON] = json.loads(open_sealed(vault_key, bytes(sealed), f"delivery {delivery_id}".encode()))
    return found


def _line(trigger: Trigger, arrived: Arrived, key: Key | None) -> dict[str, Any]:
    values = {"trigger_id": trigger.id, "team_id": trigger.team_id, "size": len(arrived.body)}
    return {**values, "key": "" if key is None else key.text}


def _write(
    site: Installation, hook: Hook, arrived: Arrived, state: str, *, key: Key | None, run: int | None = None,
    values: Mapping[str, JSON] | None = None, reason: str = "", sentence: str = "",
) -> None:  # fmt: skip
    """One line of the log, unless there were too many."""
    more = _LOG.admit(hook.trigger.id)
    if more is None:
        return
    number = new_id(to_milliseconds(hook.now))
    sealed = None if values is None else seal_delivery(site.vault_key, number, values)
    line = {"id": number, "state": state, "run_id": run, "sealed": sealed, "more": more}
    line |= {"reason": reason, "sentence": sentence}
    with site.transaction() as session:
        insert_delivery(session, _line(hook.trigger, arrived, key) | line, hook.now)
        if state in HEARD and _listens(hook):
            update_hook(session, hook.trigger.id, {"listens_since": None})


def _write_refusal(site: Installation, hook: Hook, arrived: Arrived, refusal: HookRefusal) -> None:
    own = dict(arrived.headers).get("webhook-id", "")
    key = Key(own, "") if _KEY.fullmatch(own) else None
    _write(
        site, hook, arrived, "refused", key=key, values=refusal.values, reason=refusal.reason,
        sentence=refusal.log,
    )  # fmt: skip


def write_replay(session: Session, site: Installation, trigger: Trigger, old: Any, values: Mapping[str, JSON],
                 run: int, now: datetime) -> int:  # fmt: skip
    """The line of a delivery that somebody sent in again by hand."""
    number = new_id(to_milliseconds(now))
    sealed = seal_delivery(site.vault_key, number, values)
    line = {"trigger_id": trigger.id, "team_id": trigger.team_id, "size": old.size, "key": ""}
    line |= {"id": number, "state": "started", "run_id": run, "replay_of": old.id, "sealed": sealed}
    return insert_delivery(session, line, now)

"""The Journal of an execution: what is decided but not committed yet, and how it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from builder.db import to_milliseconds, write_json
from builder.engine.events import RunWrite, StepWrite, Write
from builder.engine.plan import PlanNode
from builder.engine.state import FINAL_RUNS, RunState, RunStatus, StepStatus
from builder.governance import Spender, Spent
from builder.kit.ids import new_id
from builder.kit.shapes import at_path
from builder.runs import store
from builder.runs.hold import Hold
from builder.runs.hot import Closing, Committed, StepCommit
from builder.runs.loading import INLINE_AT_MOST, seal_tokens, store_text
from builder.runs.performing import Asked
from builder.runs.records import RecordHash, write_row
from builder.runs.schemas import NOTHING, Row, StoredText
from builder.runs.store import Signal
from builder.runs.trouble import Trouble, tell_trouble
from builder.sdk import Control, Question, VerdictWord

_Beside = Callable[[Session], None]
_FINAL = frozenset(status.value for status in FINAL_RUNS)


@dataclass(frozen=True, slots=True)
class Leave:
    """How a run that has not ended leaves: when it wakes by itself, and what it may have been told at most."""

    wake: datetime | None = None
    told: int | None = None


_AT_ONCE = Leave()


class Journal:
    """What one run has not committed yet.

    Attributes:
        taken: signals that were taken in.
        committed: what came back with the last commit.
    """

    def __init__(self, hold: Hold, last: int, before: RecordHash) -> None:
        self._hold = hold
        self._hash = before
        self._last = last
        self._writes: list[Write] = []
        self._beside: list[_Beside] = []
        self._questions: dict[str, Asked] = {}
        self._sync = False
        self._takes: list[Signal] = []
        self.taken: set[int] = set()
        self.committed = Committed(hold.claim.told, hold.claim.cancel_by, closed=False)

    def __len__(self) -> int:
        return len(self._writes)

    # ------------------------------------------------------------------ noting

    def add(self, writes: Iterable[Write]) -> None:
        """Notes what the machine wrote, and what other rooms must write beside it."""
        for write in writes:
            self._writes.append(write)
            if isinstance(write, RunWrite):
                self._sync = True
                continue
            if write.scope:
                continue
            node = self._hold.node(write.path)
            if node.control is Control.STEP and not node.pure:
                self._sync = True
            if write.status in _NOTED or write.verdict is not None:
                self._note(write)

    def _note(self, write: StepWrite) -> None:
        if write.status is StepStatus.WAITING and write.path in self._questions:
            self._open(write, self._questions.pop(write.path))
        elif write.status is StepStatus.UNCERTAIN:
            self._beside.append(self._opening(write, new_token(self._hold), "uncertain", {"why": write.why}))
            self._beside.append(lambda session: tell_trouble(session, self._hold.run_id, "run_uncertain"))
        refused = write.status is StepStatus.REFUSED
        if refused or (write.verdict is not None and write.verdict.word is VerdictWord.BLOCK):
            kind = "policy_blocked" if write.verdict is not None else "step_refused"
            self.audit(kind, {"path": write.path, "why": write.why})

    def ask(self, asked: Asked) -> None:
        """Notes what the step that is about to park asks."""
        self._questions[asked.event.path] = asked

    def _open(self, write: StepWrite, asked: Asked) -> None:
        hold, reach = self._hold, self._hold.reach
        question = with_proposal_schema(asked.question, hold.node(write.path))
        duties = [guard.duties for guard in hold.plan.guards if guard.word == "separate"]
        token = new_token(hold)
        self._beside.append(self._opening(write, token, "ask", asdict(question)))
        if reach.on_park is None:
            return
        park = reach.on_park

        def tell_desk(session: Session) -> None:
            park(
                session, run_id=hold.run_id, path=write.path, token=token, question=question, mode=hold.mode,
                starter=hold.claim.starter, authors=hold.plan.authors, duties=duties,
            )  # fmt: skip

        self._beside.append(tell_desk)

    def _opening(self, write: StepWrite, token: int, kind: str, question: Any) -> _Beside:
        values = {"token": token, "run_id": self._hold.run_id, "path": write.path, "attempt": write.attempt}
        values |= {"kind": kind, "question": question}
        return lambda session: store.open_wait(session, values)

    def withdraw(self, path: str, why: str) -> None:
        """Notes that nobody need answer a step any more."""
        run_id, on_withdraw = self._hold.run_id, self._hold.reach.on_withdraw

        def close(session: Session) -> None:
            if store.close_wait(session, run_id, path, None, why[:200]) is not None and on_withdraw is not None:
                on_withdraw(session, run_id=run_id, path=path, why=why)

        self._beside.append(close)

    def take(self, signal: Signal) -> None:
        """Notes that a signal has had its effect."""
        self.taken.add(signal.id)
        self._takes.append(signal)

    def audit(self, kind: str, facts: dict[str, Any]) -> None:
        """Notes something that must be provable later."""
        append, run_id = self._hold.reach.audit, self._hold.run_id
        if append is not None:
            facts = {"mode": self._hold.mode.value, **facts}
            self._beside.append(lambda session: append(session, kind=kind, run_id=run_id, facts=facts))

    def _count(self, spent: list[tuple[str, Spent]]) -> None:
        claim, on_spend = self._hold.claim, self._hold.reach.on_spend
        if on_spend is not None:
            spender = Spender(claim.run_id, claim.team_id, claim.workflow_id)
            self._beside.append(on_spend(spender, spent))

    def forget_intents(self, paths: Collection[str]) -> None:
        """Takes back the starts of steps that have not been begun, and leaves the signals that led to them untaken."""
        self._takes = [signal for signal in self._takes if signal.path not in paths]
        self._writes = [
            write
            for write in self._writes
            if not (isinstance(write, StepWrite) and write.status is StepStatus.RUNNING and write.path in paths)
        ]

    def tell(self, kind: Trouble) -> None:
        """Tells who answers for the workflow, with the next commit."""
        self._beside.append(lambda session: tell_trouble(session, self._hold.run_id, kind))

    # ------------------------------------------------------------------ committing

    async def save(self, *, synced: bool = False) -> None:
        """Commits everything noted so far. Raises FencedError."""
        if self._writes or self._beside or self._takes:
            await self._commit(None, synced=synced or self._sync)

    async def close(self, state: RunState, status: str, why: str, leave: Leave = _AT_ONCE) -> bool:
        """Commits everything, and leaves the run in this status; False when it was told something meanwhile.

        Raises:
            FencedError: the run is not ours any more.
        """
        result, final = NOTHING, status in _FINAL
        if final:
            result = await self._store(state.result)
        if status == RunStatus.FAILED.value:
            self.tell("run_failed")
        wake = None if leave.wake is None else to_milliseconds(leave.wake)
        closing = Closing(status, why, result, state.spent, wake, leave.told, final)
        return (await self._commit(closing, synced=True)).closed

    async def _commit(self, closing: Closing | None, *, synced: bool) -> Committed:
        hold = self._hold
        for path in sorted(hold.tokens.revealed):
            self.audit("unmasked", {"path": path})
        hold.tokens.revealed.clear()
        if self._takes:
            ids = [signal.id for signal in self._takes]
            self._beside.append(lambda session: store.take_signals(session, ids))
        if spent := hold.allowance.take_spent():
            self._count(spent)
        writes, self._writes = self._writes, []
        rows: list[Row] = []
        for write in writes:
            self._last += 1
            output = await self._store(write.result if isinstance(write, RunWrite) else write.output)
            marks = () if isinstance(write, RunWrite) else hold.marks.get(write.path, ())
            rows.append(write_row(write, self._last, output, marks))
        if rows and (new := hold.tokens.take_new()):
            sealed = seal_tokens(hold.reach.vault_key, hold.tokens.key, new, hold.run_id)
            rows[-1] = rows[-1]._replace(secret=sealed)
        for row in rows:
            self._hash.add(row)
        if closing is not None and closing.final:
            ended = {"status": closing.status, "why": closing.why, "name": hold.claim.name, "record": self._hash.read()}
            self.audit("run_ended", ended)
        beside = self._beside
        self._beside, self._takes, self._sync = [], [], False
        commit = StepCommit(hold.run_id, hold.owner, hold.claim.epoch, rows, closing)
        self.committed = await hold.committer.commit(commit, synced=synced, beside=tuple(beside))
        return self.committed

    async def _store(self, value: Any) -> StoredText:
        if value is None:
            return NOTHING
        text = write_json(value)
        if len(text) <= INLINE_AT_MOST // 4:
            return StoredText(text, None)
        return await asyncio.to_thread(store_text, text, self._hold.reach.payloads)


_NOTED = frozenset({StepStatus.WAITING, StepStatus.UNCERTAIN, StepStatus.REFUSED})


def with_proposal_schema(question: Question, node: PlanNode) -> Question:
    """The question with the schema that an edit must fit, where its node left that to its plan."""
    if "edit" not in question.choices or question.proposal_schema is not None:
        return question
    return replace(question, proposal_schema=at_path(node.in_schema, ("proposal",)) or None)


def new_token(hold: Hold) -> int:
    """A name for a wait."""
    return new_id(to_milliseconds(hold.reach.clock.now()))

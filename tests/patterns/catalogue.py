"""The workflow patterns (Workflow Patterns Initiative, control flow) that Handrail has, each with its oracle.

A Pattern is a workflow, a script of what happens to it from outside, and an oracle that reads nothing but the recorded
rows. The same catalogue is played by the simulator and on every database: a player starts the run, ends at once every
step of type `test.play@1` that the script does not name, and performs the acts in order, each as soon as its step has
begun or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .seen import Seen

Oracle = Callable[[Seen], None]
Plain = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """Something that happens to the run from outside.

    `end`, `fail`: a held step ends. `cancel`: the run is cancelled. `cancel_step`. `signal`: a waiting step gets its
    signal. `tick`: so many seconds go by. An act with `late` changes nothing any more; one that is `early` comes before
    its step has begun, and is kept until then.
    """

    what: Literal["end", "fail", "cancel", "cancel_step", "signal", "tick"]
    path: str = ""
    seconds: float = 0.0
    late: bool = False
    early: bool = False


@dataclass(frozen=True)
class Pattern:
    """One pattern, in one variant."""

    number: int
    name: str
    workflow: Mapping[str, Any]
    oracle: Oracle
    script: tuple[Act, ...] = ()
    input: Any = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How a test calls it."""
        return f"WCP-{self.number:02} {self.name}"

    @property
    def held(self) -> frozenset[str]:
        """Paths of the steps that end only when the script says so (or never, when it cancels them)."""
        return frozenset(act.path for act in self.script if act.what in ("end", "fail", "cancel_step"))


def end(*paths: str) -> tuple[Act, ...]:
    """Held steps end, in this order."""
    return tuple(Act("end", path) for path in paths)


def play(**inputs: Plain) -> Plain:
    """A step that does nothing but be recorded."""
    return {"type": "test.play@1", "inputs": inputs} if inputs else {"type": "test.play@1"}


def plays(names: str) -> dict[str, Plain]:
    """Several such steps."""
    return {name: play() for name in names.split()}


def workflow(nodes: Mapping[str, Plain], edges: str, result: Plain | None = None, inputs: Plain | None = None) -> Plain:
    """A workflow file; `edges` as `a -> b, b.port -> c`."""
    pairs = [edge.split("->") for edge in edges.split(",") if edge.strip()]
    return {
        "handrail": 1,
        "name": "Pattern",
        "inputs": {"type": "object", "properties": inputs or {}, "required": sorted(inputs or {})},
        "nodes": dict(nodes),
        "edges": [{"from": source.strip(), "to": target.strip()} for source, target in pairs],
        "result": result or {},
    }


NUMBER = {"type": "integer"}
FLAG = {"type": "boolean"}


# ---------------------------------------------------------------- basic control flow


def _sequence(seen: Seen) -> None:
    assert seen.ran == {"a", "b", "c"}
    assert seen.ended("a") < seen.began("b") < seen.ended("b") < seen.began("c")


def _split(seen: Seen) -> None:
    assert seen.ran == {"a", "b", "c"}
    assert max(seen.began("b"), seen.began("c")) < min(seen.ended("b"), seen.ended("c"))


def _synchronise(seen: Seen) -> None:
    assert seen.count_ends("m") == 1
    assert seen.ended("m") > max(seen.ended("b"), seen.ended("c"))
    assert seen.output("m") == {"arrived": ["b", "c"]}
    assert seen.began("d") > seen.ended("m")


def _one_of(taken: str, other: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        assert seen.status(taken) == "succeeded"
        assert seen.status(other) == "skipped"
        assert seen.why(other)

    return oracle


def _simple_merge(taken: str, other: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        _one_of(taken, other)(seen)
        assert seen.count_ends("d") == 1
        assert seen.status("d") == "succeeded"

    return oracle


CHOICE = {
    "type": "flow.branch@1",
    "config": {"cases": [{"port": "left", "when": "input.n == 1"}], "otherwise": "right"},
}
CHOICE_EDGES = "x.left -> b, x.right -> c"
MERGE_ALL = {"type": "flow.merge@1", "config": {"mode": "all"}}


def _basic() -> list[Pattern]:
    found = [
        Pattern(1, "sequence", workflow(plays("a b c"), "a -> b, b -> c"), _sequence),
        Pattern(2, "parallel split", workflow(plays("a b c"), "a -> b, a -> c"), _split, end("c", "b")),
        Pattern(
            3,
            "synchronisation",
            workflow({**plays("a b c d"), "m": MERGE_ALL}, "a -> b, a -> c, b -> m, c -> m, m -> d"),
            _synchronise,
            end("c", "b"),
        ),
    ]
    for number, (taken, other) in {1: ("b", "c"), 2: ("c", "b")}.items():
        choice = workflow({"x": CHOICE, **plays("b c")}, CHOICE_EDGES, inputs={"n": NUMBER})
        joined = workflow({"x": CHOICE, **plays("b c d")}, f"{CHOICE_EDGES}, b -> d, c -> d", inputs={"n": NUMBER})
        given = {"n": number}
        found.append(Pattern(4, f"exclusive choice {taken}", choice, _one_of(taken, other), input=given))
        found.append(Pattern(5, f"simple merge {taken}", joined, _simple_merge(taken, other), input=given))
    return found


# ---------------------------------------------------------------- choosing several, and joining them again

FLAGS = ("b", "c", "d")
EVERY = {
    "type": "flow.branch@1",
    "config": {
        "cases": [{"port": f"to_{flag}", "when": f"input.{flag}"} for flag in FLAGS],
        "otherwise": "none",
        "take": "every",
    },
}
EVERY_EDGES = "x.to_b -> b, x.to_c -> c, x.to_d -> d, x.none -> e"


def _chosen(children: frozenset[str]) -> Oracle:
    def oracle(seen: Seen) -> None:
        expected = set(children) or {"e"}
        assert {name for name in (*FLAGS, "e") if seen.status(name) == "succeeded"} == expected
        assert {name for name in (*FLAGS, "e") if seen.status(name) == "skipped"} == {*FLAGS, "e"} - expected

    return oracle


def _merged(children: frozenset[str]) -> Oracle:
    def oracle(seen: Seen) -> None:
        _chosen(children)(seen)
        waited = children or {"e"}
        assert seen.ended("m") > max(seen.ended(name) for name in waited)
        assert set(seen.output("m")["arrived"]) == set(waited)
        assert seen.count_ends("m") == 1
        assert seen.began("z") > seen.ended("m")

    return oracle


def _several() -> list[Pattern]:
    found = []
    inputs = dict.fromkeys(FLAGS, FLAG)
    for bits in range(8):
        children = frozenset(flag for place, flag in enumerate(FLAGS) if bits >> place & 1)
        given = {flag: flag in children for flag in FLAGS}
        word = "".join(sorted(children)) or "none"
        choice = workflow({"x": EVERY, **plays("b c d e")}, EVERY_EDGES, inputs=inputs)
        joined = workflow(
            {"x": EVERY, **plays("b c d e z"), "m": MERGE_ALL},
            f"{EVERY_EDGES}, b -> m, c -> m, d -> m, e -> m, m -> z",
            inputs=inputs,
        )
        script = end(*sorted(children or {"e"}, reverse=True))
        found.append(Pattern(6, f"multi-choice {word}", choice, _chosen(children), input=given))
        found.append(Pattern(7, f"synchronising merge {word}", joined, _merged(children), script, given))
    return found


def _unstructured(n: int) -> Oracle:
    def oracle(seen: Seen) -> None:
        left = n == 1
        assert seen.status("b") == ("succeeded" if left else "skipped")
        assert seen.status("c") == ("skipped" if left else "succeeded")
        assert seen.status("d") == "succeeded"  # reached over b or over a
        assert seen.status("e") == ("skipped" if left else "succeeded")
        assert seen.status("f") == "succeeded"
        assert seen.began("d") > max(seen.ended(name) for name in ("a", "b"))
        assert seen.began("f") > max(seen.ended(name) for name in ("d", "e"))

    return oracle


def _acyclic() -> list[Pattern]:
    edges = f"{CHOICE_EDGES}, a -> d, b -> d, c -> e, d -> f, e -> f"
    graph = workflow({**plays("a"), "x": CHOICE, **plays("b c d e f")}, edges, inputs={"n": NUMBER})
    return [
        Pattern(37, "acyclic synchronising merge left", graph, _unstructured(1), end("b", "a"), {"n": 1}),
        Pattern(37, "acyclic synchronising merge right", graph, _unstructured(2), end("c", "a"), {"n": 2}),
    ]


# ---------------------------------------------------------------- going on before everything has arrived


def _merge(**config: Any) -> Plain:
    return {"type": "flow.merge@1", "config": config}


def _partial(order: str, needed: int, rest: str) -> Oracle:
    arrived = order.split()[:needed]

    def oracle(seen: Seen) -> None:
        assert seen.count_ends("m") == 1
        assert set(seen.output("m")["arrived"]) == set(arrived)
        assert seen.ended("m") > max(seen.ended(name) for name in arrived)
        assert seen.count_ends("z") == 1
        for late in order.split()[needed:]:
            assert seen.status(late) == rest
            if rest == "succeeded":
                assert seen.ended(late) > seen.ended("z")
            else:
                assert seen.ended("m") < seen.ended(late) < seen.began("z")

    return oracle


def _joins() -> list[Pattern]:
    two = "a -> b, a -> c, b -> m, c -> m, m -> z"
    three = "a -> b, a -> c, a -> d, b -> m, c -> m, d -> m, m -> z"
    first, some = {"mode": "first"}, {"mode": "n_of_m", "n": 2}

    def graph(names: str, edges: str, **config: Any) -> Plain:
        return workflow({**plays(f"a {names} z"), "m": _merge(**config)}, edges)

    return [
        Pattern(9, "discriminator", graph("b c", two, **first), _partial("c b", 1, "succeeded"),
                (*end("c"), *end("z"), *end("b"))),
        Pattern(29, "cancelling discriminator", graph("b c", two, **first, cancel=True),
                _partial("c b", 1, "cancelled"), (*end("c"), Act("end", "b", late=True))),
        Pattern(30, "partial join", graph("b c d", three, **some), _partial("d b c", 2, "succeeded"),
                end("d", "b", "z", "c")),
        Pattern(32, "cancelling partial join", graph("b c d", three, **some, cancel=True),
                _partial("d b c", 2, "cancelled"), (*end("d", "b"), Act("end", "c", late=True))),
    ]  # fmt: skip


# ---------------------------------------------------------------- implicit and explicit end


def _implicit(seen: Seen) -> None:
    assert seen.run_status == "succeeded"
    assert seen.run_ended > max(seen.ended("b"), seen.ended("c"))


def _explicit(status: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        assert seen.run_status == status
        assert seen.status("s") == "succeeded"
        assert seen.status("b") == "cancelled"
        assert seen.status("c") == "skipped"

    return oracle


def _ends() -> list[Pattern]:
    found = [Pattern(11, "implicit end", workflow(plays("a b c"), "a -> b, a -> c"), _implicit, end("b", "c"))]
    for status in ("succeeded", "failed", "refused"):
        stop = {"type": "flow.stop@1", "config": {"status": status, "reason": "Enough."}}
        graph = workflow({**plays("a b c d"), "s": stop}, "a -> b, b -> c, a -> d, d -> s")
        script = (*end("d"), Act("end", "b", late=True))
        found.append(Pattern(43, f"explicit end {status}", graph, _explicit(status), script))
    return found


# ---------------------------------------------------------------- several instances


def _map(body: Plain, **config: Any) -> Plain:
    return {"type": "flow.map@1", "config": {"body": body, **config}, "inputs": {"items": {"from": "input.rows"}}}


def _body(result: Plain) -> Plain:
    return {"nodes": {"one": play(n={"from": "item"})}, "edges": [], "result": result}


ECHO = _body({"n": {"from": "item"}, "at": {"from": "index"}})
ROWS = {"rows": {"type": "array", "items": NUMBER}}


def _instances(rows: list[int], limit: int) -> Oracle:
    def oracle(seen: Seen) -> None:
        ran = [path for path in seen.ran if path.startswith("rows[")]
        assert len(ran) == len(rows)
        assert all(seen.count_ends(path) == 1 for path in ran)
        assert seen.output("rows") == {"items": [{"n": n, "at": at} for at, n in enumerate(rows)], "errors": []}
        assert seen.began("c") > seen.ended("rows")
        assert seen.most_open_scopes("rows") == min(limit, len(rows))

    return oracle


def _cancelled_map(seen: Seen) -> None:
    assert seen.status("rows") == "cancelled"
    assert seen.status("rows[0].one") == "succeeded"
    assert seen.scope_status("rows[0]") == "succeeded"
    assert seen.scope_output("rows[0]") == {"n": 7, "at": 0}
    assert seen.status("rows[1].one") == "cancelled"
    assert seen.status("rows[2].one") == "cancelled"
    assert "rows[3].one" not in seen.ran
    assert seen.status("c") == "skipped"
    assert seen.run_status == "succeeded"


def _quorum(rest: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        assert seen.output("rows")["items"][1] is None
        assert [row and row["at"] for row in seen.output("rows")["items"]] == [0, None, 2]
        assert seen.count_ends("c") == 1
        assert seen.status("rows[1].one") == rest
        if rest == "succeeded":
            assert seen.ended("c") < seen.ended("rows[1].one") < seen.run_ended
        else:
            assert seen.ended("rows[1].one") < seen.ended("rows")

    return oracle


def _maps() -> list[Pattern]:
    literal = _map(ECHO, concurrency=3)
    literal["inputs"] = {"items": {"value": [4, 5, 6]}}
    found = [Pattern(13, "instances known when designed", workflow({"rows": literal, **plays("c")}, "rows -> c"),
                     _instances([4, 5, 6], 3))]  # fmt: skip
    for count in (0, 3, 1000):
        rows = [n * 7 % 1009 for n in range(count)]
        graph = workflow({**plays("a c"), "rows": _map(ECHO, concurrency=4)}, "a -> rows, rows -> c", inputs=ROWS)
        found.append(Pattern(14, f"{count} instances known when run", graph, _instances(rows, 4), (), {"rows": rows}))
    several = workflow({"rows": _map(ECHO, concurrency=3), **plays("c")}, "rows -> c", inputs=ROWS)
    script = (*end("rows[0].one"), Act("end", "rows[1].one", late=True), Act("end", "rows[2].one", late=True))
    cancel = (script[0], Act("cancel_step", "rows"), *script[1:])
    found.append(Pattern(26, "cancelling instances", several, _cancelled_map, cancel, {"rows": [7, 8, 9]}))
    for number, stop in ((34, False), (35, True)):
        graph = workflow(
            {"rows": _map(ECHO, concurrency=3, quorum=2, cancel=stop), **plays("c")}, "rows -> c", inputs=ROWS
        )
        acts = (*end("rows[2].one", "rows[0].one", "c"), Act("end", "rows[1].one", late=stop))
        word = "cancelling partial join of instances" if stop else "partial join of instances"
        oracle = _quorum("cancelled" if stop else "succeeded")
        found.append(Pattern(number, word, graph, oracle, acts, {"rows": [7, 8, 9]}))
    return found


# ---------------------------------------------------------------- state and cancelling


def _deferred(port: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        assert seen.count_ends("w") == 1
        assert seen.ports("w") == (port,)
        assert {"b": seen.status("b"), "c": seen.status("c")} == {
            "b": "succeeded" if port == "done" else "skipped",
            "c": "skipped" if port == "done" else "succeeded",
        }

    return oracle


def _persistent(seen: Seen) -> None:
    assert seen.count_ends("w") == 1
    assert seen.ports("w") == ("done",)
    assert seen.ended("w") > seen.ended("b"), "the event came before the wait, and was kept"
    assert (seen.status("c"), seen.status("d")) == ("succeeded", "skipped")


def _cancelled_step(seen: Seen) -> None:
    assert seen.status("b") == "cancelled"
    assert seen.status("c") == "skipped"
    assert seen.status("d") == "succeeded"
    assert seen.run_status == "succeeded"


def _cancelled_run(seen: Seen) -> None:
    assert seen.run_status == "cancelled"
    assert seen.status("a") == "succeeded"
    assert seen.status("b") == "cancelled"
    assert seen.status("w") == "cancelled"
    assert seen.status("c") == "skipped"
    assert seen.run_ended == seen.last


def _states() -> list[Pattern]:
    wait = {"type": "flow.wait@1", "config": {"wait_for": "PT60S", "signal": "paid"}}
    race = workflow({"w": wait, **plays("b c d")}, "w -> b, w.timeout -> c, b -> d, c -> d")
    hold = (*end("d"),)
    two = workflow({**plays("a b c"), "w": wait}, "a -> b, a -> w, b -> c")
    return [
        Pattern(16, "deferred choice by signal", race, _deferred("done"),
                (Act("signal", "w"), Act("tick", "w", 61, late=True), *hold)),
        Pattern(16, "deferred choice by time", race, _deferred("timeout"),
                (Act("tick", "w", 61), Act("signal", "w", late=True), *hold)),
        Pattern(24, "persistent trigger", workflow({"w": wait, **plays("b c d")}, "b -> w, w -> c, w.timeout -> d"),
                _persistent, (Act("signal", "w", early=True), *end("b"), Act("tick", "w", 61, late=True),
                              Act("signal", "w", late=True), *end("c"))),
        Pattern(19, "cancelling a step", workflow(plays("a b c d"), "a -> b, b -> c, a -> d"), _cancelled_step,
                (Act("cancel_step", "b"), Act("end", "b", late=True), *end("d"))),
        Pattern(20, "cancelling a run", two, _cancelled_run,
                (Act("cancel"), Act("end", "b", late=True), Act("signal", "w", late=True), Act("cancel", late=True))),
    ]  # fmt: skip


# ---------------------------------------------------------------- iteration


def _loop(until: str, rounds: int) -> Plain:
    again = {"expr": "previous.n + 1", "default": 1}
    body = {
        "nodes": {"one": play(), "two": play(n=again)},
        "edges": [{"from": "one", "to": "two"}],
        "result": {"n": again},
    }
    return {"type": "flow.loop@1", "config": {"body": body, "until": until, "max_rounds": rounds}}


def _rounds(count: int, port: str) -> Oracle:
    def oracle(seen: Seen) -> None:
        for number in range(1, count + 1):
            assert seen.ended(f"l[{number}].one") < seen.began(f"l[{number}].two")
            if number > 1:
                assert seen.began(f"l[{number}].one") > seen.ended(f"l[{number - 1}].two")
        assert f"l[{count + 1}].one" not in seen.ran
        assert seen.ports("l") == (port,)
        if port != "":
            assert seen.output("l") == {"n": count}
            assert seen.status("c" if port == "done" else "d") == "succeeded"
            assert seen.status("d" if port == "done" else "c") == "skipped"

    return oracle


def _used_up(seen: Seen) -> None:
    assert seen.status("l") == "failed"
    assert seen.error("l")["code"] == "rounds_used_up"
    assert seen.run_status == "failed"


def _loops() -> list[Pattern]:
    def graph(until: str, edges: str) -> Plain:
        return workflow({"l": _loop(until, 3), **plays("c d")}, edges)

    both = "l -> c, l.exhausted -> d"
    return [
        Pattern(21, "loop until its condition", graph("result.n >= 2", both), _rounds(2, "done")),
        Pattern(21, "loop to its bound", graph("result.n > 9", both), _rounds(3, "exhausted")),
        Pattern(21, "loop beyond its bound", graph("round > 9", "l -> c, l -> d"), _used_up),
    ]


PATTERNS: tuple[Pattern, ...] = (
    *_basic(), *_several(), *_acyclic(), *_joins(), *_ends(), *_maps(), *_states(), *_loops(),
)  # fmt: skip
MUST = frozenset({1, 2, 3, 4, 5, 6, 7, 11, 13, 14, 19, 20, 21, 24, 37})
SHOULD = frozenset({9, 16, 26, 29, 30, 32, 34, 43})

"""To verify is to check a Woven as if an enemy had written it. TRUSTED, and the last word before a run.

It searches nothing, uses no graph library, and shares no code with the weaver or the prover. It believes the meaning of
edges (`arcs`), of labels (`labels`, `steering`, `declared`) and of rules (`selectors`, `questions`), and what the
installed types say of themselves. Cheapest first; the first reason is told as a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import compress
from operator import lt, not_
from typing import Any

from builder.engine.certificates import Certificate
from builder.engine.facts import ConnectionFacts, Facts, NodeFacts, TypeFacts, collect_facts, read_wanted
from builder.engine.findings import Severity, has_error
from builder.engine.labels import View, compute_risk, find_label_faults, make_view
from builder.engine.plan import Guard
from builder.engine.questions import BoundRule, Question, ask_question, look_at, look_at_restores
from builder.engine.reading import read_workflow
from builder.engine.verify_doors import check_doors
from builder.engine.woven import Woven, hash_rules
from builder.kit.sealing import verify_signature
from builder.kit.shapes import check_schema
from builder.sdk import NodeType, Stage


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying gave.

    Attributes:
        holds: whether the Woven is what it says.
        sentence: why not; or that it is, and whether its publisher was checked.
        signed: whether a signature was checked.
    """

    holds: bool
    sentence: str
    signed: bool = False


def verify(
    woven: Woven,
    types: Mapping[str, NodeType],
    *,
    connections: Mapping[str, ConnectionFacts] | None = None,
    public_key: bytes | None = None,
    rules_hash: str | None = None,
    team: str | None = None,
    stage: Stage | None = None,
    default_labels: Iterable[str] | None = None,
    today: date | None = None,
) -> Verification:
    """Whether a Woven is whole, stands on what is installed here, and holds its rules.

    Args:
        woven: a Woven, from wherever.
        types: `name@major` → the installed type.
        connections: the model connections of this installation.
        public_key: whose signature it must bear; without it nobody's word is checked.
        rules_hash: the rule set that it must have been woven with (`hash_rules`).
        team: the team that it must be of.
        stage: the stage that it must be for.
        default_labels: the organisation's default labels, which it must have been woven with.
        today: a day on which its exemptions must not have ended.
    """
    labels = None if default_labels is None else tuple(sorted(default_labels))
    expected = {"team": team, "stage": stage, "default_labels": labels}
    reason = _check_seals(woven, public_key, rules_hash)
    reason = reason or _check_context(woven, expected, today)
    reason = reason or _check_facts(woven, types, connections or {})
    if reason is None:
        view = make_view(woven.facts)
        reason = check_doors(woven, view) or _check_rest(woven, view) or _check_rules(woven, view)
    if reason is not None:
        return Verification(False, reason)
    if public_key is None:
        return Verification(True, "It is consistent; who published it was not checked.")
    return Verification(True, "It is consistent, and the signature is the publisher's.", signed=True)


def _check_seals(woven: Woven, public_key: bytes | None, rules_hash: str | None) -> str | None:
    if public_key is not None:
        if not woven.signature:
            return "It is not signed."
        try:
            signature = bytes.fromhex(woven.signature)
        except ValueError:
            return "Its signature is no signature."
        if not verify_signature(public_key, bytes.fromhex(woven.woven_hash), signature):
            return "Its signature is not the publisher's: it was changed, or somebody else signed it."
    if woven.claimed is not None and woven.claimed[0] != woven.source_hash:
        return "It was changed: the source is not the one whose hash it bears."
    if woven.claimed is not None and woven.claimed[1] != woven.woven_hash:
        return "It was changed: its hash is not the one that it bears."
    if rules_hash is not None and hash_rules(woven.templates) != rules_hash:
        return "It was woven with other rules than those that were published."
    return None


def _check_context(woven: Woven, expected: Mapping[str, Any], today: date | None) -> str | None:
    for name, wanted in expected.items():
        given = getattr(woven.facts, name)
        if wanted is not None and given != wanted:
            return f"It was woven for the {name.replace('_', ' ')} {given}, not for {wanted}."
    names = [template.name for template in woven.templates]
    if names != sorted(set(names)):
        return "Its templates are not in order, or one is there twice."
    if today is not None:
        later = {each.key for each in replace(woven, day=today).rules}
        ended = sorted(later - {each.key for each in woven.rules})
        if ended:
            return f"An exemption has ended: {ended[0]} binds this workflow again."
    return None


# ---------------------------------------------------------------- facts


def _check_facts(woven: Woven, types: Mapping[str, NodeType], connections: Mapping[str, ConnectionFacts]) -> str | None:
    for each in (woven.graph, *woven.called_workflows.values()):
        if problems := check_schema(each.inputs):
            return f"The inputs of {each.name} are not described as they must be. {problems[0].sentence}"
    reading, findings = read_workflow(woven.graph, types, woven.called_workflows)
    if has_error(findings):
        first = next(finding for finding in findings if finding.severity is Severity.ERROR)
        return f"Its graph does not stand on what is installed here. {first.sentence}"
    if not reading.root.order and reading.root.nodes:
        return "Its graph goes in a circle."
    told = woven.facts
    found = collect_facts(
        reading, connections, team=told.team, stage=told.stage, risk=told.risk, default_labels=told.default_labels
    )
    inserts = {each.key: each.rule.insert for each in woven.rules}
    wanted = {
        key: config
        for key, insert in inserts.items()
        if insert is not None and (config := read_wanted(insert.type, insert.config, types)) is not None
    }
    found = replace(found, wanted=wanted)
    return None if found == told else next(_differences(told, found), "What it says of its nodes is not so.")


def _differences(told: Facts, found: Facts) -> Iterator[str]:
    for name in sorted(told.models.keys() & found.models.keys()):
        yield from tell_model_change(name, told.models[name], found.models[name])
    for key in sorted(told.types.keys() & found.types.keys()):
        yield from _type_difference(key, told.types[key], found.types[key])
    for path in sorted(told.nodes.keys() | found.nodes.keys()):
        old, new = told.nodes.get(path), found.nodes.get(path)
        if old is None or new is None:
            yield f"It tells of {path}, which is not in its graph." if new is None else f"It does not tell of {path}."
        else:
            yield from _node_difference(path, old, new)
    for each in fields(Facts):
        if getattr(told, each.name) != getattr(found, each.name):
            yield f"What it says of its {each.name.replace('_', ' ')} is not so."


def tell_model_change(name: str, told: ConnectionFacts, found: ConnectionFacts) -> Iterator[str]:
    """What is not any more as it was told of a model connection, a sentence each."""
    if told.region != found.region:
        ends = told.region or "nowhere known", found.region or "nowhere known"
        yield f"The model behind '{name}' moved from {ends[0]} to {ends[1]}."
    if told.hosted != found.hosted:
        yield f"The model behind '{name}' was hosted {told.hosted} and is now hosted {found.hosted}."
    if told.model != found.model:
        yield f"The model behind '{name}' was {told.model or 'unnamed'} and is now {found.model or 'unnamed'}."


def _type_difference(key: str, told: TypeFacts, found: TypeFacts) -> Iterator[str]:
    for each in fields(TypeFacts):
        if each.name != "code" and getattr(told, each.name) != getattr(found, each.name):
            yield f"The installed {key} says otherwise of its {each.name} than the one that was proved."
    if told.code != found.code:
        yield f"The code of {key} is not the code that was proved."


def _node_difference(path: str, told: NodeFacts, found: NodeFacts) -> Iterator[str]:
    for each in fields(NodeFacts):
        if getattr(told, each.name) != getattr(found, each.name):
            yield f"What it says of {path} is not so: look at its {each.name}."


# ---------------------------------------------------------------- rules


def _check_rest(woven: Woven, view: View) -> str | None:
    faults = [finding for finding in find_label_faults(view) if finding.severity is Severity.ERROR]
    if faults:
        return faults[0].sentence
    guards = [guard for bound in woven.rules if (guard := _guard_of(bound, view)) is not None]
    if list(woven.guards) != guards:
        return "What the machine is to enforce is not what the rules say."
    return None


def _guard_of(bound: BoundRule, view: View) -> Guard | None:
    rule, template = bound.rule, bound.template
    if rule.limit is None and rule.separate is None and rule.review_floor is None:
        return None
    expression = rule.limit or ""
    if rule.review_floor is not None:
        expression = str(getattr(rule.review_floor, compute_risk(view)))
    return Guard(
        rule=rule.id, template=template.name, word=rule.word, owner=template.owner, because=bound.because,
        expression=expression, duties=rule.separate or (),
    )  # fmt: skip


def _check_rules(woven: Woven, view: View) -> str | None:
    names = {name: vertex for vertex, name in enumerate(view.flow.names())}
    left = list(woven.certificates)
    for bound in woven.rules:
        for word in (bound.rule.word, *(("restore",) if bound.rule.restore else ())):
            if word == "require" and look_at(view, bound).wrong:
                continue  # binds when it is published; there it is asked for
            head = (bound.template.name, bound.template.version, bound.rule.id, word)
            certificate = left.pop(0) if left else None
            if certificate is None or _head_of(certificate) != head:
                return f"The certificate for {bound.key} is missing, or out of order."
            if reason := check_certificate(view, bound, certificate, names):
                return reason
    return None if not left else f"There is a certificate for {left[0].template}/{left[0].rule}, which does not bind."


def _head_of(certificate: Certificate) -> tuple[str, int, str, str]:
    return certificate.template, certificate.version, certificate.rule, certificate.word


def check_certificate(view: View, bound: BoundRule, certificate: Certificate, names: Mapping[str, int]) -> str | None:
    """Why a certificate does not prove its rule, or None."""
    question = None if certificate.word == "restore" else ask_question(view, bound)
    if question is not None:
        return _check_closed(view, bound, certificate, question, names)
    look = look_at_restores(view, bound) if certificate.word == "restore" else look_at(view, bound)
    if look.wrong:
        return f"{bound.key} does not hold: look at {look.wrong[0]}."
    bare = Certificate(*_head_of(certificate), looked_at=look.at)  # type: ignore[arg-type]  # the word is its own
    return None if certificate == bare else f"The certificate for {bound.key} did not look at everything."


def _check_closed(
    view: View, bound: BoundRule, certificate: Certificate, question: Question, names: Mapping[str, int]
) -> str | None:
    """The set that a certificate names holds all sources, no target, every successor of its own, and nothing else."""
    wrong = f"The certificate for {bound.key} does not prove it: "
    told = certificate.reached
    if not all(map(lt, told, told[1:])):
        return wrong + "its set is not written in order."
    reached = [names.get(name, -1) for name in told]
    if -1 in reached:
        return wrong + "it names what is not in the graph."
    inside = bytearray(len(question.open))
    for vertex in reached:
        inside[vertex] = 1
    for vertex in compress(reached, map(not_, map(question.open.__getitem__, reached))):
        return wrong + f"it goes through {view.flow.name(vertex)}, which is closed."
    if not all(map(inside.__getitem__, question.starts)):
        return wrong + "it leaves out a source."
    for target in compress(question.targets, map(inside.__getitem__, question.targets)):
        return wrong + f"it reaches {view.flow.name(target)}."
    if not _is_followed(question, reached):
        for vertex in reached:
            for behind in question.arcs[vertex]:
                if question.open[behind] and not inside[behind]:
                    return wrong + f"{view.flow.name(behind)} is behind {view.flow.name(vertex)} and is left out."
        return wrong + "it names what nothing leads to."
    guards = tuple(sorted(path for path in question.guards if inside[view.flow.doors[path]]))
    ends = (certificate.sources, certificate.targets, certificate.guards, certificate.looked_at)
    sources = tuple(sorted(map(view.flow.name, question.starts)))
    targets = tuple(sorted(map(view.flow.name, question.targets)))
    return None if ends == (sources, targets, guards, ()) else wrong + "it names other ends or other guards."


def _is_followed(question: Question, reached: Iterable[int]) -> bool:
    """Whether every step from the sources stays in the set, and comes to all of it: one walk, inside the set only."""
    left = question.open.translate(_LEFT_OUT)
    for vertex in reached:
        left[vertex] = _NAMED
    walked = list(question.starts)
    for vertex in walked:
        left[vertex] = 0
    for vertex in walked:  # which grows meanwhile
        for behind in question.arcs[vertex]:
            if word := left[behind]:
                if word != _NAMED:
                    return False
                left[behind] = 0
                walked.append(behind)
    return _NAMED not in left


_NAMED = 1
_LEFT_OUT = bytes((0, 2)) + bytes(254)
"""What is open and not named is marked 2, what is closed 0."""

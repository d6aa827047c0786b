"""To prove is to search, for each rule that binds, a way past its guards: none found is a certificate, one found is a
counterexample. What is found here is believed by nobody: `verify` checks certificates without searching.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import compress

from builder.engine.arcs import END, EXIT, RESULT, SIDE, START
from builder.engine.certificates import Certificate, Counterexample, Word
from builder.engine.findings import Finding, warning
from builder.engine.labels import View, find_label_faults, make_view
from builder.engine.phrases import phrase_fix, phrase_look, phrase_path
from builder.engine.questions import RESULT_NAME, BoundRule, Look, Question, ask_question, look_at, look_at_restores
from builder.engine.woven import Woven


@dataclass(frozen=True, slots=True)
class Proof:
    """What proving gave.

    Attributes:
        certificates: one for each rule that holds.
        counterexamples: one for each rule that does not.
        findings: what is to say beside: what publishing will ask for, and what the labels forbid.
    """

    certificates: tuple[Certificate, ...]
    counterexamples: tuple[Counterexample, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether every rule holds."""
        return not self.counterexamples


def prove(woven: Woven) -> Proof:
    """Searches a way past the guards of every rule that binds."""
    view = woven.view or make_view(woven.facts)
    certificates: list[Certificate] = []
    counterexamples: list[Counterexample] = []
    findings = find_label_faults(view)
    for bound in woven.rules:
        for answer in _answer(view, bound):
            if isinstance(answer, Certificate):
                certificates.append(answer)
            elif isinstance(answer, Counterexample):
                counterexamples.append(answer)
            else:
                findings.append(answer)
    return Proof(tuple(certificates), tuple(counterexamples), tuple(findings))


def certify(woven: Woven) -> tuple[Woven, Proof]:
    """The Woven with its certificates, and what else proving gave."""
    proof = prove(woven)
    return replace(woven, certificates=proof.certificates, view=None), proof


def _answer(view: View, bound: BoundRule) -> list[Certificate | Counterexample | Finding]:
    question = ask_question(view, bound)
    answers: list[Certificate | Counterexample | Finding] = []
    if question is not None:
        answers.append(_search(view, bound, question))
    elif bound.rule.require is not None:
        look = look_at(view, bound)
        answers += [_ask_for(bound, word) for word in look.wrong]
        if not look.wrong:
            answers.append(_certificate(bound, "require", look))
    else:
        answers.append(_judge(bound, look_at(view, bound), bound.rule.word))
    if bound.rule.restore:
        answers.append(_judge(bound, look_at_restores(view, bound), "restore"))
    return answers


def _certificate(bound: BoundRule, word: str, look: Look) -> Certificate:
    kind: Word = word  # type: ignore[assignment]  # `Rule.word` is one of the seven, `restore` is given by name
    return Certificate(bound.template.name, bound.template.version, bound.rule.id, kind, looked_at=look.at)


def _judge(bound: BoundRule, look: Look, word: str) -> Certificate | Counterexample:
    if not look.wrong:
        return _certificate(bound, word, look)
    path = ((look.wrong[0], None),)
    return _counterexample(bound, path, phrase_look(bound, look.wrong[0], word))


_REQUIRED = {
    "owner": "an owner",
    "deputy": "a deputy",
    "purpose": "a purpose",
    "gate": "a gate",
    "retention": "a time after which its runs are emptied",
    "declassification_approved": "an approval of what it declassifies",
}


def _ask_for(bound: BoundRule, word: str) -> Finding:
    what = _REQUIRED[word]
    sentence = f"“{bound.template.name}” wants {what} before this goes live: {bound.because}"
    return warning("required", sentence, f"Give the workflow {what}.", field=word, because=bound.because)


def _counterexample(
    bound: BoundRule, path: tuple[tuple[str, str | None], ...], words: tuple[str, str]
) -> Counterexample:
    template = bound.template
    return Counterexample(template.name, bound.rule.id, template.owner, bound.because, path, *words)


def _search(view: View, bound: BoundRule, question: Question) -> Certificate | Counterexample:
    """A certificate, or the way past: breadth first, so that it is a shortest one; of two, the one by a value."""
    if not any(map(question.reached.__getitem__, question.targets)):
        return _close(view, bound, question)
    came: dict[int, int] = dict.fromkeys(question.starts, -1)
    targets = set(question.targets)
    waiting = deque(sorted(question.starts, key=lambda start: view.flow.vertices[start][1].startswith(_PLACES)))
    hit = next((start for start in question.starts if start in targets), None)
    while waiting and hit is None:
        vertex = waiting.popleft()
        for behind in question.arcs[vertex]:
            if behind not in came and question.open[behind]:
                came[behind] = vertex
                waiting.append(behind)
                if behind in targets:
                    hit = behind
                    break
    assert hit is not None
    path = _people_path(view, came, hit)
    return _counterexample(bound, path, (phrase_path(bound, path), phrase_fix(view, bound, path)))


_PLACES = (EXIT, SIDE, START)


def _close(view: View, bound: BoundRule, question: Question) -> Certificate:
    """The certificate of a question whose targets are not reached: all that is, by name, in order."""
    if "names" not in view.known:
        names = view.flow.names()
        order = sorted(range(len(names)), key=names.__getitem__)
        view.known["names"] = names, order, [names[vertex] for vertex in order]
    names, order, sorted_names = view.known["names"]
    reached, doors = question.reached, view.flow.doors
    return replace(
        _certificate(bound, bound.rule.word, Look()),
        sources=tuple(sorted(map(names.__getitem__, question.starts))),
        targets=tuple(sorted(map(names.__getitem__, question.targets))),
        reached=tuple(compress(sorted_names, map(reached.__getitem__, order))),
        guards=tuple(sorted(path for path in question.guards if reached[doors[path]])),
    )


def _people_path(view: View, came: dict[int, int], hit: int) -> tuple[tuple[str, str | None], ...]:
    """The way as people see it: nodes, and the fields by which one reads the other."""
    steps: list[tuple[str, str | None]] = []
    vertex = hit
    while vertex != -1:
        path, slot = view.flow.vertices[vertex]
        inner = slot.startswith((START, END, ".item", ".input.", ".previous.")) and path
        if not path and slot in (START, END):
            step: tuple[str, str | None] | None = ("input", None) if slot == START else None
        elif inner:
            step = None
        elif not path:
            step = (RESULT_NAME, None) if slot == RESULT else ("input", slot.removeprefix(".input."))
        else:
            hidden = slot in (EXIT, SIDE, ".door") or slot.startswith(f"{RESULT}.")
            step = (path, None if hidden else slot.removeprefix(f"{SIDE}.").removeprefix("."))
        if step is not None and (not steps or steps[-1][0] != step[0]):
            steps.append(step)
        vertex = came[vertex]
    return tuple(reversed(steps))

"""A Conflict is a small set of rules that no workflow can obey together, found when a template is published.

Rules are compared over the installed types: a selector means the types that it could mean, whatever their config. Each
conflict is made as small as it can be, by leaving out what is not needed (deletion-based), and names all owners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from builder.engine.arcs import FlowGraph
from builder.engine.facts import Facts, NodeFacts, TypeFacts, place_facts, type_facts
from builder.engine.labels import View, rank_at_door
from builder.engine.phrases import phrase_rule
from builder.engine.questions import BoundRule
from builder.engine.selectors import find_nodes
from builder.engine.stands import ready_rule
from builder.engine.template import ForbidPath, GovernanceTemplate, Selector
from builder.sdk import NodeType, Stage

Kind = Literal["ordering", "forbidden_guard", "nothing_fits", "masked_again", "nobody"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes:
        kind: `ordering` (each must come before the other), `forbidden_guard` (what one inserts, another forbids),
            `nothing_fits` (what a rule inserts cannot stand for it), `masked_again` (a rule restores where another
            masks), `nobody` (duties that nobody can fill).
        rules: (template, rule id) of each, sorted; the set is minimal.
        owners: whose they are, sorted.
        sentence: what is wrong, for all of them.
    """

    kind: Kind
    rules: tuple[tuple[str, str], ...]
    owners: tuple[str, ...]
    sentence: str


@dataclass
class _World:
    """The rules, and the installed types as if each stood once in a workflow of this stage."""

    rules: list[BoundRule]
    types: Mapping[str, NodeType]
    view: View
    means: dict[Selector, frozenset[str]] = field(default_factory=dict)

    def types_of(self, selector: Selector) -> frozenset[str]:
        """The installed types that a selector could mean."""
        if selector not in self.means:
            self.means[selector] = frozenset(find_nodes(self.view, selector))
        return self.means[selector]


def find_conflicts(
    templates: Iterable[GovernanceTemplate],
    types: Mapping[str, NodeType],
    *,
    team: str = "",
    stage: Stage = Stage.PRODUCTION,
    people: Mapping[str, frozenset[str]] | None = None,
) -> list[Conflict]:
    """Every conflict between the rules of these templates.

    Args:
        templates: all that would bind together.
        types: the installed types.
        team: of which team a workflow is thought to be.
        stage: at which stage.
        people: duty → who could fill it; without it only numbers are compared.
    """
    bound = [BoundRule(each, rule) for each in templates if each.binds(team=team, stage=stage) for rule in each.rules]
    world = _World(bound, types, _view_of(types, team, stage))
    found: list[Conflict] = []
    for kind, test in _TESTS:
        found += _smallest(kind, world, test)
    if people is not None:
        found += _smallest("nobody", world, lambda _, rules: _nobody(rules, people))
    return found


_Test = Callable[[_World, Sequence[BoundRule]], str | None]


def _smallest(kind: Kind, world: _World, test: _Test) -> list[Conflict]:
    """Minimal sets of rules that fail a test, none sharing a rule with another."""
    left, found = list(world.rules), []
    while test(world, left) is not None:
        core = list(left)
        for each in list(core):
            without = [other for other in core if other is not each]
            if test(world, without) is not None:
                core = without
        sentence = test(world, core) or ""
        rules = tuple(sorted((each.template.name, each.rule.id) for each in core))
        owners = tuple(sorted({each.template.owner for each in core}))
        found.append(Conflict(kind, rules, owners, sentence))
        left = [each for each in left if each not in core]
    return found


# ---------------------------------------------------------------- what can go wrong


def _cannot_stand(world: _World, rules: Sequence[BoundRule]) -> str | None:
    for bound in rules:
        readied = ready_rule(bound, world.types)
        if readied.refusal:
            return f"{bound.key} cannot be woven: {readied.refusal}."
        words = bound.rule.must_pass or bound.rule.precede
        if words is None or readied.guard is None:
            continue
        through = words.through if bound.rule.must_pass else words.first  # type: ignore[union-attr]  # one of the two
        if readied.guard.type not in world.types_of(through):
            return f"{bound.key} inserts {readied.guard.type}, which is not what it wants: {phrase_rule(bound)}"
    return None


def _forbidden(world: _World, rules: Sequence[BoundRule]) -> str | None:
    for bound in rules:
        wanted = _guard_types(world, bound)
        if not wanted:
            continue
        for other in rules:
            if isinstance(other.rule.forbid, Selector) and wanted <= world.types_of(other.rule.forbid):
                return f"{bound.key} wants {' or '.join(sorted(wanted))}, which {other.key} forbids."
            paths = other.rule.forbid
            if isinstance(paths, ForbidPath) and bound.rule.must_pass is not None:
                same = paths.from_ == bound.rule.must_pass.from_ and paths.to == bound.rule.must_pass.to
                if same and bound.rule.insert is not None:
                    return f"{bound.key} guards the way that {other.key} forbids altogether."
    return None


def _circular(world: _World, rules: Sequence[BoundRule]) -> str | None:
    """Whether every guard of a rule needs, before it, a guard that needs the first one."""
    ordered = [each for each in rules if each.rule.precede is not None]
    after: dict[int, list[int]] = {position: [] for position in range(len(ordered))}
    for position, each in enumerate(ordered):
        guards = _guard_types(world, each)
        for other, behind in enumerate(ordered):
            then = behind.rule.precede.then if behind.rule.precede else Selector()
            if guards and guards <= world.types_of(then):
                after[position].append(other)
    for start, behind_it in after.items():
        reached, waiting = set[int](), list(behind_it)
        while waiting:
            each_ = waiting.pop()
            if each_ not in reached:
                reached.add(each_)
                waiting += after[each_]
        if start in reached:
            names = ", ".join(ordered[each_].key for each_ in sorted(reached | {start}))
            return f"Each must come before the other: {names}."
    return None


def _masked_again(world: _World, rules: Sequence[BoundRule]) -> str | None:
    """Whether tokens are turned back at the very doors at which a rule masks."""
    for bound in rules:
        if bound.rule.must_pass is None or not _masks(world, bound):
            continue
        for other in rules:
            for selector in other.rule.restore:
                same = selector == bound.rule.must_pass.to
                if same or world.types_of(selector) & world.types_of(bound.rule.must_pass.to):
                    return f"{other.key} turns tokens back where {bound.key} masks."
    return None


def _masks(world: _World, bound: BoundRule) -> bool:
    insert = bound.rule.insert
    each = world.types.get(insert.type) if insert is not None else None
    return each is not None and rank_at_door(type_facts(each)) == 1


def _too_few(_: _World, rules: Sequence[BoundRule]) -> str | None:
    """Whether a review wants more people than it names."""
    for bound in rules:
        config = bound.rule.insert.config if bound.rule.insert is not None else {}
        reviewers = config.get("reviewers")
        users = reviewers.get("users") if isinstance(reviewers, Mapping) else None
        count = config.get("k", 1)
        if isinstance(users, list) and isinstance(count, int) and users and len(set(users)) < count:
            return f"{bound.key} wants {count} people to approve and names {len(set(users))}."
    return None


def _nobody(rules: Sequence[BoundRule], people: Mapping[str, frozenset[str]]) -> str | None:
    """Whether no choice of people gives every separated duty to another one (backtracking)."""
    apart: dict[str, set[str]] = {}
    for bound in rules:
        for duty in bound.rule.separate or ():
            apart.setdefault(duty, set()).update(set(bound.rule.separate or ()) - {duty})
    duties = sorted(apart, key=lambda duty: len(people.get(duty, frozenset())))

    def fill(position: int, chosen: dict[str, str]) -> bool:
        if position == len(duties):
            return True
        duty = duties[position]
        taken = {chosen[other] for other in apart[duty] if other in chosen}
        return any(fill(position + 1, {**chosen, duty: who}) for who in sorted(people.get(duty, frozenset()) - taken))

    if fill(0, {}):
        return None
    return f"Nobody can fill the duties {', '.join(duties)} as different people."


_TESTS: tuple[tuple[Kind, _Test], ...] = (
    ("nothing_fits", _cannot_stand),
    ("forbidden_guard", _forbidden),
    ("ordering", _circular),
    ("masked_again", _masked_again),
    ("nobody", _too_few),
)


def _guard_types(world: _World, bound: BoundRule) -> frozenset[str]:
    """The types that can guard for a rule: what it inserts, or everything that matches."""
    if bound.rule.must_pass is None and bound.rule.precede is None:
        return frozenset()
    if bound.rule.insert is not None:
        return frozenset({bound.rule.insert.type})
    words = bound.rule.must_pass.through if bound.rule.must_pass else None
    words = words or (bound.rule.precede.first if bound.rule.precede else None)
    return world.types_of(words) if words is not None else frozenset()


def _view_of(types: Mapping[str, NodeType], team: str, stage: Stage) -> View:
    """Every installed type, as if it stood once in a workflow, under its own name."""
    known: dict[str, TypeFacts] = {key: type_facts(each) for key, each in types.items()}
    nodes: dict[str, NodeFacts] = {
        key: place_facts(each, None, each.effects, (), woven=False) for key, each in types.items()
    }
    facts = Facts(
        name="", team=team, stage=stage, risk=None, owner="", deputy="", purpose="", tags=(), declassified={},
        default_labels=(), types=known, models={}, nodes=nodes, scopes={},
    )  # fmt: skip
    by_type = {key: [key] for key in types}
    return View(facts, FlowGraph(), [], {}, frozenset(), by_type)

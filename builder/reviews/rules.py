"""Who may decide, what counts as an answer, when one is reached, and when time runs out. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from builder.kit.durations import read_duration
from builder.kit.hashing import hash_value
from builder.kit.shapes import Problem, ShapeError, normalise, schema_of, validate
from builder.reviews.schemas import Decider, GivenDecision, Review
from builder.sdk import JSON, Decision, Mode, Question

APPROVE, EDIT, REJECT = "approve", "edit", "reject"
_POSITION = re.compile(r"\[\d+\]")
_SATURDAY = 5
LONGEST_NAME = 200
"""Letters in a person's name."""


def place_of(path: str) -> str:
    """A step path without positions: the items of one map have one place (`rows[3].check` → `rows[].check`)."""
    return _POSITION.sub("[]", path)


def same_person(one: str, other: str) -> bool:
    """Whether two names, as given, mean the same person: case and spaces do not tell people apart."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def given_name(name: str) -> Decider:
    """Somebody at a terminal, where a name is taken as given."""
    return Decider(name.strip(), name.strip())


def may_decide(
    question: Question,
    by: str | Decider,
    *,
    starter: str,
    authors: Collection[str] = (),
    duties: Sequence[Collection[str]] = (),
    earlier: Sequence[GivenDecision] = (),
) -> str | None:
    """Why this person may not decide; None when he may.

    Of somebody who is not signed in nobody knows role, group or address; then only names are compared.

    Args:
        question: what is asked.
        by: who wants to decide.
        starter: who started the run.
        authors: who changed the workflow since the version before.
        duties: for each rule that separates duties, the duties that one person may not hold together; whoever decides
            is the `approver`.
        earlier: the decisions given so far.
    """
    who = given_name(by) if isinstance(by, str) else by
    if not who.person:
        return "A decision needs the name of who decides."
    separated = {duty for rule in duties if "approver" in rule for duty in rule}
    barred = separated | set(question.barred)
    if "starter" in barred and same_person(who.person, starter):
        return f"{who.name} started this run, and whoever starts it may not decide here."
    if "author" in barred and any(same_person(who.person, author) for author in authors):
        return f"{who.name} changed this workflow, and whoever does may not decide here."
    not_asked = _not_asked(question, who)
    if not_asked is not None:
        return not_asked
    if any(same_person(who.person, given.by) for given in earlier):
        return f"{who.name} has decided already; another person is needed."
    return None


def _not_asked(question: Question, who: Decider) -> str | None:
    """Why a question is not put to this person. People are asked for by address, which nobody can give himself."""
    users = question.reviewers.get("users") or ()
    own = who.email if who.signed_in else who.person
    if users and not any(same_person(own, user) for user in users):
        return f"{who.name} is not among those who are asked: {', '.join(users)}."
    if who.roles is None:
        return None
    if "reviewer" not in who.roles:
        return "Only reviewers of the team decide this."
    role, group = question.reviewers.get("role"), question.reviewers.get("group")
    if role and role not in who.roles:
        return f"This asks for the role {role}, which {who.name} does not have here."
    if group and not any(same_person(group, each) for each in who.groups):
        return f"This asks the group {group}, and {who.name} is in no team of that name."
    return None


def why_not(review: Review, by: Decider, earlier: Sequence[GivenDecision] = ()) -> str | None:
    """Why this person may not answer a Review; None when he may.

    A try is answered by whoever tries: what separates duties binds live runs only.
    """
    if review.mode is not Mode.LIVE:
        if not by.person:
            return "A decision needs the name of who decides."
        alone = not by.signed_in or same_person(by.person, review.starter)
        return None if alone else "This belongs to somebody's try, and whoever tries answers it."
    return may_decide(
        review.question,
        by,
        starter=review.starter,
        authors=review.authors,
        duties=review.duties,
        earlier=earlier,
    )


def is_asked(review: Review, by: Decider) -> bool:
    """Whether a Review is one of this person's items, be it that he has answered it already."""
    return why_not(review, by) is None


def holder_of(review: Review, now: datetime) -> str | None:
    """Who works on a Review at this moment."""
    held = review.claimed_until is not None and review.claimed_until > now
    return review.claimed_by if held else None


def needed_of(question: Question, mode: Mode) -> int:
    """How many people must agree. Outside `live` whoever tries the workflow answers alone."""
    return 1 if mode is not Mode.LIVE else max(1, int(question.reviewers.get("k") or 1))


def proposal_of(question: Question) -> JSON:
    """What an edit replaces: the record's `proposal`, or the record itself where it has none."""
    record = question.record
    return record["proposal"] if isinstance(record, dict) and "proposal" in record else record


EXCERPT_PARTS, EXCERPT_LETTERS = 3, 160
_SENTENCE = 40
"""Letters from which on a text tells one item from another by itself."""


def excerpt_record(record: JSON, passed_over: Collection[str] = ()) -> list[tuple[str, str]]:
    """A few short texts of a record, each with its field's name, by which one item is told from another.

    Sentences count more than words, words more than figures; what is long stands last, so that a line shows every part.

    Args:
        record: what a Review is about.
        passed_over: texts that tell a person nothing, as the ids of files.
    """
    leaves = [(name, said, kind) for name, said, kind in islice(_leaves_of("", record), _LOOKED_AT)
              if said and said not in passed_over]  # fmt: skip
    best = sorted(range(len(leaves)), key=lambda at: (leaves[at][2], at))[:EXCERPT_PARTS]
    shown = [leaves[at][:2] for at in sorted(best)]
    return sorted(shown, key=lambda part: len(part[1]) > _SENTENCE)


_LOOKED_AT = 200
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


def _leaves_of(name: str, value: JSON) -> Iterator[tuple[str, str, int]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves_of(str(key)[:80], each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves_of(name, each)
    elif isinstance(value, str):
        said = _BLANKS.sub(" ", value[: EXCERPT_LETTERS * 4]).strip()
        cut = said if len(said) <= EXCERPT_LETTERS else f"{said[: EXCERPT_LETTERS - 1].rstrip()}…"
        yield name, cut, 0 if len(said) > _SENTENCE else 1
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, str(value)[:40], 2


def fit_edit(question: Question, edit: JSON) -> tuple[JSON, list[Problem]]:
    """An edit in the form of the proposal's schema, and what is wrong with it.

    Where the question brings no schema, the proposal itself shows what an edit must look like.
    """
    schema = question.proposal_schema or schema_of(proposal_of(question))
    try:
        value = normalise(edit, schema)
    except ShapeError as problem:
        return edit, [Problem((), str(problem))]
    return value, validate(value, schema)


def unfit(question: Question, given: GivenDecision) -> str | None:
    """Why an answer is not one that was asked for; None when it is."""
    if len(given.by) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} letters; this one has {len(given.by):,}."
    if given.decision not in question.choices:
        return f"{given.decision!r} is not offered; the choices are {', '.join(question.choices)}."
    if given.decision in (EDIT, REJECT) and not given.reason.strip():
        return f"To {given.decision} needs a reason."
    if given.decision != EDIT and given.edit is not None:
        return f"Only an edit brings a new text; this decision says {given.decision!r}."
    return None


def settle_decisions(question: Question, given: Sequence[GivenDecision], needed: int) -> Decision | None:
    """The answer that these decisions give together; None while more people are needed.

    One rejection rejects. Otherwise `needed` people must want the same text: whoever approves wants the proposal,
    whoever edits wants his edit, so an approval never covers another's change.
    """
    for each in given:
        if each.decision == REJECT:
            return Decision(REJECT, each.name or each.by, each.reason)
    proposal = proposal_of(question)
    for last in given:
        wanted = _wanted(last, proposal)
        agreed = [each for each in given if _wanted(each, proposal) == wanted]
        if len(agreed) < needed:
            continue
        names = ", ".join(each.name or each.by for each in agreed)
        reasons = "; ".join(dict.fromkeys(each.reason for each in agreed if each.reason))
        edited = next((each for each in agreed if each.decision == EDIT), None)
        return Decision(APPROVE if edited is None else EDIT, names, reasons, None if edited is None else edited.edit)
    return None


def _wanted(given: GivenDecision, proposal: JSON) -> str:
    return hash_value(given.edit if given.decision == EDIT else proposal)


def diff_values(before: JSON, after: JSON) -> list[dict[str, Any]]:
    """What an edit changed: for each changed field its dotted path, what it `was` and what it `is`."""
    return [dict(each) for each in _differences(before, after, "")]


def _differences(before: JSON, after: JSON, path: str) -> Iterator[dict[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif before != after or type(before) is not type(after):
        yield {"path": path, "was": before, "is": after}


def due_moment(question: Question, opened: datetime) -> datetime | None:
    """When a question's time runs out; None when it may wait for ever, or beyond the end of calendars.

    `due_clock` counts every hour. `due` counts working time; as long as a team has no calendar of its own that is
    Monday to Friday, in UTC, whole days.
    """
    try:
        if question.due_clock is not None:
            return opened + timedelta(seconds=read_duration(question.due_clock))
        if question.due is not None:
            return _add_working_time(opened, timedelta(seconds=read_duration(question.due)))
    except OverflowError:
        return None
    return None


def _add_working_time(start: datetime, left: timedelta) -> datetime:
    moment = start
    weeks, left = divmod(left, timedelta(days=5))
    moment += timedelta(weeks=weeks)
    while True:
        midnight = (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        if moment.weekday() >= _SATURDAY:
            moment = midnight
            continue
        if left <= midnight - moment:
            return moment + left
        left -= midnight - moment
        moment = midnight


def reasons_for(question: Question) -> tuple[str, ...]:
    """Codes of the reasons that are offered beside free text; screens have words for them."""
    if question.verdict is not None:
        return ("personal_data", "not_allowed", "not_needed", "wrong_person")
    if EDIT in question.choices:
        return ("incorrect", "incomplete", "unclear", "tone", "not_allowed")
    return ("incorrect", "incomplete", "not_allowed", "wrong_person", "duplicate")

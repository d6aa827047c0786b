"""A template is tried on its own examples and against the templates that bind already."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from builder.engine.graph import Workflow
from builder.governance import check_template
from builder.kit.errors import HandrailError
from tests.engine.governed import DAY, HUMAN_RULE, MASK_RULE, MODELS, TRIAGE, TYPES, template

FAR: dict[str, Any] = copy.deepcopy(TRIAGE)
FAR["nodes"]["answer"]["config"] = {"model": "far"}
FILES = {"triage.yaml": TRIAGE, "far.yaml": FAR}
NEAR_ONLY = {"id": "near-only", "forbid": {"kind": "prompt", "region_not": ["eu"]}}


def load(path: str) -> tuple[Workflow, Mapping[str, Workflow]]:
    if path not in FILES:
        raise HandrailError(f"There is no file {path}.")
    return Workflow.model_validate(FILES[path]), {}


def codes(examples: dict[str, list[str]], *others: Any) -> list[str]:
    draft = template(MASK_RULE, NEAR_ONLY, examples=examples)
    return [each.code for each in check_template(draft, TYPES, load, day=DAY, others=others, connections=MODELS)]


def test_examples_that_are_as_they_must_be() -> None:
    assert codes({"must_hold": ["triage.yaml"], "must_block": ["far.yaml"]}) == []


def test_examples_that_are_not() -> None:
    assert codes({"must_hold": ["far.yaml"], "must_block": ["triage.yaml"]}) == ["example_blocked", "example_holds"]


def test_examples_that_cannot_be_read() -> None:
    assert codes({"must_hold": ["gone.yaml"], "must_block": ["gone.yaml"]}) == ["example_unusable"] * 2


def test_conflicts_name_both_owners() -> None:
    ban = template({"id": "ban", "forbid": {"kind": "review"}}, name="Ban", owner="Ben")
    draft = template(HUMAN_RULE, owner="Ana")
    (found,) = check_template(draft, TYPES, load, day=DAY, others=[ban], connections=MODELS)
    assert found.code == "conflict"
    assert "Ana, Ben" in found.sentence


def test_conflicts_of_others_are_theirs() -> None:
    ban = template({"id": "ban", "forbid": {"kind": "review"}}, name="Ban")
    human = template(HUMAN_RULE, name="Human")
    assert check_template(template(NEAR_ONLY), TYPES, load, day=DAY, others=[ban, human], connections=MODELS) == []

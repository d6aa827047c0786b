"""The example workflows are right: nothing is found in them, not even a remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.catalog import discover_types
from builder.engine.check import check_graph
from builder.engine.graph import Workflow
from builder.engine.source import check_source
from builder.kit.documents import read_document

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FILES = sorted(EXAMPLES.glob("constructs/*.yaml"))


def read(path: Path) -> Workflow:
    workflow, findings = check_source(read_document(path.read_bytes(), path.name).value)
    assert workflow is not None, findings
    return workflow


@pytest.mark.parametrize("path", [*FILES, EXAMPLES / "support-triage" / "workflow.yaml"], ids=lambda path: path.stem)
def test_nothing_is_found(path: Path) -> None:
    called = {file.name: read(file) for file in FILES}
    assert check_graph(read(path), discover_types(), called) == []


def test_there_is_one_for_each_construct() -> None:
    names = """
        branch_every branch_first call deferred_choice error_port join loop map map_keep merge_cancelling merge_first
        merge_n_of_m parallel retry review_in_map send_back sequence stop wait_signal wait_timer
    """
    assert [path.stem for path in FILES] == names.split()

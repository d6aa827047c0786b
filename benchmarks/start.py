"""How soon the command line answers: help, and the check of a workflow of thirty nodes, as whole processes.

python benchmarks/start.py [--quick] [--json FILE]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.harness import Report, read_arguments
from builder.kit.documents import write_yaml

NODES = 30


def long_workflow(size: int = NODES) -> dict[str, object]:
    """Again and again: a question to a model, a branch on its answer, and a record of it; so many nodes in all."""
    nodes: dict[str, object] = {}
    edges: list[dict[str, str]] = []
    before = ""
    for number in range(-(-size // 3)):
        ask, way, keep = f"ask_{number}", f"way_{number}", f"keep_{number}"
        nodes[ask] = {
            "type": "prompt.classify@1",
            "config": {"model": "default", "categories": ["good", "bad"]},
            "inputs": {"text": {"from": "input.text"}},
        }
        case = {"port": "sure", "when": f"{ask}.confidence > 0.{number}5 && size(input.text) > {number}"}
        nodes[way] = {"type": "flow.branch@1", "config": {"cases": [case], "otherwise": "unsure"}}
        nodes[keep] = {
            "type": "flow.transform@1",
            "inputs": {"line": {"template": f"{number}: {{{{ {ask}.category }}}} of {{{{ input.text }}}}"}},
        }
        edges += [{"from": ask, "to": way}, {"from": f"{way}.sure", "to": keep}, {"from": f"{way}.unsure", "to": keep}]
        edges += [{"from": before, "to": ask}] if before else []
        before = keep
    left = list(nodes)[:size]
    nodes = {name: nodes[name] for name in left}
    edges = [edge for edge in edges if edge["from"].split(".")[0] in nodes and edge["to"] in nodes]
    inputs = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    result = {"line": {"from": f"{before}.line"}} if before in nodes else {}
    return {"handrail": 1, "name": f"{size} nodes", "inputs": inputs, "nodes": nodes, "edges": edges, "result": result}


def seconds_of(command: list[str], times: int) -> float:
    """The median time of a whole process, in seconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return sorted(taken)[len(taken) // 2]


def main() -> int:
    """Prints the table; 1 when a target is missed."""
    arguments = read_arguments(__doc__ or "")
    report = Report("start", arguments)
    times = 5 if arguments.quick else 11
    handrail = [sys.executable, "-m", "builder.cli"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "thirty.yaml"
        file.write_text(write_yaml(long_workflow()), encoding="utf-8")
        report.probe("a bare Python process", seconds_of([sys.executable, "-c", "pass"], times), "s")
        report.add("handrail --help", seconds_of([*handrail, "--help"], times), "s", at_most=0.3)
        report.add(
            f"handrail check, {NODES} nodes", seconds_of([*handrail, "check", str(file)], times), "s", at_most=1.0
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

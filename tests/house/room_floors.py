"""An import contract for the inside of a room: api > verbs > store > tables > schemas | rules (verbs: other files)."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

FLOOR = {"api": 5, "store": 3, "tables": 2, "schemas": 1, "rules": 1, "ports": 1}
VERB = 4


def floor_of(module: str) -> int:
    """The floor of a module inside its room, from its file name."""
    return FLOOR.get(module.split(".")[2], VERB)


class RoomsInsideContract(Contract):
    """Kept when no file of a room imports a file of the same room that stands above it."""

    type_name = "rooms_inside"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at every import between two files of one room that has a store or rules."""
        rooms = {
            module.rsplit(".", 1)[0]
            for module in graph.modules
            if module.count(".") == 2 and module.startswith("builder.") and module.rsplit(".", 1)[1] in FLOOR
        }
        broken: list[dict[str, Any]] = []
        for module in sorted(graph.modules):
            room = ".".join(module.split(".")[:2])
            if room not in rooms or module.count(".") < 2:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                if imported.startswith(room + ".") and floor_of(imported) > floor_of(module):
                    broken.append({"importer": module, "imported": imported})
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints each import that climbs."""
        for row in check.metadata["broken"]:
            output.print_error(f"{row['importer']} imports {row['imported']}, which stands above it.")

"""Migrations in two steps: who may live with which tables, and that a step which says it only adds does only add."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Inspector, create_engine, inspect

from builder.db import DatabaseError, open_database, read_steps
from builder.db.migrate import SchemaState, judge_state, upgrade_tables
from builder.db.steps import SchemaStep, needed_revision, next_target, pending_contracts, read_step

OLD = SchemaStep("0001", "expand", None, "a")
WIDE = SchemaStep("0002", "expand", None, "b")
NARROW = SchemaStep("0003", "contract", "0002", "c")
WIDER = SchemaStep("0004", "expand", None, "d")


def look(inspector: Inspector) -> dict[str, Any]:
    """What the tables are, in plain data."""
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": {
                tuple(each["column_names"])
                for each in [
                    *inspector.get_unique_constraints(table),
                    *(index for index in inspector.get_indexes(table) if index["unique"]),
                ]
            },
            "bound": [*inspector.get_foreign_keys(table), *inspector.get_check_constraints(table)],
        }
        for table in inspector.get_table_names()
    }


def narrowings(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What a program that knows only the tables before could stumble over."""
    found = [f"the table {name} is gone" for name in before.keys() - after.keys()]
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        for column, said in old["columns"].items():
            if new["columns"].get(column) != said:
                found.append(f"{name}.{column} is not what it was")
        for column in new["columns"].keys() - old["columns"].keys():
            _, nullable, default = new["columns"][column]
            if not nullable and default is None:
                found.append(f"{name}.{column} must be given")
        if old["key"] != new["key"] or len(new["bound"]) > len(old["bound"]):
            found.append(f"{name} is bound more tightly")
        found += [
            f"{name}: {columns} must be unique"
            for columns in new["unique"] - old["unique"]
            if old["columns"].keys() >= set(columns)
        ]
    return found


def test_a_step_that_expands_only_adds(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'steps.db'}")
    before: dict[str, Any] = {}
    for step in read_steps():
        upgrade_tables(engine, to=step.revision)
        after = look(inspect(engine))
        found = narrowings(before, after)
        assert found == [] or step.kind == "contract", f"{step.revision} says it expands, but: {found}"
        before = after
    engine.dispose()


def test_what_takes_something_away_would_be_found() -> None:
    free: dict[str, Any] = {
        "a": {"columns": {"id": ("INTEGER", False, None), "b": ("TEXT", True, None)}, "key": ["id"], "unique": set(),
              "bound": []},
    }  # fmt: skip

    def with_change(**change: Any) -> dict[str, Any]:
        return {"a": {**free["a"], **change}}

    columns = free["a"]["columns"]
    assert narrowings(free, free) == []
    assert narrowings(free, with_change(columns={**columns, "c": ("TEXT", True, None)})) == []
    for change in (
        {"columns": {"id": columns["id"]}},
        {"columns": {**columns, "b": ("INTEGER", True, None)}},
        {"columns": {**columns, "b": ("TEXT", False, None)}},
        {"columns": {**columns, "c": ("TEXT", False, None)}},
        {"key": ["id", "b"]},
        {"unique": {("b",)}},
        {"bound": ["a check"]},
    ):
        assert narrowings(free, with_change(**change)), change
    assert narrowings(free, {}) == ["the table a is gone"]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (SchemaState("0004", "0002"), None),
        (SchemaState("0009", "0002"), None),  # a newer program has expanded them beside this one
        (SchemaState("0009", "0004"), None),
        (SchemaState("0009", "0005"), "given up what this program still uses"),
        (SchemaState(None, None), "no tables yet"),
        (SchemaState("0003", "0002"), "is at version 0003; this program needs 0004"),
    ],
)
def test_who_may_live_with_which_tables(state: SchemaState, sentence: str | None) -> None:
    problem = judge_state(state, (OLD, WIDE, NARROW, WIDER))
    assert (problem is None) == (sentence is None)
    if problem is not None and sentence is not None:
        assert sentence in problem.sentence
        assert problem.way_out


def test_a_contract_in_between_is_named() -> None:
    problem = judge_state(SchemaState("0002", None), (OLD, WIDE, NARROW, WIDER))
    assert problem is not None
    assert problem.way_out == "Run `handrail migrate --contract` first."


def test_a_contract_at_the_end_is_not_waited_for() -> None:
    steps = (OLD, WIDE, NARROW)
    assert needed_revision(steps) == "0002"
    assert judge_state(SchemaState("0002", None), steps) is None
    assert next_target(steps, None, contract=False) == "0002"
    assert next_target(steps, "0002", contract=False) is None
    assert next_target(steps, "0001", contract=True) == "0003"
    assert pending_contracts(steps, "0002") == (NARROW,)
    assert pending_contracts(steps, "0003") == ()


@pytest.mark.parametrize(
    "source",
    [
        '"""x"""\nrevision = "0001"',
        '"""x"""\nkind = "both"',
        '"""x"""\nkind = "contract"',
        '"""x"""\nkind = "expand"\nsafe_from = "0001"',
    ],
)
def test_a_migration_says_what_it_is(source: str) -> None:
    with pytest.raises(ValueError, match="migration 0007 must say"):
        read_step(source, "0007")


def test_a_contract_is_read() -> None:
    source = '"""Takes the old column away."""\nkind = "contract"\nsafe_from = "0006"\n'
    assert read_step(source, "0007") == SchemaStep("0007", "contract", "0006", "Takes the old column away.")


def test_a_program_that_the_tables_left_behind_does_not_start(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "handrail.db"))
    database.upgrade()
    database.check()
    with database.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("INSERT INTO schema_step VALUES ('9999', 'contract', '9998', 0)")
    for refused in (database.check, database.upgrade):
        with pytest.raises(DatabaseError, match="9998"):
            refused()
    database.close()


def test_an_empty_database_is_not_checked_into_being(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "handrail.db"))
    with pytest.raises(DatabaseError, match="no tables yet"):
        database.check()
    assert database.look_at_tables() == SchemaState(None, None)
    database.close()

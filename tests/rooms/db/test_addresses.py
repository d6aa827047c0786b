"""Which addresses of databases are taken, and which are refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.db import DatabaseError, from_milliseconds, open_database, to_milliseconds
from builder.db.database import refuse_network_file
from builder.db.steps import migrations_folder, newest_revision


@pytest.mark.parametrize("address", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "postgresql://u:p@host:port/x"])
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(address)
    assert caught.value.way_out


def test_a_file_on_a_network_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(DatabaseError, match="nfs4"):
        refuse_network_file(tmp_path / "handrail.db", mounts)
    mounts.write_text(f"server:/x / nfs4 rw 0 0\ndisk {tmp_path} ext4 rw 0 0\n")
    refuse_network_file(tmp_path / "handrail.db", mounts)


def test_a_plain_path_is_sqlite_and_its_folder_is_made(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "new" / "handrail.db"))
    database.upgrade()
    assert database.dialect == "sqlite"
    assert (tmp_path / "new" / "handrail.db").exists()
    database.close()


def test_moments_are_milliseconds() -> None:
    assert from_milliseconds(1_700_000_000_123).isoformat() == "2023-11-14T22:13:20.123000+00:00"
    assert to_milliseconds(from_milliseconds(1_700_000_000_123)) == 1_700_000_000_123


def test_migrations_are_numbered_in_a_row() -> None:
    numbers = sorted(path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert newest_revision() == numbers[-1]

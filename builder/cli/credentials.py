"""`handrail credentials rewrap`: after the wrapping key changed, every credential's key is wrapped by the new one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from builder.cli.files import name_of_starter
from builder.cli.output import say
from builder.cli.runs import open_quietly


class Act(StrEnum):
    """What to do with the credentials."""

    REWRAP = "rewrap"


def credentials(act: Annotated[Act, typer.Argument(help="What to do.")]) -> None:
    """Wraps every credential's key under the present key, and that of the company's sign-in; what is sealed stays."""
    assert act is Act.REWRAP
    from builder.credentials import rewrap_credentials  # heavy: the database
    from builder.teams import rewrap_provider  # heavy: the database

    with open_quietly() as application, application.transaction() as session:
        count = rewrap_credentials(session, application.wrapping, name_of_starter(None))
        count += rewrap_provider(session, application.wrapping)
    said = "Nothing to do: all are wrapped by the present key." if not count else f"{count} wrapped anew."
    say(f"{said} HANDRAIL_CREDENTIALS_KEY_BEFORE is not needed any more.")

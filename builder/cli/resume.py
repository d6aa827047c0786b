"""`handrail resume`: goes on with a run that waits, or that a killed process left."""

from __future__ import annotations

from typing import Annotated

import typer

from builder.cli.answers import read_answers, refuse_unnamed
from builder.cli.files import JsonOption
from builder.cli.run import AnswersOption, HostsOption, finish, open_installation
from builder.cli.runs import RunArgument, number_of


def resume(
    run_id: RunArgument,
    answers: AnswersOption = None,
    allow_host: HostsOption = None,
    retry: Annotated[bool, typer.Option("--retry", help="Let a quarantined run try again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Follows the run to its end, or to where only people can help."""
    from builder.cli.runs import tell_run  # heavy: the database
    from builder.runs import release_run  # heavy: the database

    prepared = read_answers(answers)
    refuse_unnamed(prepared)
    number = number_of(run_id)
    with open_installation(allow_host) as application:
        if retry:
            tell_run(application, lambda session: release_run(session, number))
        finish(application, number, prepared, as_json=as_json, by_hand=answers is None)

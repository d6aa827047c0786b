"""`handrail run`: weave, prove, verify, and run for real."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.cli.answers import Answers, read_answers, refuse_unnamed
from builder.cli.files import (
    FileArgument,
    GovernanceOption,
    JsonOption,
    StageOption,
    name_of_starter,
    open_workflow,
    plain_value,
    refuse_errors,
)
from builder.cli.govern import govern, refuse_counterexamples
from builder.cli.output import FINDINGS, NOT_SIGNED_IN, WAITING, print_json, say, unusable
from builder.engine.state import RunStatus
from builder.engine.woven import dump_woven
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.sdk import Mode, Stage

if TYPE_CHECKING:
    from builder.runs import RunStory
    from builder.wiring import Application

AnswersOption = Annotated[
    Path | None, typer.Option("--answers", help="Decisions made beforehand: step path → decision.", show_default=False)
]
HostsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host", help="A host (with port) that steps may reach although it is private.", metavar="HOST"
    ),
]


class RunMode(StrEnum):
    """The two ways to run from the command line."""

    LIVE = "live"
    DRY = "dry"


def run(
    file: FileArgument,
    value: Annotated[str, typer.Option("--input", "-i", help="The input: a file, or JSON text.", show_default=False)],
    governance: GovernanceOption = None,
    mode: Annotated[RunMode, typer.Option("--mode", help="In a dry run a write is recorded, not made.")] = RunMode.LIVE,
    answers: AnswersOption = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="A folder for the files that the run makes.", show_default=False)
    ] = None,
    starter: Annotated[
        str | None, typer.Option("--as", help="Who starts it; by default the system's user.", show_default=False)
    ] = None,
    stage: StageOption = Stage.PILOT,
    allow_host: HostsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs a workflow to its end, or to where only people can help. A file in the input is given by its path."""
    from builder.cli.attach import attach_files, save_files  # heavy: the database
    from builder.runs import Start  # heavy: the database

    prepared = read_answers(answers)
    refuse_unnamed(prepared)
    opened = open_workflow(file)
    given = plain_value(value)
    reading = refuse_errors(opened, as_json=as_json)
    woven = refuse_counterexamples(govern(opened, reading, governance, stage=stage), as_json=as_json)
    with open_installation(allow_host) as application:
        document, by = dump_woven(woven), name_of_starter(starter)
        given, files = attach_files(application, document["source"].get("inputs") or {}, given, by)
        start = Start(
            input=given,
            starter=by,
            files=files,
            mode=Mode(mode.value),
            stage=stage,
            team=woven.graph.team,
        )
        try:
            number = application.start(document, start)
        except HandrailError as error:
            raise unusable(error) from None
        try:
            finish(application, number, prepared, as_json=as_json, by_hand=answers is None)
        finally:
            if save is not None:
                save_files(application, number, save, say_so=not as_json)


def open_installation(allow_host: list[str] | None) -> Application:
    """This installation, working in this process.

    Raises:
        Ending: a setting or the database cannot be used (exit 2).
    """
    from builder.settings import read_settings  # only commands that run need them
    from builder.wiring import build_embedded  # heavy: the database and Celery

    try:
        return build_embedded(read_settings(os.environ), allow_hosts=tuple(allow_host or ()))
    except HandrailError as error:
        raise unusable(error) from None


def finish(application: Application, number: int, answers: Answers, *, as_json: bool, by_hand: bool) -> None:
    """Follows a run and ends the command as the run ended.

    Raises:
        typer.Exit: it did not succeed (1), or waits for people (3).
    """
    from builder.cli.ask import TerminalDesk  # heavy: the database
    from builder.cli.follow import Follower, step_types  # heavy: the database
    from builder.cli.progress import Progress  # heavy: the database
    from builder.runs import read_woven_of  # heavy: the database

    with application.database.read() as session:
        type_of = step_types(read_woven_of(session, number))
    progress = Progress(type_of, SYSTEM_CLOCK.now)
    follower = Follower(application, number, answers, show=(lambda _: None) if as_json else progress.show)
    if by_hand and not as_json and sys.stdin.isatty():
        follower.ask = TerminalDesk(progress.pause, lambda: follower.refused).ask
    story = follower.follow()
    progress.pause()
    if as_json:
        print_json(story_record(story, type_of, follower.refused, follower.deciders))
    else:
        _tell(story, follower.refused)
    status = RunStatus(story.run.status)
    if status is not RunStatus.SUCCEEDED:
        raise typer.Exit(WAITING if status in (RunStatus.WAITING, RunStatus.READY, RunStatus.RUNNING) else FINDINGS)


def story_record(
    story: RunStory, type_of: Callable[[str], str], refused: dict[str, str], deciders: dict[str, str]
) -> dict[str, Any]:
    """A run as `--json` gives it."""
    models = sorted({str(step.usage[0]) for step in story.steps if step.usage and step.usage[0]})
    return {
        "run": {
            "id": story.run.id,
            "state": story.run.status,
            "result": story.result,
            "cost": story.run.cost,
            "why": story.run.why,
            "mode": story.run.mode.value,
            "starter": person(story.run.starter),
            "models": models,
        },
        "steps": [
            {
                "path": step.path,
                "type": type_of(step.path),
                "state": step.status.value,
                "attempts": step.attempts,
                "started": step.started.isoformat(),
                "ended": step.ended.isoformat() if step.ended else None,
                "why": refused.get(step.path) or step.why,
                **({"decided_by": person(deciders[step.path])} if step.path in deciders else {}),
            }
            for step in story.steps
        ],
    }


def person(name: str) -> dict[str, str]:
    """Somebody, as `--json` names people."""
    return {"name": name, "note": NOT_SIGNED_IN}


def _tell(story: RunStory, refused: dict[str, str]) -> None:
    say(f"Run {story.run.id} {story.run.status}. Started by {story.run.starter} ({NOT_SIGNED_IN}).")
    if story.run.why:
        say(story.run.why)
    for path, sentence in refused.items():
        say(f"The answer for {path} was not taken: {sentence}")
    if story.result is not None:
        import json  # only a result needs it

        say(json.dumps(story.result, indent=2, ensure_ascii=False))
    if story.run.status == RunStatus.WAITING.value:
        say(f"Go on with: handrail resume {story.run.id}")

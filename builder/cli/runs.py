"""`handrail runs`, `show`, `cancel`, `signal`, `retry`: looking at runs, and telling them something."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.cli.answers import Answers
from builder.cli.files import JsonOption, name_of_starter, plain_value
from builder.cli.output import NOT_SIGNED_IN, Ending, print_json, say, unusable
from builder.engine.state import RunStatus
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.kit.ids import read_id, show_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from builder.runs import RunStory
    from builder.wiring import Application

RunArgument = Annotated[str, typer.Argument(help="The run's id, as `handrail runs` shows it.", show_default=False)]
ByOption = Annotated[
    str | None, typer.Option("--as", help="Who asks; by default the system's user.", show_default=False)
]


def number_of(run_id: str) -> int:
    """The number behind a run's id.

    Raises:
        Ending: it is no id (exit 2).
    """
    try:
        return read_id(run_id)
    except ValueError as error:
        raise Ending(f"{error}. `handrail runs` lists the runs.") from None


def open_quietly() -> Application:
    """This installation, to look at it or to tell it something; nothing is executed.

    Raises:
        Ending: a setting or the database cannot be used (exit 2).
    """
    from builder.settings import read_settings  # only commands that need the database
    from builder.wiring import open_application  # heavy: the database and Celery

    try:
        return open_application(read_settings(os.environ))
    except HandrailError as error:
        raise unusable(error) from None


def tell_run(application: Application, act: Callable[[Session], Any]) -> Any:
    """One act in one transaction.

    Raises:
        Ending: it cannot be done (exit 2).
    """
    try:
        with application.transaction() as session:
            return act(session)
    except HandrailError as error:
        raise unusable(error) from None


def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 20,
    state: Annotated[
        RunStatus | None, typer.Option("--state", help="Only runs in this state.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Lists runs."""
    from builder.runs import list_runs  # heavy: the database

    with open_quietly() as application, application.database.read() as session:
        rows = list_runs(session, limit=limit, status=state)
    if as_json:
        print_json({
            "runs": [
                {
                    "id": each.id, "name": each.name, "state": each.status, "why": each.why, "mode": each.mode.value,
                    "starter": each.starter, "cost": each.cost, "made": each.made.isoformat(),
                }
                for each in rows
            ]
        })  # fmt: skip
        return
    for each in rows:
        say(f"{each.id}  {each.status:<11} {each.made:%Y-%m-%d %H:%M:%S}  {each.name}  {each.why}".rstrip())
    if not rows:
        say(f"No run is {state}." if state else "There are no runs yet. Start one with: handrail run FILE --input …")


def show(
    run_id: RunArgument,
    step: Annotated[str | None, typer.Option("--step", help="What this step was given and gave.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Shows one run, or one of its steps."""
    from builder.cli.follow import read_told, step_types  # heavy: the database
    from builder.cli.progress import MARK, Progress  # heavy: the database
    from builder.cli.run import story_record  # heavy: the database
    from builder.runs import read_woven_of  # heavy: the database

    number = number_of(run_id)
    with open_quietly() as application:
        try:
            story, deciders = read_told(application, number)
            with application.database.read() as session:
                document = read_woven_of(session, number)
        except HandrailError as error:
            raise unusable(error) from None
        type_of = step_types(document)
        if step is not None:
            print_json(_step_record(application, story, document, step))
        elif as_json:
            print_json(story_record(story, type_of, {}, deciders))
        else:
            progress = Progress(type_of, SYSTEM_CLOCK.now, live=False)
            starter = f"started by {story.run.starter} ({NOT_SIGNED_IN})"
            say(f"{story.run.name} · run {story.run.id} · {story.run.status} · {starter}")
            for each in story.steps:
                say(f"  {MARK[each.status][0]} {progress.describe(each)}")
            say(story.run.why)
            say(json.dumps(story.result, indent=2, ensure_ascii=False))


def _step_record(application: Application, story: RunStory, document: Any, path: str) -> dict[str, Any]:
    from builder.runs import read_step_inputs  # heavy: the database

    view = next((each for each in story.steps if each.path == path), None)
    if view is None:
        names = ", ".join(each.path for each in story.steps)
        raise Ending(f"Run {story.run.id} has no step {path}. Its steps are: {names}.")
    try:
        plan = application.load_plan(document)
        with application.database.read() as session:
            given = read_step_inputs(session, story.run.number, path, plan, application.payloads)
    except HandrailError as error:
        given = {"unknown": error.sentence}
    return {
        "path": path, "state": view.status.value, "why": view.why, "given": given, "gave": view.output,
        "verdict": view.verdict, "usage": view.usage, "error": view.error, "marks": view.marks,
    }  # fmt: skip


def cancel(
    run_id: RunArgument,
    step: Annotated[str | None, typer.Option("--step", help="Only this step; the run goes on without it.")] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancels a run that goes on or waits, or one of its steps."""
    from builder.cli.follow import Follower  # heavy: the database
    from builder.cli.run import open_installation  # heavy: the database
    from builder.runs import cancel_run, cancel_step  # heavy: the database

    number, who = number_of(run_id), name_of_starter(by)
    with open_quietly() as application:  # said before anything can be executed here, so that no effect slips in
        if step is None:
            tell_run(application, lambda session: cancel_run(session, number, who))
        else:
            tell_run(application, lambda session: cancel_step(session, number, step, who))
    with open_installation(None) as application:
        story = Follower(application, number, Answers(), show=lambda _: None).follow()
    if as_json:
        print_json({"run": {"id": story.run.id, "state": story.run.status, "why": story.run.why}})
    else:
        say(f"Run {story.run.id} {story.run.status}. {story.run.why}")


def signal(
    run_id: RunArgument,
    name: Annotated[str, typer.Argument(help="The signal's name.", show_default=False)],
    body: Annotated[str, typer.Option("--body", help="What comes with it: a file, or JSON text.")] = "{}",
) -> None:
    """Sends a signal to a run that waits for it, now or later. `handrail resume` then goes on."""
    from builder.runs import signal_run  # heavy: the database

    number, value = number_of(run_id), plain_value(body, "--body")
    with open_quietly() as application:
        tell_run(application, lambda session: signal_run(session, number, name, value))
    say(f"Run {run_id} was told {name!r}. Go on with: handrail resume {run_id}")


def retry(
    run_id: RunArgument,
    step: Annotated[str, typer.Argument(help="The step to begin from.", show_default=False)],
    by: ByOption = None,
) -> None:
    """Makes a new run that copies what came before a step and does the rest anew."""
    from builder.runs import Retry, read_woven_of, retry_from_step  # heavy: the database

    number = number_of(run_id)
    with open_quietly() as application:

        def act(session: Session) -> int:
            plan = application.load_plan(read_woven_of(session, number))
            retry = Retry(number, step, name_of_starter(by))
            return retry_from_step(session, plan, retry, application.vault_key, application.admission)

        made = show_id(tell_run(application, act))
    say(f"Run {made} begins at {step}. Go on with: handrail resume {made}")

"""The cli is the command line: a table of commands, each loaded when it is called, so that help is there at once."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from builder.cli.output import FAULT, Ending, end_with, open_streams, unusable
from builder.kit.errors import HandrailError
from builder.kit.memory import loading

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("builder.cli.up:up", "Start the product: API, screens, worker and keeper in one process."),
    "api": ("builder.cli.processes:api", "Start an API process, where several processes share the work."),
    "worker": ("builder.cli.processes:worker", "Start a worker process."),
    "keeper": ("builder.cli.processes:keeper", "Start a keeper process."),
    "migrate": ("builder.cli.migrate:migrate", "Bring the database's tables up to this version."),
    "doctor": ("builder.cli.doctor:doctor", "Say what of this installation is well and what is not."),
    "backup": ("builder.cli.backup:backup", "Write all that this installation knows into one file."),
    "restore": ("builder.cli.backup:restore", "Put a backup into an empty installation."),
    "owner": ("builder.cli.owner:owner", "Make the link that lets the first owner in."),
    "probe": ("builder.cli.probe:probe", "Ask a process of this machine whether it is well."),
    "check": ("builder.cli.check:check", "Say everything that is wrong with a workflow file."),
    "weave": ("builder.cli.weave:weave", "Insert what governance demands, with the proof."),
    "verify": ("builder.cli.verify:verify", "Check a woven file, trusting neither weaver nor prover."),
    "run": ("builder.cli.run:run", "Weave, prove, verify and run a workflow."),
    "resume": ("builder.cli.resume:resume", "Go on with a run that waits or was left by a killed process."),
    "runs": ("builder.cli.runs:runs", "List runs, newest first."),
    "show": ("builder.cli.runs:show", "Show a run, or what one of its steps was given and gave."),
    "cancel": ("builder.cli.runs:cancel", "Cancel a run, or one of its steps."),
    "signal": ("builder.cli.runs:signal", "Send a signal to a run that waits for it."),
    "retry": ("builder.cli.runs:retry", "Make a new run that begins at a step of an earlier one."),
    "explain": ("builder.cli.explain:explain", "Tell a workflow in plain sentences."),
    "nodes": ("builder.cli.nodes:nodes", "List node types; check their folders; scaffold one."),
    "schema": ("builder.cli.schema:schema", "Print the JSON Schema of a file format."),
    "credentials": ("builder.cli.credentials:credentials", "Wrap the keys of credentials anew, under another key."),
    "audit": ("builder.cli.audit:audit", "Verify or export the audit log."),
}


class CommandTable(TyperGroup):
    """A group whose commands are rows of a table; listing them loads none of them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Loads the one command that was asked for."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        module, _, function = row[0].partition(":")
        with loading():
            command = getattr(import_module(module), function)
        app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        app.command(name=cmd_name, help=row[1])(command)
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The table as help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row[1]) for name, row in COMMANDS.items()])


def build_app() -> typer.Typer:
    """The root command."""
    app = typer.Typer(
        cls=CommandTable,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        help="Workflows that your teams own, inside rules that governance proves.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
        if version:
            from builder import __version__  # read only when asked for

            typer.echo(__version__)
            raise typer.Exit

    return app


def main() -> None:
    """The entry point `handrail`.

    Exit codes: 0 it holds or succeeded, 1 findings or failed or refused, 2 something could not be used, 3 waiting for
    people.
    """
    as_json = "--json" in sys.argv
    open_streams()
    try:
        sys.exit(build_app()(args=sys.argv[1:] or ["--help"], prog_name="handrail", standalone_mode=False))
    except Ending as ending:
        sys.exit(end_with(ending, as_json=as_json))
    except HandrailError as error:
        sys.exit(end_with(unusable(error), as_json=as_json))
    except TyperException as error:
        sys.exit(end_with(misused(error), as_json=as_json))
    except typer.Abort:
        sys.exit(end_with(Ending("Stopped.", code=130), as_json=as_json))
    except Exception as fault:  # whatever it is, a person gets a sentence; HANDRAIL_DEBUG=1 shows where it happened
        if os.environ.get("HANDRAIL_DEBUG"):
            raise
        sentence = f"Handrail has a fault here ({type(fault).__name__}). With HANDRAIL_DEBUG=1 it shows where."
        record = {"code": "fault", "sentence": sentence}
        sys.exit(end_with(Ending(sentence, code=FAULT, record=record), as_json=as_json))


def misused(error: TyperException) -> Ending:
    """A command line that cannot be meant, as the end of a command."""
    said = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = "handrail" if context is None else context.command_path
    sentence = f"{said}. `{command} --help` shows what can be written."
    return Ending(sentence, record={"code": "usage", "sentence": sentence})

"""`handrail api`, `worker` and `keeper`: the processes of an installation on PostgreSQL and Redis. `handrail up` is all
three in one.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import typer

from builder.cli.output import say, unusable
from builder.cli.serve import expect_own_machine, listen_on, look_at_own_door, make_server
from builder.kit.errors import HandrailError
from builder.kit.memory import loading
from builder.settings import Settings, SettingsError, read_settings

_OWNERLESS = (
    "Start it without `--host`, let the first owner in by the link of `handrail owner`, then start it with `--host`. "
    "Where that cannot be, as in a container, say `--ownerless`."
)


def api(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8700, min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    ownerless: bool = typer.Option(
        False,
        "--ownerless",
        help="Let others reach it before anybody can sign in but by `handrail owner`'s link.",
    ),
) -> None:
    """Answers people and programs; runs are executed by workers."""
    with loading():
        from builder.app import build_app  # heavy: the whole product
        from builder.screens import screens_folder  # heavy: Starlette
        from builder.teams import is_ownerless  # heavy: SQLAlchemy
        from builder.wiring import build_api  # heavy: the whole product

    with ExitStack() as things:
        try:
            settings = _read_scaled("An API process")
            listening = things.enter_context(listen_on(host, port))
            application = things.enter_context(build_api(settings))
            with application.database.read() as session:
                waits = is_ownerless(session)
            if waits and not ownerless:
                expect_own_machine(listening, _OWNERLESS)
            application.open_side_door(also=look_at_own_door(listening))
        except HandrailError as error:
            raise unusable(error) from None
        app = build_app(application, screens_folder())
        server = make_server(app, settings.proxies)
        if waits:
            say("Nobody can sign in here yet. `handrail owner` prints the link that lets the first owner in, once.")
        say(f"Handrail's API listens on {host}:{listening.getsockname()[1]}")
        server.run(sockets=[listening])


def worker() -> None:
    """Executes runs as rings come in, until SIGTERM."""
    try:
        _read_scaled("A worker process")
    except HandrailError as error:
        raise unusable(error) from None
    with loading():
        from builder.worker import work  # heavy: Celery; it reads the settings when it is loaded

    raise typer.Exit(work())


def keeper() -> None:
    """Rings, wakes, gives back and chains, until SIGTERM."""
    with loading():
        from builder.keeper import main  # heavy: the whole product

    raise typer.Exit(main())


def _read_scaled(who: str) -> Settings:
    """The settings of an installation of several processes.

    Raises:
        SettingsError: they cannot be meant, or are those of one process.
    """
    settings = read_settings(os.environ)
    if not settings.scaled:
        way_out = "Set it and HANDRAIL_DATABASE_URL, or use `handrail up`, which needs neither."
        raise SettingsError(f"{who} needs HANDRAIL_BROKER_URL.", way_out=way_out)
    return settings

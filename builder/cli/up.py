"""`handrail up`: the product in one process: API, screens, worker and keeper; with a broker, the workers are others."""

from __future__ import annotations

import os
import signal
import socket
import webbrowser
from contextlib import ExitStack
from dataclasses import replace

import typer

from builder.cli.output import Ending, say, unusable
from builder.kit.errors import HandrailError
from builder.settings import Settings, read_settings

_GRACE = 5
"""Seconds that requests under way get when the process is told to stop."""


def up(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8700, min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    example: bool = typer.Option(False, "--example", help="Put the support triage into an empty installation."),
    open_browser: bool = typer.Option(False, "--open", help="Open the product in this machine's browser."),
) -> None:
    """Starts the product and serves it until Ctrl-C or SIGTERM."""
    with ExitStack() as things:
        try:
            settings = read_settings(os.environ)
            listening = things.enter_context(_listen(host, port))
            if not os.environ.get("HANDRAIL_URL"):
                settings = replace(settings, url=f"http://{_named(host)}:{listening.getsockname()[1]}")
            _serve(settings, listening, things, example=example, open_browser=open_browser)
        except HandrailError as error:
            raise unusable(error) from None


def _serve(
    settings: Settings, listening: socket.socket, things: ExitStack, *, example: bool, open_browser: bool
) -> None:
    import uvicorn  # heavy: loaded on first use

    from builder.app import build_app  # heavy: the whole product
    from builder.example import furnish, open_receiver  # heavy: the whole product
    from builder.screens import screens_folder  # heavy: Starlette
    from builder.wiring import build_api, build_embedded  # heavy: the whole product

    receiver = open_receiver() if example else None
    if receiver is not None:
        things.callback(receiver.close)
    hosts = () if receiver is None else (receiver.address,)
    application = build_api(settings) if settings.scaled else build_embedded(settings, allow_hosts=hosts)
    things.enter_context(application)
    screens = screens_folder()
    app = build_app(application, screens)
    link = application.open_door()
    if example and link is not None:
        furnish(application, link.owner)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
        loop="asyncio",
        http="h11",  # whatever else is installed beside: tests and production run the same
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        """Uvicorn hears the signals while it serves, and raises them again at its end: neither must cut off closing."""
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    address = settings.url if link is None else f"{settings.url}/link/{link.token}"
    say(f"Handrail is at {settings.url}")
    if link is not None:
        say(f"Sign in, once, as its first owner: {address}")
    if screens is None:
        say("Its screens are not built, so only its API answers. `make screens` builds them.")
    if receiver is not None:
        say(f"What the example sends arrives at http://{receiver.address}")
    elif example:
        say("What the example sends cannot arrive: something else listens on port 8765 of this machine.")
    if open_browser:
        webbrowser.open(address)
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """The socket, before anything is opened: who finds the port taken learns it at once.

    Raises:
        Ending: nobody can listen there (exit 2).
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        raise Ending(
            f"Nobody can listen on {host}:{port}: {why}. Is Handrail running already? `--port` takes another."
        ) from None


def _named(host: str) -> str:
    """How a browser on this machine names the address."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 – compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

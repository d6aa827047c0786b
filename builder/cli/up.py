"""`handrail up`: the product in one process: API, screens, worker and keeper; with a broker, the workers are others."""

from __future__ import annotations

import os
import socket
import webbrowser
from contextlib import ExitStack
from dataclasses import replace

import typer

from builder.cli.output import say, unusable
from builder.cli.serve import expect_own_machine, listen_on, look_at_own_door, make_server
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.kit.memory import loading
from builder.settings import Settings, read_settings


def up(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8700, min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    example: bool = typer.Option(False, "--example", help="Put the support triage into an empty installation."),
    open_browser: bool = typer.Option(False, "--open", help="Open the product in this machine's browser."),
) -> None:
    """Starts the product and serves it until Ctrl-C or SIGTERM."""
    began = SYSTEM_CLOCK.monotonic()
    with ExitStack() as things:
        try:
            settings = read_settings(os.environ)
            listening = things.enter_context(listen_on(host, port))
            if not os.environ.get("HANDRAIL_URL"):
                settings = replace(settings, url=f"http://{_named(host)}:{listening.getsockname()[1]}")
            _serve(settings, listening, things, example=example, open_browser=open_browser, began=began)
        except HandrailError as error:
            raise unusable(error) from None


def _serve(
    settings: Settings, listening: socket.socket, things: ExitStack, *, example: bool, open_browser: bool, began: float
) -> None:
    with loading():
        from builder.app import build_app  # heavy: the whole product
        from builder.example import furnish, open_receiver  # heavy: the whole product
        from builder.screens import screens_folder  # heavy: Starlette
        from builder.wiring import build_api, build_embedded  # heavy: the whole product

    receiver = open_receiver() if example else None
    if receiver is not None:
        things.callback(receiver.close)
    hosts = () if receiver is None else (receiver.address,)
    application = build_api(settings) if settings.scaled else build_embedded(settings, allow_hosts=hosts, role="up")
    things.enter_context(application)
    application.open_side_door(also=look_at_own_door(listening))
    screens = screens_folder()
    app = build_app(application, screens)
    link = application.open_door()
    if link is not None:
        way_out = "Start it without `--host`, sign in by its link and set a password; then start it with `--host`."
        expect_own_machine(listening, way_out)
    if example and link is not None:
        furnish(application, link.owner)
    server = make_server(app, settings.proxies)
    address = settings.url if link is None else f"{settings.url}/link/{link.token}"
    say(f"Handrail is at {settings.url}")
    say(f"Ready after {SYSTEM_CLOCK.monotonic() - began:.1f} s.")
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


def _named(host: str) -> str:
    """How a browser on this machine names the address."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 – compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

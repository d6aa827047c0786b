"""`handrail owner`: the way in for whoever stands at the machine, while nobody can sign in yet, or while the company's
sign-in is on, which may be broken.
"""

from __future__ import annotations

from builder.cli.files import JsonOption
from builder.cli.output import FINDINGS, Ending, print_json, say
from builder.cli.runs import open_quietly


def owner(as_json: JsonOption = False) -> None:
    """Makes a link that signs the first owner in, once. An earlier one no longer opens."""
    with open_quietly() as application:
        link = application.open_door(asked=True)
        address = None if link is None else f"{application.settings.url}/link/{link.token}"
    if address is None:
        raise Ending("Somebody can sign in already. An admin makes links for others under People.", code=FINDINGS)
    if as_json:
        print_json({"link": address})
    else:
        say(f"Sign in, once, as the first owner: {address}")

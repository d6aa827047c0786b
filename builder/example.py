"""An installation with something in it: a team, three colleagues, the support triage under its rules, ready to run.

Everything is done by the verbs that people use, in the names of the example's people, so it obeys the same rules: one
governor writes the template and another approves it, one member of the team writes the workflow and another publishes
it. That leaves the first owner free to start it, and a colleague to decide.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from sqlalchemy.orm import Session

from builder.db import read_clock
from builder.governance import approve_template, enforce_template, import_template
from builder.publishing import Press, ask_to_publish, decide_request
from builder.sdk import Stage
from builder.teams import add_roles, found_team, introduce_person, read_teams, save_roles_of, speak_as
from builder.wiring import Application
from builder.workflows import Installed, change_workflow, create_from_example, examples_folder

NAME = "support-triage"
PORT = 8765
"""Where the example's workflow sends its answers, on this machine."""

_ACTOR = "the example"


def furnish(application: Application, owner: int) -> None:
    """Puts the example into an installation without a team; one that has a team stays as it is.

    Args:
        application: the installation.
        owner: the first owner, who becomes a member of the team and the second governor.
    """
    with application.transaction() as session:
        if read_teams(session, None):
            return
        now = read_clock(session)
        mara = introduce_person(session, _ACTOR, "mara.lindqvist@example.com", "Mara Lindqvist", now)
        jonas = introduce_person(session, _ACTOR, "jonas.okafor@example.com", "Jonas Okafor", now)
        ines = introduce_person(session, _ACTOR, "ines.duarte@example.com", "Ines Duarte", now, org_roles=["governor"])
        save_roles_of(session, _ACTOR, owner, ["admin", "governor"], now)
        team = found_team(session, _ACTOR, "Customer support", owner, now)
        add_roles(session, _ACTOR, team, owner, ["builder"], now)
        add_roles(session, _ACTOR, team, mara, ["builder", "owner"], now)
        add_roles(session, _ACTOR, team, jonas, ["reviewer", "owner"], now)
        _govern(session, application, writes=ines, approves=owner)
        _publish(session, application, team, writes=mara, publishes=jonas)


def open_receiver() -> Any | None:
    """The example's receiver, which keeps what its workflow sends; None when its port is taken.

    It stands in a file beside the example, for everybody to read, and is no part of this package.
    """
    spec = importlib.util.spec_from_file_location("receiver", examples_folder() / NAME / "receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        return module.Receiver(PORT)
    except OSError:
        return None


def _govern(session: Session, application: Application, *, writes: int, approves: int) -> None:
    types, connections = application.types, application.connections
    content = (examples_folder() / NAME / "governance.yaml").read_bytes()
    made, _ = import_template(
        session, speak_as(session, writes), content, "governance.yaml", {}, types=types, connections=connections
    )
    second = speak_as(session, approves)
    approve_template(session, second, made.template_id, made.number, types=types, connections=connections)
    enforce_template(session, second, made.template_id, made.number, read_clock(session).date())


def _publish(session: Session, application: Application, team: int, *, writes: int, publishes: int) -> None:
    press = Press(Installed(application.types, application.connections), application.signing_key)
    author = speak_as(session, writes)
    workflow = create_from_example(session, author, team, NAME)
    change_workflow(session, author, workflow, {"deputy_id": publishes})
    asked = ask_to_publish(session, author, workflow, press, seen=1, stage=Stage.PILOT, note="Ready for a first try.")
    decide_request(session, speak_as(session, publishes), asked.id, press, approve=True)

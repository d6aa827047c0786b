"""The whole API, called as its own description says and as it does not: never an error of ours, never a surprise.

Every second call is about things that are there (made as the room's cases make them), by somebody who may everything.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from builder.teams import CSRF_HEADER
from builder.teams.gate import COOKIE
from builder.teams.sessions import csrf_of
from tests.rooms.cases import Visitor, find_cases
from tests.rooms.world import ORG_ROLES, TEAM_ROLES, URL, World, assembled, make_world

pytestmark = pytest.mark.storms

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
BY_HAND = frozenset({"sign_out", "end_sessions", "change_password"})  # they would end the caller's own session
CASES = find_cases()
turns = itertools.count()
schema = schemathesis.openapi.from_dict(copy.deepcopy(assembled().openapi())).exclude(operation_id=list(BY_HAND))


@dataclass
class Signed:
    """An installation, and the session of somebody who may everything in it.

    Attributes:
        make: makes a fresh one.
        token: of the session; empty when a call has ended it.
        calls: how many it has had; after some it is left for a fresh one, or all that they made is read ever again.
    """

    make: Callable[[], World]
    world: World
    token: str = ""
    calls: int = 0

    def come_in(self) -> str:
        """The session's token."""
        self.calls += 1
        if self.calls % 50 == 0:
            self.world.application.close()
            self.world, self.token = self.make(), ""
        self.token = self.token or self.world.token("everything")
        return self.token


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Signed]:
    def make() -> World:
        made = make_world(tmp_path_factory.mktemp("schema"), migrated_file)
        made.add_person("everything", ours=TEAM_ROLES, theirs=TEAM_ROLES, org=ORG_ROLES)
        return made

    opened = Signed(make, make())
    yield opened
    opened.world.application.close()


@schema.parametrize()
@seed(8700)
@settings(
    max_examples=max(4, settings.get_profile(settings.get_current_profile_name()).max_examples // 10),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
def test_every_call_gets_an_answer_that_was_described(case: Any, signed: Signed) -> None:
    token, world = signed.come_in(), signed.world
    arranged = CASES.get(case.operation.definition.raw["operationId"])
    if arranged is not None and next(turns) % 2:
        case.path_parameters = dict(
            arranged.arrange(world, Visitor("everything", world.people["everything"], token)).path
        )
    if case.query and "wait" in case.query:  # nobody works here, so a call that waits would only wait
        case.query["wait"] = min(case.query["wait"], 0) if isinstance(case.query["wait"], int) else case.query["wait"]
    if case.headers and "prefer" in case.headers:
        case.headers["prefer"] = case.headers["prefer"].replace("=", "")
    headers = {CSRF_HEADER: csrf_of(token)}
    answer = case.call(base_url=URL, app=world.app, headers=headers, cookies={COOKIE: token})
    if answer.status_code == 401:
        signed.token = ""
    case.validate_response(answer, checks=CHECKS)

"""The description of the API names each refusal by its status, and says how it looks."""

from __future__ import annotations

from builder.app import PUBLIC_ROUTES
from tests.rooms.world import assembled


def test_every_call_says_what_it_refuses() -> None:
    document = assembled().openapi()
    known = document["components"]["responses"]
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            refusals = {status: said for status, said in call["responses"].items() if int(status) >= 400}
            assert all(said["$ref"].rpartition("/")[2] in known for said in refusals.values()), path
            assert ("403" in refusals) or (method.upper(), path) in PUBLIC_ROUTES, path
            assert ("413" in refusals) or "requestBody" not in call, path
            if any(each["name"] == "if-match" for each in call.get("parameters", ())):
                assert "428" in refusals, path
    forms = {said["content"]["application/json"]["schema"]["$ref"] for said in known.values()}
    assert forms == {"#/components/schemas/Problem"}
    assert document["paths"]["/api/ready"]["get"]["responses"].keys() == {"200", "500", "503"}

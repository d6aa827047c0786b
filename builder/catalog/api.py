"""The routes of the palette and of NodeTemplates."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from builder.catalog.judge import judge_node_template
from builder.catalog.openapi import read_openapi
from builder.catalog.palette import Palette, palette_of
from builder.catalog.schemas import NodeTemplateSource
from builder.catalog.servers import (
    find_server,
    forget_server,
    list_servers,
    look_at_server,
    register_server,
    take_tools,
)
from builder.catalog.take import take_operations
from builder.catalog.template_views import (
    DescribedView,
    JudgedView,
    NodeTemplateView,
    OpenApiIn,
    OpenApiTake,
    ReasonIn,
    ServerIn,
    ServerView,
    SettingChangeView,
    SourceIn,
    TeamsIn,
    ToolsIn,
    UpgradeView,
    compare_sources,
    show_described,
    show_node_templates,
    show_problems,
    show_server,
    show_upgrade,
)
from builder.catalog.upgrade import compare_offers
from builder.catalog.views import CatalogView, show_types
from builder.catalog.write import (
    approve_node_template,
    change_node_template,
    deprecate_node_template,
    draft_node_template,
    drop_node_template,
    find_node_template,
    list_node_templates,
    list_offers,
    propose_node_template,
    publish_node_template,
    read_source,
    return_node_template,
    revoke_node_template,
)
from builder.kit.errors import HandrailError
from builder.kit.wire import Id
from builder.teams import Calling, permit, read_people

router = APIRouter(tags=["catalog"])

ServerId = Annotated[Id, Path()]
TemplateId = Annotated[Id, Path()]
Number = Annotated[int, Path(ge=1, le=9_999)]
Since = Annotated[int, Query(ge=1, le=9_999)]
READ, WRITE = [Depends(permit("template.read"))], [Depends(permit("template.write"))]
APPROVE = [Depends(permit("template.approve"))]
_ONE = "/api/node-templates/{template}/versions/{number}"


@router.get("/api/catalog", operation_id="read_catalog", dependencies=[Depends(permit("workflow.read"))])
def get_catalog(call: Calling, language: Literal["en", "de"] | None = None, bases: bool = False) -> CatalogView:
    """Every node type that is installed or published to a team of the caller's; in his own language, where no other is
    asked for. With `bases`, those too that are only placed as a NodeTemplate.
    """
    with call.read() as session:
        own = read_people(session, [call.caller.person_id])[call.caller.person_id].language
        offers = list_offers(session, call.caller)
    return show_types(call.application.types.values(), language or own, offers, bases=bases)


@router.get("/api/node-templates", operation_id="list_node_templates", dependencies=READ)
def get_node_templates(call: Calling) -> list[NodeTemplateView]:
    """Every version of every NodeTemplate that the caller may see, by name, the newest first."""
    with call.read() as session:
        return show_node_templates(session, list_node_templates(session, call.caller), call.caller.person)


@router.post("/api/node-templates", operation_id="draft_node_template", status_code=201, dependencies=WRITE)
def post_node_template(wanted: SourceIn, call: Calling) -> NodeTemplateView:
    """Keeps a source as a new draft: the next version of the NodeTemplate of its name."""
    source = read_source(wanted.source)
    with call.transaction() as session:
        made = draft_node_template(session, call.caller, palette_of(call.application), source, wanted.note)
        return show_node_templates(session, [made], call.caller.person)[0]


@router.post("/api/node-templates/check", operation_id="check_node_template", dependencies=WRITE)
def post_check(wanted: SourceIn, call: Calling) -> JudgedView:
    """All that is wrong with a source, its examples tried, and the form of the node that it makes."""
    palette, source = palette_of(call.application), read_source(wanted.source)
    problems = show_problems(judge_node_template(palette, source))
    return _show_making(palette, source, JudgedView(problems=problems, config=None, input=None, output=None))


@router.post("/api/node-templates/openapi", operation_id="look_at_openapi", dependencies=WRITE)
def post_openapi(wanted: OpenApiIn) -> DescribedView:
    """The operations of an OpenAPI document; nothing is kept, nobody is contacted."""
    return show_described(read_openapi(_encode(wanted.content), wanted.filename, wanted.server))


@router.post("/api/node-templates/openapi/take", operation_id="take_openapi", status_code=201, dependencies=WRITE)
def post_operations(wanted: OpenApiTake, call: Calling) -> list[NodeTemplateView]:
    """Makes a draft for each chosen operation of an OpenAPI document."""
    palette = palette_of(call.application)
    described = read_openapi(_encode(wanted.content), wanted.filename, wanted.server)
    with call.transaction() as session:
        made = take_operations(session, call.caller, palette, described, wanted.operations, wanted.credential)
        return show_node_templates(session, made, call.caller.person)


@router.get(_ONE, operation_id="read_node_template", dependencies=READ)
def get_node_template(template: TemplateId, number: Number, call: Calling) -> NodeTemplateView:
    """One version."""
    with call.read() as session:
        found = find_node_template(session, call.caller, template, number)
        return show_node_templates(session, [found], call.caller.person)[0]


@router.get(f"{_ONE}/changes", operation_id="compare_node_templates", dependencies=READ)
def get_changes(template: TemplateId, number: Number, since: Since, call: Calling) -> list[SettingChangeView]:
    """What is different from an earlier version."""
    with call.read() as session:
        before, after = (find_node_template(session, call.caller, template, each) for each in (since, number))
    return compare_sources(*(NodeTemplateSource.model_validate(each.source) for each in (before, after)))


@router.get("/api/node-types/{key}/upgrade", operation_id="read_upgrade", dependencies=READ)
def get_upgrade(
    key: Annotated[str, Path(max_length=80)], to: Annotated[str, Query(max_length=80)], call: Calling
) -> UpgradeView:
    """What is different for a step of a node template when it becomes one of a newer version, `to`."""
    with call.read() as session:
        return show_upgrade(compare_offers(session, call.caller, palette_of(call.application), key, to))


@router.put(_ONE, operation_id="change_node_template", dependencies=WRITE)
def put_node_template(template: TemplateId, number: Number, wanted: SourceIn, call: Calling) -> NodeTemplateView:
    """Writes a draft anew."""
    source = read_source(wanted.source)
    with call.transaction() as session:
        moved = change_node_template(session, call.caller, palette_of(call.application), template, number, source)
        return show_node_templates(session, [moved], call.caller.person)[0]


@router.delete(_ONE, operation_id="drop_node_template", status_code=204, dependencies=WRITE)
def delete_node_template(template: TemplateId, number: Number, call: Calling) -> None:
    """Takes a version away that nobody has approved."""
    with call.transaction() as session:
        drop_node_template(session, call.caller, template, number)


@router.post(f"{_ONE}/propose", operation_id="propose_node_template", dependencies=WRITE)
def post_proposal(template: TemplateId, number: Number, call: Calling) -> NodeTemplateView:
    """Puts a draft to a second person, after its examples held."""
    with call.transaction() as session:
        moved = propose_node_template(session, call.caller, palette_of(call.application), template, number)
        return show_node_templates(session, [moved], call.caller.person)[0]


@router.post(f"{_ONE}/return", operation_id="return_node_template", dependencies=WRITE)
def post_return(template: TemplateId, number: Number, wanted: ReasonIn, call: Calling) -> NodeTemplateView:
    """Gives a proposal back to be changed."""
    with call.transaction() as session:
        moved = return_node_template(session, call.caller, template, number, wanted.reason)
        return show_node_templates(session, [moved], call.caller.person)[0]


@router.post(f"{_ONE}/approve", operation_id="approve_node_template", dependencies=APPROVE)
def post_template_approval(template: TemplateId, number: Number, call: Calling) -> NodeTemplateView:
    """A second person says that it is right."""
    with call.transaction() as session:
        moved = approve_node_template(session, call.caller, palette_of(call.application), template, number)
        shown = show_node_templates(session, [moved], call.caller.person)[0]
    palette_of(call.application).look(now=True)
    return shown


@router.post(f"{_ONE}/publish", operation_id="publish_node_template", dependencies=WRITE)
def post_publication(template: TemplateId, number: Number, wanted: TeamsIn, call: Calling) -> NodeTemplateView:
    """Puts it on the palette of some teams, or of all; or changes which."""
    with call.transaction() as session:
        moved = publish_node_template(session, call.caller, template, number, wanted.teams)
        return show_node_templates(session, [moved], call.caller.person)[0]


@router.post(f"{_ONE}/deprecate", operation_id="deprecate_node_template", dependencies=WRITE)
def post_deprecation(template: TemplateId, number: Number, wanted: ReasonIn, call: Calling) -> NodeTemplateView:
    """Offers it no longer; what uses it goes on, and its owners are told."""
    with call.transaction() as session:
        moved = deprecate_node_template(
            session, call.caller, template, number, wanted.reason, palette_of(call.application).tell
        )
        return show_node_templates(session, [moved], call.caller.person)[0]


@router.post(f"{_ONE}/revoke", operation_id="revoke_node_template", dependencies=WRITE)
def post_revocation(template: TemplateId, number: Number, wanted: ReasonIn, call: Calling) -> NodeTemplateView:
    """Ends it: no run starts with it any more, and the owners of what uses it are told."""
    with call.transaction() as session:
        moved = revoke_node_template(
            session, call.caller, template, number, wanted.reason, palette_of(call.application).tell
        )
        return show_node_templates(session, [moved], call.caller.person)[0]


# ---------------------------------------------------------------------- MCP servers


@router.get("/api/mcp-servers", operation_id="list_mcp_servers", dependencies=READ)
def get_servers(call: Calling) -> list[ServerView]:
    """Every registered MCP server, by name."""
    with call.read() as session:
        return [show_server(each) for each in list_servers(session, call.caller)]


@router.post("/api/mcp-servers", operation_id="register_mcp_server", status_code=201, dependencies=WRITE)
def post_server(wanted: ServerIn, call: Calling) -> ServerView:
    """Registers a server; nobody is contacted yet."""
    with call.transaction() as session:
        return show_server(register_server(session, call.caller, wanted.name, wanted.url, wanted.credential))


@router.post("/api/mcp-servers/{server}/look", operation_id="look_at_mcp_server", dependencies=WRITE)
def post_look(server: ServerId, call: Calling) -> ServerView:
    """Asks a server what it offers now; every template that calls one of its tools is judged by the answer."""
    with call.read() as session:
        there = find_server(session, call.caller, server)
    look_at_server(there, call.application.ask_outside, call.transaction)
    with call.read() as session:
        return show_server(find_server(session, call.caller, server))


@router.post("/api/mcp-servers/{server}/take", operation_id="take_mcp_tools", status_code=201, dependencies=WRITE)
def post_tools(server: ServerId, wanted: ToolsIn, call: Calling) -> list[NodeTemplateView]:
    """Makes a draft for each chosen tool, pinned to what was seen of it."""
    with call.transaction() as session:
        made = take_tools(session, call.caller, palette_of(call.application), server, wanted.tools)
        return show_node_templates(session, made, call.caller.person)


@router.delete("/api/mcp-servers/{server}", operation_id="forget_mcp_server", status_code=204, dependencies=WRITE)
def delete_server(server: ServerId, call: Calling) -> None:
    """Takes a server away that no template in use calls."""
    with call.transaction() as session:
        forget_server(session, call.caller, server)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _show_making(palette: Palette, source: NodeTemplateSource, judged: JudgedView) -> JudgedView:
    try:
        made = palette.make(source, 1)
    except HandrailError:
        return judged
    judged.config = made.Config.model_json_schema(by_alias=True)
    judged.input = dict(made.In or {"type": "object", "properties": {}})
    judged.output = dict(made.Out)
    return judged

"""A NodeTemplate as a node type: the engine, the screens and the worker take it for one that a developer wrote.

Its Config is a subclass of the base's, so the base runs it as its own. A fixed field is still there, with its value as
default and no other allowed: what governance reads of a config (a model connection, an expression) it reads as before.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import ValidationError, create_model, model_validator
from pydantic.fields import FieldInfo

from builder.catalog.schemas import CatalogError, NodeTemplateSource
from builder.kit.hashing import hash_value
from builder.kit.shapes import validate
from builder.sdk import (
    JSON,
    Context,
    Control,
    Decision,
    Done,
    Effect,
    Effects,
    Failed,
    FailureClass,
    NodeConfig,
    NodeType,
    Outcome,
    Port,
    Question,
    Schema,
    Shapes,
    free_record,
)

_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:@]*)(?::[0-9]+)?", re.IGNORECASE)
_ORDER = (Effect.NONE, Effect.READ, Effect.WRITE)


class FixedConfig(NodeConfig):
    """What every Config of a NodeTemplate keeps: the fixed settings, the choices, the hosts."""

    fixed_: ClassVar[Mapping[str, Any]] = {}
    choices_: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    hosts_: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _keep_what_it_set(self) -> Self:
        for name, value in self.fixed_.items():
            if getattr(self, name) != value:
                raise ValueError(f"`{name}` is set by the template and cannot be changed here")
        for name, choices in self.choices_.items():
            if getattr(self, name) not in choices:
                shown = ", ".join(map(str, choices))
                raise ValueError(f"`{name}` is one of: {shown}")
        if self.hosts_:
            host = host_of(str(getattr(self, "url", "")))
            if host not in self.hosts_:
                raise ValueError(f"the address names {host or 'no host'}; this reaches only {', '.join(self.hosts_)}")
        return self


class Templated(NodeType):
    """A node type that a NodeTemplate makes.

    Attributes:
        inner: the type it is made from; it does the work.
        source: what IT wrote.
    """

    inner: ClassVar[NodeType]
    source: ClassVar[NodeTemplateSource]

    def ports_of(self, config: Any) -> tuple[Port, ...]:
        """The outlets of the base."""
        return self.inner.ports_of(config)

    def narrow(self, config: Any) -> Effects:
        """What the base does under this config, or less where IT vouches for it."""
        return _narrow(self.inner.narrow(config), self.source)

    def shapes(self, config: Any, inputs: Mapping[str, Schema]) -> Shapes:
        """What IT says that it takes and gives; else what the base does."""
        taken = self.source.inputs
        shapes = self.inner.shapes(config, _gather_schemas(self.source, taken, inputs))
        outputs = {port: _answer_schema(self.source, schema) for port, schema in shapes.outputs.items()}
        return Shapes(shapes.inputs if taken is None else taken, outputs)

    def question(self, config: Any, inputs: Mapping[str, Any]) -> Question:
        """What the base asks people."""
        return self.inner.question(config, _gather_values(self.source, inputs))

    def settle(self, config: Any, inputs: Mapping[str, Any], decision: Decision) -> Outcome:
        """What an answer means to the base."""
        return self.inner.settle(config, _gather_values(self.source, inputs), decision)

    def answer(self, config: Any, inputs: Mapping[str, Any], decision: Decision, context: Context) -> Outcome:
        """The same with the Context at hand."""
        return self.inner.answer(config, _gather_values(self.source, inputs), decision, context)

    async def run(self, config: Any, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Lets the base work; an answer that is not what IT said fails."""
        outcome = await self.inner.run(config, _gather_values(self.source, inputs), context)
        if not isinstance(outcome, Done) or not self.source.answers or not isinstance(outcome.output, dict):
            return outcome
        for name, schema in self.source.answers.items():
            problems = validate(outcome.output.get(name), schema)
            if problems:
                where = ".".join((name, *map(str, problems[0].path)))
                sentence = f"The answer is not what “{self.title}” was approved for: {where}: {problems[0].sentence}"
                harmless = self.narrow(config).effect is not Effect.WRITE
                failure = FailureClass.PERMANENT if harmless else FailureClass.UNCERTAIN
                return Failed(failure, "answer_does_not_fit", sentence)
        return outcome


def make_type(source: NodeTemplateSource, number: int, base: NodeType) -> NodeType:
    """The node type of one version of a NodeTemplate.

    Args:
        source: what IT wrote.
        number: the version, its major version as a node type.
        base: the installed type that it names.

    Raises:
        CatalogError: a setting that it fixes or opens is not one of the base, a compulsory one is neither, a fixed
            value is wrong, or the base cannot be a template.
    """
    if base.control not in (Control.STEP, Control.ASK) or base.base is not None:
        raise CatalogError(f"{base.key()} cannot be made a template: only steps and questions of installed types can.")
    members: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": source.summary,
        "name": f"{base.kind.value}.{source.name}",
        "version": number,
        "title": source.title,
        "summary": source.summary,
        "kind": base.kind,
        "control": base.control,
        "effects": replace(
            _narrow(base.effects, source), irreversible=base.effects.irreversible or source.irreversible
        ),
        "ports": base.ports,
        "emits": base.emits | frozenset(source.emits),
        "removes": base.removes,
        "endorses": base.endorses,
        "check": base.check,
        "blocking": base.blocking,
        "template": source.name,
        "base": base.key(),
        "digest": hash_value(source.model_dump(mode="json")) + base.digest,
        "Config": _make_config(source, base),
        "In": base.In if source.inputs is None else source.inputs,
        "expects": base.expects if source.inputs is None else {},
        "Out": _answer_schema(source, base.Out),
        "inner": base,
        "source": source,
    }
    made: NodeType = type("Templated", (Templated,), members)()
    return made


def host_of(address: str) -> str:
    """The host that an address names, in lower case; empty where it names none."""
    found = _HOST.match(address)
    return found[1].lower() if found else ""


def open_fields(source: NodeTemplateSource, base: NodeType) -> dict[str, FieldInfo]:
    """The settings that are left open, with the base's own words about them."""
    known = base.Config.model_fields
    return {name: known[name] for name in source.open if name in known}


def _make_config(source: NodeTemplateSource, base: NodeType) -> type[NodeConfig]:
    known = base.Config.model_fields
    for name in (*source.fixed, *source.open):
        if name not in known:
            raise CatalogError(f"{base.key()} has no setting `{name}`; it has {', '.join(known)}.", field=name)
    if base.only_in_templates:
        _expect_pinned(source, base)
    for name in source.fixed.keys() & source.open.keys():
        raise CatalogError(f"`{name}` is fixed and open at once.", field=name, way_out="Choose one of the two.")
    values = _fixed_values(source, base)
    fields: dict[str, Any] = {}
    for name, info in known.items():
        field = copy.copy(info)
        if name in source.open:
            _open_field(field, source, name)
        else:
            field.default, field.default_factory = values[name], None
            field.json_schema_extra = {**_extra(info), "x-fixed": True}
        annotation = _chosen(source, name) or info.annotation
        fields[name] = (annotation, field)
    held: Any = type(base.Config.__name__, (FixedConfig, base.Config), {
        "__module__": __name__,
        "__annotations__": {name: annotation for name, (annotation, _) in fields.items()},
        **{name: field for name, (_, field) in fields.items()},
        "fixed_": values,
        "choices_": {name: tuple(each.choices) for name, each in source.open.items() if each.choices},
        "hosts_": frozenset(host.lower() for host in source.hosts),
    })  # fmt: skip
    config: type[NodeConfig] = held
    return config


def _expect_pinned(source: NodeTemplateSource, base: NodeType) -> None:
    """Of a type that stands only in templates, what it cannot do without is IT's to say, and no team's."""
    for name, info in base.Config.model_fields.items():
        if info.is_required() and name in source.open:
            raise CatalogError(
                f"`{name}` of {base.key()} is always fixed: it says what was approved.",
                field=name,
                way_out="Fix it to a value.",
                case="pinned",
                name=str(info.title or name),
            )


def _fixed_values(source: NodeTemplateSource, base: NodeType) -> dict[str, Any]:
    """Every setting that is not open, validated by the base with what is open left out where it can be."""
    values: dict[str, Any] = {}
    for name, info in base.Config.model_fields.items():
        if name in source.open:
            continue
        if name not in source.fixed and info.is_required():
            raise CatalogError(
                f"`{name}` of {base.key()} is neither fixed nor open, and has no default.",
                field=name,
                way_out="Fix it to a value, or leave it open.",
                case="unsaid",
                name=str(info.title or name),
            )
        values[name] = source.fixed.get(name, info.get_default(call_default_factory=True))
    checked = _validate_fixed(base, values)
    return {name: getattr(checked, name) for name in values}


def _validate_fixed(base: NodeType, values: Mapping[str, Any]) -> Any:
    """The fixed settings in the base's own form. What is open is missing, so the whole can only be judged in part."""
    known = base.Config.model_fields
    try:
        return base.Config.model_validate(dict(values))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            if each["type"] != "missing" or each["loc"][0] in values:
                where = ".".join(str(part) for part in each["loc"])
                sentence = f"The fixed setting `{where}` is not right: {each['msg'].rstrip('.')}."
                raise CatalogError(sentence, field=where or None) from None
    fields: dict[str, Any] = {name: (known[name].annotation, known[name]) for name in values}
    return create_model("Fixed", __base__=NodeConfig, **fields).model_validate(dict(values))


def _open_field(field: FieldInfo, source: NodeTemplateSource, name: str) -> None:
    said = source.open[name]
    field.title = said.title or field.title
    field.description = said.description or field.description


def _chosen(source: NodeTemplateSource, name: str) -> Any:
    """The annotation of an open field with choices: exactly those."""
    choices = tuple(source.open[name].choices) if name in source.open else ()
    if not choices or not all(isinstance(each, str | int | bool) for each in choices):
        return None
    return Literal[choices]


def _extra(info: FieldInfo) -> dict[str, Any]:
    return dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}


def _narrow(effects: Effects, source: NodeTemplateSource) -> Effects:
    """Effects that IT vouches to be less than the base says; never more, but for what cannot be undone."""
    least = source.narrowed_effect
    if least is not None and _ORDER.index(least) < _ORDER.index(effects.effect):
        effects = replace(effects, effect=least)
    if source.after_crash is not None:
        effects = replace(effects, after_crash=source.after_crash)
    return replace(effects, irreversible=effects.irreversible or source.irreversible)


def _gather_schemas(source: NodeTemplateSource, taken: Schema | None, given: Mapping[str, Schema]) -> dict[str, Schema]:
    """What the base is given, by name."""
    known = dict(given if taken is None else taken.get("properties", {}))
    required = set(known if taken is None else taken.get("required", ()))
    gathered: dict[str, Schema] = {}
    for name, parts in source.gather.items():
        inside = {field: known.pop(part) for field, part in parts.items() if part in known}
        needed = [field for field, part in parts.items() if part in required and field in inside]
        gathered[name] = {**free_record(inside), "required": sorted(needed)}
    return {**known, **gathered}


def _gather_values(source: NodeTemplateSource, inputs: Mapping[str, JSON]) -> dict[str, JSON]:
    values = dict(inputs)
    for name, parts in source.gather.items():
        values[name] = {field: values.pop(part) for field, part in parts.items() if part in values}
    return values


def _answer_schema(source: NodeTemplateSource, schema: Schema) -> Schema:
    if not source.answers:
        return schema
    return {**schema, "properties": {**schema.get("properties", {}), **source.answers}}

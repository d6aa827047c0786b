"""Which versions of templates bind on a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from builder.engine.template import GovernanceTemplate
from builder.governance.schemas import TemplateState, TemplateVersion
from builder.sdk import Stage


def choose_binding(
    versions: Iterable[TemplateVersion], team: str, stage: Stage, day: date
) -> tuple[GovernanceTemplate, ...]:
    """The templates that bind a workflow of a team at a stage on a day, by name.

    Of each template the version counts whose day came last: a newer one takes the place of an older one on its own day,
    also where it no longer names the team.
    """
    newest: dict[int, TemplateVersion] = {}
    for each in versions:
        if each.state is not TemplateState.ENFORCED or each.enforced_from is None or each.enforced_from > day:
            continue
        there = newest.get(each.template_id)
        if there is None or (there.enforced_from or day, there.number) < (each.enforced_from, each.number):
            newest[each.template_id] = each
    templates = [GovernanceTemplate.model_validate(each.source) for each in newest.values()]
    return tuple(sorted((each for each in templates if each.binds(team=team, stage=stage)), key=lambda each: each.name))

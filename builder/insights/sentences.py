"""What an audit event says, as one sentence: from its kind and the small facts in its record. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, str] = {
    "answer_unheard": "{who} answered, and the run had gone on already.",
    "backup_made": "{who} copied everything into a backup.",
    "file_uploaded": "{who} uploaded a file.",
    "installation_restored": "{who} restored the installation from a backup of {made_at}.",
    "delivery_replayed": "{who} sent in again what had arrived at “{name}”, as run {run}.",
    "budget_made": "{who} set the budget “{name}”.",
    "budget_changed": "{who} changed the budget “{name}”.",
    "budget_ended": "{who} took the budget “{name}” away.",
    "connection_made": "{who} opened the model connection “{name}”.",
    "connection_changed": "{who} changed the model connection “{name}”.",
    "connection_ended": "{who} switched the model connection “{name}” off.",
    "connection_revived": "{who} switched the model connection “{name}” on again.",
    "connection_tested": "{who} tested the model connection “{name}”.",
    "default_chosen": "{who} made “{name}” the default model.",
    "credential_made": "{who} made the credential “{name}”.",
    "credential_changed": "{who} changed who may use the credential “{name}”, or where.",
    "credential_rotated": "{who} put version {version} into the credential “{name}”.",
    "credential_ended": "{who} switched the credential “{name}” off.",
    "credential_revived": "{who} switched the credential “{name}” on again.",
    "credential_opened": "The credential “{name}” was opened for {who}, towards {host}.",
    "credentials_rewrapped": "{who} wrapped the keys of {count} credentials anew.",
    "company_sign_in_refused": "A sign-in through the company was refused: {problem}",
    "identity_bound": "{who} bound somebody here to his account at the company.",
    "identity_provider_changed": "{who} changed how people of the company sign in.",
    "person_shut_out": "{who} ended the sessions and API tokens of somebody whose groups no longer let him in.",
    "invitation_withdrawn": "{who} withdrew an invitation.",
    "mcp_server_forgotten": "{who} took the MCP server “{name}” away.",
    "mcp_server_registered": "{who} registered the MCP server “{name}” at {host}.",
    "halt_made": "{who} halted “{name}”: {because}",
    "halt_made_all": "{who} halted everything: {because}",
    "halt_lifted": "{who} let “{name}” go on.",
    "halt_lifted_all": "{who} let everything go on that was halted.",
    "exemption_asked": "{who} asked that {rule} of “{template}” not bind “{workflow}” until {until}: {because}",
    "exemption_granted": "{who} wrote an exemption of “{workflow}” from {rule} into version {version} of “{template}”.",
    "exemption_refused": "{who} did not exempt “{workflow}” from the rule {rule} of “{template}”: {answer}",
    "exemption_withdrawn": "{who} took back the wish to exempt “{workflow}” from the rule {rule} of “{template}”.",
    "member_changed": "{who} changed what somebody is in a team.",
    "node_template_approved": "{who} approved version {version} of the node template “{name}”.",
    "node_template_changed": "{who} changed version {version} of the node template “{name}”.",
    "node_template_healed": "Version {version} of the node template “{name}” was looked at: all is as it was approved.",
    "node_template_checked": "Version {version} of the node template “{name}” was looked at: {problem}",
    "node_template_deprecated": "{who} offers version {version} of the node template “{name}” no longer: {reason}",
    "node_template_dropped": "{who} took version {version} of the node template “{name}” away.",
    "node_template_proposed": "{who} proposed version {version} of the node template “{name}”.",
    "node_template_published": "{who} published version {version} of the node template “{name}”.",
    "node_template_returned": "{who} sent version {version} of the node template “{name}” back: {reason}",
    "node_template_revoked": "{who} revoked version {version} of the node template “{name}”: {reason}",
    "node_template_written": "{who} wrote version {version} of the node template “{name}”.",
    "org_roles_changed": "{who} changed somebody's roles in the organisation.",
    "organisation_renamed": "{who} named the organisation “{name}”.",
    "owner_link_made": "A link was made that signs the first owner in.",
    "password_changed": "{who} set a new password.",
    "person_changed": "{who} changed somebody's name, address or place here.",
    "person_introduced": "{who} brought in “{name}”.",
    "person_invited": "{who} invited somebody.",
    "person_joined": "{who} came in by an invitation.",
    "policy_blocked": "A policy stopped {subject} at {path}: {why}",
    "publish_asked": "{who} asked that version {version} go live.",
    "publish_declined": "{who} did not let version {version} go live.",
    "publish_withdrawn": "{who} took back the wish that version {version} go live.",
    "reset_link_made": "{who} made a link that sets somebody's password.",
    "reset_link_mailed": "A link that sets a new password was sent to the address of {subject}.",
    "review_decided": "{who} decided: {decision}.",
    "review_expired": "Nobody decided in time; then: {then}.",
    "run_cancelled": "{who} asked that {subject} end.",
    "run_ended": "A run of “{name}” ended: {status}.",
    "run_looked_inside": "{who} looked inside {subject} of “{name}”, until {until}: {reason}",
    "run_released": "{who} let {subject} try again.",
    "run_retried": "{who} had run {of} go on from the step {path}, as {subject}.",
    "run_started": "{who} started {subject}, by {way}.",
    "runs_emptied": "What went through {count} old runs was deleted.",
    "sessions_ended": "{who} signed out everywhere.",
    "sign_in_throttled": "Signing in was tried too often, and is held up for a while.",
    "signed_in": "{who} signed in by {way}.",
    "start_refused": "A run of {subject} did not start: {why}",
    "step_clarified": "{who} said what became of the step {path} of {subject}: {answer}.",
    "step_refused": "The step {path} of {subject} was refused: {why}",
    "team_founded": "{who} founded the team “{name}”.",
    "team_renamed": "{who} gave a team the name “{name}”.",
    "template_approved": "{who} approved a governance template.",
    "template_enforced": "{who} put a governance template in force from {from}.",
    "template_retired": "{who} retired a governance template: {reason}",
    "template_written": "{who} wrote a governance template.",
    "token_ended": "{who} ended the API token “{name}”.",
    "token_made": "{who} made the API token “{name}”, for {permissions}.",
    "trigger_changed": "{who} changed the trigger “{name}”.",
    "trigger_deleted": "{who} deleted the trigger “{name}”.",
    "trigger_made": "{who} made the trigger “{name}”.",
    "trigger_paused": "The trigger “{name}” was paused: {code}.",
    "trigger_switched_off": "{who} switched the trigger “{name}” off.",
    "trigger_switched_on": "{who} switched the trigger “{name}” on.",
    "unmasked": "Masked values were shown again to the step {path} of {subject}.",
    "version_published": "{who} put version {version} in use, at the stage {stage}.",
    "version_restored": "{who} put version {version} in use again.",
    "webhook_secret_ended": "{who} ended a secret of the webhook “{name}”.",
    "webhook_secret_made": "{who} made a secret for the webhook “{name}”.",
    "webhook_unsigned_allowed": "{who} let the webhook “{name}” go without signatures.",
    "webhook_unsigned_forbidden": "{who} no longer lets the webhook “{name}” go without signatures.",
    "workflow_archived": "{who} archived a workflow.",
    "workflow_changed": "{who} changed what is said of a workflow.",
    "workflow_created": "{who} made the workflow “{name}”.",
    "workflow_imported": "{who} took in a file.",
    "workflow_unarchived": "{who} took a workflow out of the archive.",
}
"""Kind → its sentence; `{name}` stands for a fact of the record, `{who}` for the actor."""

_ACTOR = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{12} (.+) <[^<>]*>(?: with token [0-7][0-9a-hjkmnp-tv-z]{12})?")


def say_event(kind: str, actor: str, subject: str, record: Mapping[str, Any]) -> str:
    """One sentence; of a kind that has none, its own words."""
    sentence = SENTENCES.get(kind, "{who}: " + kind.replace("_", " ") + ".")
    facts = {name: str(value) for name, value in record.items() if isinstance(value, str | int | float)}
    return sentence.format_map(_Facts({**facts, "who": name_of(actor), "subject": subject}))


def name_of(actor: str) -> str:
    """The readable part of an actor: of `0k3… Ann Example <ann@example.org>` the name."""
    found = _ACTOR.fullmatch(actor)
    return found.group(1) if found else actor


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"

"""The SDK is all that a node author imports: NodeType, ports, outcomes, the Context and its words."""

from builder.kit.shapes import check_schema
from builder.sdk.context import Context, NodeError, Vault
from builder.sdk.fields import CredentialName, Expression, ModelConnection, Stricter, Template
from builder.sdk.files import StoredFile
from builder.sdk.models import Choice, HttpAnswer, HttpRequest, ModelAnswer, ModelRequest, Send
from builder.sdk.node_type import NodeConfig, NodeType, free_record
from builder.sdk.outcomes import (
    Ask,
    Decision,
    Done,
    Failed,
    FailureClass,
    Finding,
    Outcome,
    Question,
    Refused,
    Usage,
    Verdict,
    VerdictWord,
    Wait,
)
from builder.sdk.reading import broken_file, decode_text, open_archive, read_part
from builder.sdk.reviews import ReviewConfig, Reviewers
from builder.sdk.values import (
    ERROR_PORT,
    JSON,
    MAIN,
    AfterCrash,
    Control,
    Effect,
    Effects,
    Kind,
    Mode,
    Port,
    Schema,
    Shapes,
    Stage,
)

__all__ = [
    "ERROR_PORT", "JSON", "MAIN", "AfterCrash", "Ask", "Choice", "Context", "Control", "CredentialName", "Decision",
    "Done", "Effect", "Effects", "Expression", "Failed", "FailureClass", "Finding", "HttpAnswer", "HttpRequest",
    "Kind", "Mode", "ModelAnswer", "ModelConnection", "ModelRequest", "NodeConfig", "NodeError", "NodeType",
    "Outcome", "Port", "Question", "Refused", "ReviewConfig", "Reviewers", "Schema", "Send", "Shapes", "Stage",
    "StoredFile", "Stricter", "Template", "Usage", "Vault", "Verdict", "VerdictWord", "Wait", "broken_file",
    "check_schema", "decode_text", "free_record", "open_archive", "read_part",
]  # fmt: skip

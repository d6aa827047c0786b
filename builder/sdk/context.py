"""What a running node may reach: its Context, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from builder.sdk.files import StoredFile
from builder.sdk.models import HttpAnswer, HttpRequest, ModelAnswer, ModelRequest
from builder.sdk.outcomes import Failed
from builder.sdk.values import JSON, Mode, Schema


class NodeError(Exception):
    """Raised by a Context's verbs, and by nodes, to end a step as failed.

    Attributes:
        failed: the outcome that the step ends with.
    """

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.sentence)
        self.failed = failed


class Vault(Protocol):
    """Tokens that stand for masked values within one run. Reached by nodes of kind policy only."""

    def token(self, kind: str, value: str, shape: str = "text") -> str:
        """The token of a value: the same for the same value in the same run, another in another run.

        Args:
            kind: what the value is (`email`, `iban` …); it shows in the token.
            value: the text to be masked.
            shape: `email` gives an address at a reserved domain, `text` gives `[email:k7m2…]`.
        """
        ...

    def reveal(self, text: str) -> str:
        """The text with every token of this run replaced by its value; unknown tokens stay as they are."""
        ...


class Context(Protocol):
    """Everything that a node type's `run` is handed beside its config and inputs."""

    @property
    def mode(self) -> Mode:
        """How this run treats the world."""
        ...

    @property
    def run_id(self) -> str:
        """The run, as people see it."""
        ...

    @property
    def path(self) -> str:
        """The step path (`rows[3].check`)."""
        ...

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this step; send it to receivers that take one."""
        ...

    @property
    def schema(self) -> Schema:
        """Schema (an object) of the inputs that this step was given: at a door, what the target takes."""
        ...

    @property
    def labels(self) -> frozenset[str]:
        """The labels that the inputs may carry, as the checker worked them out, never as somebody says at run time."""
        ...

    @property
    def vault(self) -> Vault:
        """The run's vault. Raises PermissionError for a node that is not of kind policy."""
        ...

    def now(self) -> datetime:
        """The present, in UTC."""
        ...

    def evaluate(self, expression: str, values: Mapping[str, JSON]) -> JSON:
        """An expression of this node's config, already checked, over the given names."""
        ...

    def render(self, template: str, values: Mapping[str, JSON]) -> str:
        """A template of this node's config, already checked, over the given names."""
        ...

    def describe_target(self) -> JSON:
        """For a woven node: the config of the node at whose door it stands, without credentials; else None."""
        ...

    async def ask_model(self, request: ModelRequest) -> ModelAnswer:
        """One answer from a model connection. Raises NodeError."""
        ...

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """One call through the guarded egress client. Raises NodeError."""
        ...

    async def open_credential(self, name: str, *, to: str = "") -> Mapping[str, str]:
        """What a credential of this node's config holds, for protocols that `send` does not speak (`password` …).

        For HTTP name it in the request instead: then nothing of it passes through the node. Each opening is noted.

        Args:
            name: the credential.
            to: the address (`https://…`) of whoever is to see what was made with it; one of the credential's hosts.

        Raises:
            NodeError: it is not there, not granted to this team and node type, not for this address, or over.
        """
        ...

    async def find_address(self, host: str, port: int) -> str:
        """The one address at which a host may be reached, for protocols that `send` does not speak; connect to it.

        Raises:
            NodeError: the way out is shut for it (private, link-local, metadata …), or it has no address.
        """
        ...

    async def read_file(self, file: str) -> StoredFile:
        """A file behind an id that this step was given.

        Raises:
            NodeError: there is none that this run may read.
        """
        ...

    async def keep_file(self, name: str, media_type: str, content: bytes) -> StoredFile:
        """Keeps a file that this step made; the same step keeps the same content once, however often it tries.

        Raises:
            NodeError: it is too large, or cannot be kept.
        """
        ...

    def tell(self, sentence: str) -> None:
        """A line for people who watch the run. No payload, no secret."""
        ...

"""What is said at the doors: passwords, tokens of one-time links, a forgotten password."""

from __future__ import annotations

from builder.teams.schemas import Email, Secret, Wire


class SignIn(Wire):
    """Coming in by password."""

    email: Email
    password: Secret


class Forgotten(Wire):
    """Whose password was forgotten."""

    email: Email


class Token(Wire):
    """The secret part of a one-time link."""

    token: Secret


class NewPassword(Wire):
    """A new password; the present one where there is one."""

    password: Secret
    present: Secret | None = None


class AskedView(Wire):
    """That a link was asked for; not whether there is anybody to send it to."""

    asked: bool

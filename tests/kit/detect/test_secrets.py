"""Which secrets are found, and which look-alikes are left alone. Every key here is made up."""

from __future__ import annotations

import pytest

from builder.kit.detect import SECRET_KINDS, find_secrets

A = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA2bC4dE6fG8hJ0kL2mN4pQ6rS8tU0vW2xY4zA6"
HEX = "0123456789abcdef" * 4

FOUND = [
    ("aws_access_key", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("github_token", "ghp_" + A[:36]),
    ("github_token", "github_pat_" + A[:22] + "_" + A[:59]),
    ("gitlab_token", "glpat-" + A[:20]),
    ("slack_token", "xoxb-" + "123456789012-" + A[:24]),
    ("slack_webhook", "https://hooks.slack.com/services/" + "T0000000/B0000000/" + A[:24]),
    ("stripe_key", "sk_live_" + A[:24]),
    ("anthropic_key", "sk-ant-" + "api03-" + A[:60]),
    ("openai_key", "sk-proj-" + A[:60]),
    ("openai_key", "sk-" + A[:48]),
    ("openrouter_key", "sk-or-v1-" + HEX),
    ("google_key", "AIza" + A[:35]),
    ("google_token", "GOCSPX-" + A[:28]),
    ("huggingface_token", "hf_" + A[:34]),
    ("groq_key", "gsk_" + A[:52]),
    ("npm_token", "npm_" + A[:36]),
    ("pypi_token", "pypi-AgE" + "IcHlwaS5vcmc" + A[:50]),
    ("sendgrid_key", "SG." + A[:22] + "." + A[:43]),
    ("twilio_key", "SK" + HEX[:32]),
    ("mailchimp_key", HEX[:32] + "-us12"),
    ("shopify_token", "shpat_" + HEX[:32]),
    ("telegram_token", "123456789:AA" + A[:33]),
    ("jwt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + A[:43]),
    ("private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"),
    ("private_key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk"),
]


@pytest.mark.parametrize(("kind", "secret"), FOUND)
def test_found_exactly(kind: str, secret: str) -> None:
    text = f"Hello, it is: «{secret}», thanks."
    spans = [(span.kind, text[span.start : span.end]) for span in find_secrets(text)]
    assert spans == [(kind, secret)]


NAMED = [
    ("url_password", "postgres://user:", "hunter2x", "@db.internal/x"),
    ("aws_secret_key", "aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY", ""),
    ("bearer_token", "Authorization: Bearer ", A[:40], "\n"),
    ("password", "password: ", "S3cret!pass", ", please"),
    ("password", "Mein Passwort lautet ", "Geheim123!x", "."),
    ("password", "mot de passe: ", "Azerty99", ""),
    ("password", '{"api_key": "', "f3a9c1d27b", '"}'),
    ("password", "my password is ", "hunter2pass", " since May"),
]


@pytest.mark.parametrize(("kind", "before", "secret", "after"), NAMED)
def test_what_somebody_calls_a_secret(kind: str, before: str, secret: str, after: str) -> None:
    text = before + secret + after
    assert (kind, secret.rstrip("!.")) in [
        (span.kind, text[span.start : span.end].rstrip("!.")) for span in find_secrets(text)
    ]


LEFT_ALONE = [
    "password: required",
    "The token is the next one; the secret is out there; password is case-sensitive",
    "Reset your password: https://shop.example/reset?x=1",
    "api_key: ${API_KEY} or {{ key }} or <your-key> or ********",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b, id 550e8400-e29b-41d4-a716-446655440000",
    "The token is valid until 2026.",
    "a task-management-system, a disk-proj-ect, basic understanding of internationalisation",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "see https://user@host.example/a:b@c",
    "eyJub3RoaW5nIjoxfQ.eyJub3RoaW5nIjoxfQ.abc",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    assert [(span.kind, text[span.start : span.end]) for span in find_secrets(text)] == []


def test_an_unseen_character_is_no_way_around() -> None:
    secret = "ghp_" + A[:20] + "\u200b" + A[20:36]
    (span,) = find_secrets(f"é {secret}!")
    assert (span.kind, span.start, span.end) == ("github_token", 2, 2 + len(secret))


def test_kinds_are_closed() -> None:
    assert {kind for kind, _ in FOUND} | {kind for kind, *_ in NAMED} <= SECRET_KINDS

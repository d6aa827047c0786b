"""Secrets by typed rules: each begins with letters that its issuer chose, so that prose does not set it off.

No entropy guess: a long random word is no secret until somebody calls it one (`password: …`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.kit.detect.spans import Span, make_plain, place_spans, settle_overlaps


@dataclass(frozen=True, slots=True)
class SecretRule:
    """One kind of secret: what people call it, and the form that its issuer documents."""

    kind: str
    title: str
    form: str
    score: float = 0.98

    @property
    def detector(self) -> str:
        """`name@version`."""
        return f"{self.kind}@1"


_WORD = r"[A-Za-z0-9_\-]"
SECRET_RULES: tuple[SecretRule, ...] = (
    SecretRule("handrail_token", "Handrail API token", rf"handrail_{_WORD}{{43}}"),
    SecretRule("aws_access_key", "AWS access key id", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    SecretRule("github_token", "GitHub token", r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255}"),
    SecretRule("gitlab_token", "GitLab token", rf"gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-{_WORD}{{20,100}}"),
    SecretRule("slack_token", "Slack token", r"xox[abeoprs]-[A-Za-z0-9\-]{10,250}|xapp-[0-9]-[A-Za-z0-9\-]{10,250}"),
    SecretRule("slack_webhook", "Slack webhook",
               r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,120}"),
    SecretRule("stripe_key", "Stripe key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{20,100}"),
    SecretRule("anthropic_key", "Anthropic key", rf"sk-ant-{_WORD}{{20,250}}"),
    SecretRule("openai_key", "OpenAI key",
               rf"sk-(?:proj|svcacct|admin|None)-{_WORD}{{20,250}}|sk-[A-Za-z0-9]{{20}}T3BlbkFJ[A-Za-z0-9]{{20}}"
               r"|sk-[A-Za-z0-9]{48}"),
    SecretRule("openrouter_key", "OpenRouter key", r"sk-or-v1-[a-f0-9]{64}"),
    SecretRule("google_key", "Google API key", rf"AIza{_WORD}{{35}}"),
    SecretRule("google_token", "Google OAuth secret", rf"GOCSPX-{_WORD}{{28}}|ya29\.{_WORD}{{20,500}}"),
    SecretRule("huggingface_token", "Hugging Face token", r"(?:hf|api_org)_[A-Za-z0-9]{30,60}"),
    SecretRule("groq_key", "Groq key", r"gsk_[A-Za-z0-9]{40,60}"),
    SecretRule("xai_key", "xAI key", r"xai-[A-Za-z0-9]{60,100}"),
    SecretRule("replicate_token", "Replicate token", r"r8_[A-Za-z0-9]{37,40}"),
    SecretRule("npm_token", "npm token", r"npm_[A-Za-z0-9]{36}"),
    SecretRule("pypi_token", "PyPI token", rf"pypi-AgE{_WORD}{{40,400}}"),
    SecretRule("sendgrid_key", "SendGrid key", rf"SG\.{_WORD}{{20,24}}\.{_WORD}{{39,50}}"),
    SecretRule("twilio_key", "Twilio key", r"SK[0-9a-f]{32}", 0.9),
    SecretRule("mailchimp_key", "Mailchimp key", r"[0-9a-f]{32}-us[0-9]{1,2}"),
    SecretRule("shopify_token", "Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    SecretRule("digitalocean_token", "DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}"),
    SecretRule("docker_token", "Docker token", rf"dckr_(?:pat|oat)_{_WORD}{{27,40}}"),
    SecretRule("databricks_token", "Databricks token", r"dapi[0-9a-f]{32}(?:-[0-9])?"),
    SecretRule("grafana_token", "Grafana token", r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    SecretRule("linear_key", "Linear key", r"lin_api_[A-Za-z0-9]{40}"),
    SecretRule("notion_token", "Notion token", r"ntn_[A-Za-z0-9]{40,50}"),
    SecretRule("telegram_token", "Telegram bot token", rf"[0-9]{{8,10}}:AA{_WORD}{{33}}"),
    SecretRule("age_key", "age secret key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    SecretRule("azure_key", "Azure storage key", r"AccountKey=[A-Za-z0-9+/]{60,90}={0,2}"),
)  # fmt: skip
NAMED_SECRETS = {
    "private_key": "Private key block",
    "aws_secret_key": "AWS secret access key",
    "jwt": "JSON Web Token",
    "url_password": "Password in a URL",
    "bearer_token": "Token of an Authorization header",
    "password": "What somebody calls a password, key or token",
}
SECRET_KINDS = frozenset({rule.kind for rule in SECRET_RULES}) | frozenset(NAMED_SECRETS)

_TYPED = re.compile(
    r"(?<![A-Za-z0-9_])(?:" + "|".join(f"(?P<{rule.kind}>{rule.form})" for rule in SECRET_RULES) + r")(?![A-Za-z0-9])"
)
_RULES = {rule.kind: rule for rule in SECRET_RULES}
_KEY_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=\s\\:,]*+")
_JWT = re.compile(r"(?<![\w\-])eyJ[\w\-]{8,4000}+\.eyJ[\w\-]{8,8000}+\.[\w\-]{0,2000}+")
_URL = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.\-]{1,14}://[^\s/:@?#\"'<>]{0,100}:([^\s/@?#\"'<>]{1,200})@")
_BEARER = re.compile(r"\b(?:bearer|basic|token)[ ]{1,3}([A-Za-z0-9\-._~+/]{20,2000}+={0,2})", re.IGNORECASE)
_AWS_SECRET = re.compile(
    r"(?:secret.?(?:access)?.?key|aws.?secret)[\"' ]{0,3}(?:=>|:=|=|:|\bis\b)?[\"' ]{0,3}([A-Za-z0-9/+]{40})"
    r"(?![A-Za-z0-9/+=])",
    re.IGNORECASE,
)
_LOOSE_SECRET = re.compile(r"(?<![A-Za-z0-9/+=_\-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_\-])")
_ASSIGNED = re.compile(
    r"(?:password|passwd|passphrase|passcode|\bpwd|\bpw|passwort|kennwort|zugangscode|mot de passe|mdp|contrase[ñn]a|"
    r"clave|\bsenha|wachtwoord|has[łl]o|l[öo]senord|api[ _\-]?key|api[ _\-]?secret|client[ _\-]?secret|"
    r"secret[ _\-]?key|access[ _\-]?key|access[ _\-]?token|auth[ _\-]?token|api[ _\-]?token|refresh[ _\-]?token|"
    r"private[ _\-]?key|encryption[ _\-]?key|\bsecret|\btoken)"
    r"[\"'`*]{0,2}[ ]{0,3}(?::=|=>|==|=|:|\bis\b|\bist\b|\blautet\b|\best\b|\bes\b)[ ]{0,3}[\"'`*]{0,2}"
    r"([^\s\"'`<>]{6,200})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[*x•.\-_]{3,}|\$\{|\{\{|%\(|\A[$%{\[(]|\Anone\Z|example|placeholder|your|changeme|redacted|masked|required|https?://|null",
    re.IGNORECASE,
)


def find_secrets(text: str) -> list[Span]:
    """Keys, tokens and passwords in a text, in order of place, without overlaps."""
    plain, indices = make_plain(text)
    return place_spans(settle_overlaps(_find_all(plain)), indices)


def _find_all(text: str) -> Iterator[Span]:
    for found in _TYPED.finditer(text):
        kind = found.lastgroup or ""
        yield Span(kind, found.start(), found.end(), _RULES[kind].score, _RULES[kind].detector)
    if "-----BEGIN" in text:
        yield from _find_private_keys(text)
    if "eyJ" in text:
        for found in _JWT.finditer(text):
            if _is_token_header(found.group()):
                yield Span("jwt", found.start(), found.end(), 0.98, "jwt@1")
    if "://" in text:
        for found in _URL.finditer(text):
            if not _PLACEHOLDER.search(found[1]):
                yield Span("url_password", found.start(1), found.end(1), 0.95, "url_password@1")
    yield from _find_named(text)


def _find_private_keys(text: str) -> Iterator[Span]:
    """Blocks from BEGIN to END; one without an END reaches as far as what can be a key's body."""
    begin = _KEY_BEGIN.search(text)
    ends = True
    while begin is not None:
        end = _KEY_END.search(text, begin.end()) if ends else None
        ends = end is not None
        body = _KEY_BODY.match(text, begin.end())
        stop = end.end() if end is not None else body.end() if body is not None else begin.end()
        yield Span("private_key", begin.start(), stop, 0.99, "private_key@1")
        begin = _KEY_BEGIN.search(text, stop)


def _is_token_header(token: str) -> bool:
    """Whether the first part of a JWT says how it is signed."""
    head = token.partition(".")[0]
    try:
        return b'"alg"' in base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))
    except (binascii.Error, ValueError):
        return False


def _find_named(text: str) -> Iterator[Span]:
    """What is a secret because somebody calls it one."""
    for found in _AWS_SECRET.finditer(text):
        yield Span("aws_secret_key", found.start(1), found.end(1), 0.95, "aws_secret_key@1")
    for found in re.finditer(r"(?:AKIA|ASIA)[A-Z2-7]{16}", text):
        near = _LOOSE_SECRET.search(text, found.end(), found.end() + 120)
        if near is not None and _classes(near.group()) >= 3:
            yield Span("aws_secret_key", near.start(), near.end(), 0.9, "aws_secret_key@1")
    for found in _BEARER.finditer(text):
        if _classes(found[1]) >= 3:
            yield Span("bearer_token", found.start(1), found.end(1), 0.85, "bearer_token@1")
    for found in _ASSIGNED.finditer(text):
        value = found[1].rstrip(".,;:!?)]}\"'`")
        if _is_password(value):
            yield Span("password", found.start(1), found.start(1) + len(value), 0.8, "password@1")


def _is_password(value: str) -> bool:
    """Strict: six characters and two classes, one of them digits; or three classes; no placeholder, no call."""
    if len(value) < 6 or _PLACEHOLDER.search(value) or "(" in value:
        return False
    has_digit = any(letter.isdigit() for letter in value)
    return _classes(value) >= (2 if has_digit else 3) and not value.replace(".", "").replace(",", "").isdigit()


def _classes(value: str) -> int:
    """How many of lower case, upper case, digits and signs stand in a text."""
    return (
        any(letter.islower() for letter in value)
        + any(letter.isupper() for letter in value)
        + any(letter.isdigit() for letter in value)
        + any(not letter.isalnum() for letter in value)
    )

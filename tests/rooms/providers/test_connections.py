"""Which models there are: from the environment, from IT's file, and what is said when either is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.engine.facts import ConnectionFacts
from builder.kit.errors import HandrailError
from builder.providers import Connection, ConnectionsError, connection_facts, connections_from_environment, worst_cost

from .conftest import connection, question, record_question


def test_without_anything_the_default_is_the_practice_model() -> None:
    found = connections_from_environment({})
    assert set(found) == {"default", "practice"}
    assert found["default"].provider == "practice"
    assert found["default"].facts == ConnectionFacts("practice", "local", None)


def test_keys_are_picked_up_and_the_first_becomes_the_default() -> None:
    env = {"OPENAI_API_KEY": "k1", "ANTHROPIC_API_KEY": "k2", "OLLAMA_HOST": "0.0.0.0"}
    found = connections_from_environment(env)
    assert set(found) == {"default", "practice", "openai", "anthropic", "ollama"}
    assert found["default"].provider == "openai"
    assert (found["default"].name, found["default"].key) == ("default", "k1")
    assert (found["default"].hosted, found["ollama"].hosted) == ("external", "local")
    assert connections_from_environment({"ANTHROPIC_API_KEY": "k2"})["default"].provider == "anthropic"
    assert connections_from_environment({"OPENAI_API_KEY": ""})["default"].provider == "practice"


@pytest.mark.parametrize(
    ("host", "url", "hosted"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434/v1", "local"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/v1", "local"),
        ("[::1]", "http://[::1]:11434/v1", "local"),
        ("localhost", "http://localhost:11434/v1", "local"),
        ("http://models.example:8000/", "http://models.example:8000/v1", "internal"),
        ("https://models.example", "https://models.example/v1", "internal"),
        ("gpu-1", "http://gpu-1:11434/v1", "internal"),
    ],
)
def test_ollama_hosts(host: str, url: str, hosted: str) -> None:
    found = connections_from_environment({"OLLAMA_HOST": host})["default"]
    assert (found.base_url, found.hosted) == (url, hosted)


@pytest.mark.parametrize(
    ("wish", "provider", "model"),
    [
        ("gpt-x", "openai", "gpt-x"),
        ("anthropic:claude-x", "anthropic", "claude-x"),
        ("qwen:7b", "openai", "qwen:7b"),
        ("practice", "practice", "practice"),
    ],
)
def test_a_wished_model(wish: str, provider: str, model: str) -> None:
    env = {"OPENAI_API_KEY": "k1", "ANTHROPIC_API_KEY": "k2", "HANDRAIL_MODEL": wish}
    found = connections_from_environment(env)["default"]
    assert (found.name, found.provider, found.model) == ("default", provider, model)


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "OLLAMA_HOST"])
@pytest.mark.parametrize(
    "url", ["http://me:hidden@host/v1", "ftp://host", "http://", "http://host:port", "http://h?x=1"]
)
def test_a_wrong_address_is_said_without_repeating_it(variable: str, url: str) -> None:
    with pytest.raises(ConnectionsError, match=variable) as caught:
        connections_from_environment({"OPENAI_API_KEY": "k1", variable: url})
    assert "hidden" not in caught.value.sentence


def test_a_wish_that_nobody_can_fulfil() -> None:
    with pytest.raises(ConnectionsError, match="no connection offers a model"):
        connections_from_environment({"HANDRAIL_MODEL": "gpt-x"})


FILE = """
connections:
  default:
    provider: openai
    model: gpt-eu
    base_url: https://eu.example/v1
    key_from: EU_KEY
    region: eu
    price_in: 0.5
    price_out: 2
  house:
    provider: openai-compatible
    model: mistral
    base_url: http://gpu-1:8000/v1
    hosted: internal
"""


def read(tmp_path: Path, text: str, **env: str) -> dict[str, Connection]:
    place = tmp_path / "models.yaml"
    place.write_text(text, "utf-8")
    return connections_from_environment({"HANDRAIL_MODELS": str(place), **env})


def test_the_file_of_it_comes_first(tmp_path: Path) -> None:
    found = read(tmp_path, FILE, EU_KEY="k-eu", OPENAI_API_KEY="k1")
    assert set(found) == {"default", "house", "openai", "practice"}
    assert (found["default"].key, found["default"].region, found["default"].price_out) == ("k-eu", "eu", 2.0)
    facts = connection_facts(found)
    assert facts["house"] == ConnectionFacts("mistral", "internal")
    assert "k-eu" not in repr(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("connections: {a: {provider: openai}}", "model"),
        ("connections: {a: {provider: openai, model: m, key: sk-123}}", "key"),
        ("connections: {a: {provider: openai, model: m, key_from: NOT_SET}}", "NOT_SET"),
        ("connections: {a: {provider: ollama, model: m}}", "base_url"),
        ("connections: {a: {provider: openai, model: m, base_url: 'http://me:word@host/v1'}}", "base_url"),
        ("connections: {a: {provider: openai, model: m, price_in: -1}}", "price_in"),
        ("connections: {a: {provider: openai, model: m, hosted: moon}}", "hosted"),
        ("- 1", "dictionary"),
        ("connections: [", "line"),
    ],
)
def test_a_wrong_file_gets_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(HandrailError) as caught:
        read(tmp_path, text)
    assert words in f"{caught.value.sentence} line {getattr(caught.value, 'line', '')}"
    assert "sk-123" not in caught.value.sentence


def test_a_missing_file() -> None:
    with pytest.raises(ConnectionsError, match="cannot be read"):
        connections_from_environment({"HANDRAIL_MODELS": "/nowhere/models.yaml"})


def test_the_worst_cost_counts_every_repair() -> None:
    priced = connection(1, price_in=1.0, price_out=10.0)
    once = worst_cost(priced, question(max_tokens=1_000))
    thrice = worst_cost(priced, record_question(max_tokens=1_000))
    assert once >= 1_000 * 10 / 1e6
    assert thrice >= 3 * 1_000 * 10 / 1e6
    assert worst_cost(connections_from_environment({})["default"], question()) == 0.0

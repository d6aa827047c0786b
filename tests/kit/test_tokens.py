"""A TokenBook: tokens of one run, and nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.detect import find_personal_data
from builder.kit.tokens import TokenBook, new_token_key

KEY = b"k" * 32


def test_the_same_value_has_the_same_token_in_one_run_and_another_in_the_next() -> None:
    book = TokenBook(KEY)
    assert book.token("iban", "DE89") == book.token("iban", "DE89")
    assert book.token("iban", "DE89") != book.token("iban", "DE90")
    assert book.token("iban", "DE89") != book.token("phone", "DE89")
    assert book.token("iban", "DE89") != TokenBook(b"j" * 32).token("iban", "DE89")
    assert TokenBook(KEY).token("iban", "DE89") == book.token("iban", "DE89")


@given(st.lists(st.tuples(st.sampled_from(["text", "email"]), st.text(min_size=1, max_size=30)), max_size=6))
def test_what_was_masked_comes_back(values: list[tuple[str, str]]) -> None:
    book = TokenBook(KEY)
    masked = " / ".join(book.token("thing", value, shape) for shape, value in values)
    assert book.reveal(masked) == " / ".join(value for _, value in values)
    assert TokenBook(KEY, book.pairs()).reveal(masked) == book.reveal(masked)


def test_an_address_stays_an_address_at_a_reserved_domain() -> None:
    token = TokenBook(KEY).token("email", "jane@example.com", "email")
    assert token.endswith("@masked.invalid")
    assert [(span.kind, span.start, span.end) for span in find_personal_data(token)] == [("email", 0, len(token))]


def test_only_whole_tokens_are_revealed() -> None:
    book = TokenBook(KEY)
    text, email = book.token("iban", "DE89"), book.token("email", "jane@example.com", "email")
    for broken in (
        text[:-1],
        text[1:],
        text.replace(":", ": "),
        text.upper(),
        f"x{email}",
        f"{email}.org",
        f"{email}x",
    ):
        assert book.reveal(broken) == broken
    assert book.reveal(f"({text}),{email}.") == "(DE89),jane@example.com."


def test_a_text_that_looks_like_a_token_stays() -> None:
    book = TokenBook(KEY)
    stranger = TokenBook(new_token_key()).token("iban", "DE89")
    assert book.reveal(stranger) == stranger
    assert book.find(stranger) == [(0, len(stranger), False)]


def test_a_value_is_never_read_for_tokens() -> None:
    book = TokenBook(KEY)
    inner = book.token("iban", "DE89")
    outer = book.token("note", f"see {inner}")
    assert book.reveal(outer) == f"see {inner}"


def test_two_values_never_share_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = TokenBook._code
    monkeypatch.setattr(
        TokenBook, "_code", lambda self, kind, value, turn: honest(self, kind, "clash" if turn == 0 else value, turn)
    )
    book = TokenBook(KEY)
    tokens = {value: book.token("iban", value) for value in ("a", "b", "c")}
    assert len(set(tokens.values())) == 3
    assert all(book.reveal(token) == value for value, token in tokens.items())
    assert {value: book.token("iban", value) for value in ("c", "b", "a")} == tokens


@pytest.mark.parametrize(("kind", "shape"), [("E-Mail", "text"), ("", "text"), ("a]b", "text"), ("email", "url")])
def test_a_kind_or_shape_that_cannot_stand_in_a_token_is_refused(kind: str, shape: str) -> None:
    with pytest.raises(ValueError, match="token"):
        TokenBook(KEY).token(kind, "x", shape)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        TokenBook(b"short")

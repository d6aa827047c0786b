"""Standard Webhooks: the published vectors, what the specification says of headers, and what is no signature at all."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from builder.triggers.signatures import WINDOW, BadSignature, Signed, judge_signature, new_secret, sign_delivery

ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime.fromtimestamp(1614265330, UTC)

# (secret, id, seconds, body, signature): as the specification's own libraries publish them
VECTORS = [
    (SECRET, ID, 1614265330, BODY.decode(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1649367553,
     '{"email":"test@example.com","username":"test_user"}', "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
]  # fmt: skip
OTHERS = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def headers(at: datetime = NOW, secret: str = SECRET, **changed: str) -> dict[str, str]:
    made = {
        "webhook-id": ID,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign_delivery(secret, ID, at, BODY.decode()),
    }
    return {**made, **{f"webhook-{name}": value for name, value in changed.items()}}


def refused(said: dict[str, str], body: bytes = BODY, now: datetime = NOW, held: tuple[str, ...] = (SECRET,)) -> str:
    with pytest.raises(BadSignature) as problem:
        judge_signature(said, body, held, now)
    return problem.value.reason


@pytest.mark.parametrize(("secret", "own", "seconds", "body", "signature"), VECTORS)
def test_the_published_vectors_hold(secret: str, own: str, seconds: int, body: str, signature: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert sign_delivery(secret, own, at, body) == signature
    said = {"webhook-id": own, "webhook-timestamp": str(seconds), "webhook-signature": signature}
    assert judge_signature(said, body.encode(), [secret], at) == Signed(own, at)
    assert judge_signature(said, body.encode(), [secret.removeprefix("whsec_")], at).id == own


@pytest.mark.parametrize("unpadded", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr"])
def test_a_secret_may_come_without_its_padding(unpadded: str) -> None:
    padded = unpadded + "=" * (-len(unpadded) % 4)
    assert judge_signature(headers(secret=padded), BODY, [unpadded], NOW).id == ID


def test_one_good_signature_among_others_is_enough_and_none_is_not() -> None:
    good = headers()["webhook-signature"]
    assert judge_signature(headers(signature=f"{OTHERS} {good} {OTHERS}"), BODY, [SECRET], NOW).id == ID
    assert refused(headers(signature=OTHERS)) == "wrong_signature"


def test_any_secret_that_holds_will_do() -> None:
    old, new = new_secret(), new_secret()
    for secret in (old, new):
        assert judge_signature(headers(secret=secret), BODY, [new, old], NOW).id == ID
    assert refused(headers(secret=old), held=(new,)) == "wrong_signature"
    assert refused(headers(), held=()) == "wrong_signature"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("webhook-id", "no_id"), ("webhook-timestamp", "no_time"), ("webhook-signature", "no_signature")],
)
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_header_is_told(name: str, reason: str, empty: bool) -> None:
    said = headers()
    if empty:
        said[name] = ""
    else:
        del said[name]
    assert refused(said) == reason


@pytest.mark.parametrize(
    "moment",
    ["hello", "1614265330.0", "-1614265330", "+1614265330", " 1614265330", "1614265330 ", "1_614_265_330", "0x6037bb72",
     "1e9", "01614265330", "\u0661\u0666\u0661\u0664\u0662\u0666\u0665\u0663\u0663\u0660", "9" * 30, "nan", "0"],
)  # fmt: skip
def test_a_moment_is_whole_seconds_in_plain_digits(moment: str) -> None:
    assert refused(headers(timestamp=moment)) == "bad_time"


@pytest.mark.parametrize("own", ["msg.1", "a b", "a\n", "\x00", "é", "x" * 256, "a\x7f"])
def test_an_id_that_cannot_be_one_is_refused(own: str) -> None:
    said = headers(id=own)
    said["webhook-signature"] = sign_delivery(SECRET, own, NOW, BODY.decode())
    assert refused(said) == "bad_id"


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("v1", "bad_signature"), ("v1,", "wrong_signature"), ("v1,,", "bad_signature"), (",", "bad_signature"),
        ("hello", "bad_signature"), ("v1,%%%", "bad_signature"), ("v1,é", "bad_signature"),
        ("V1,AAAA", "bad_signature"),
        ("v2,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU=", "bad_signature"), ("v1,AA==", "wrong_signature"),
        (
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
            "bad_signature",
        ),
        ("v1,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU=", "wrong_signature"),
    ],
)  # fmt: skip
def test_what_is_no_signature_is_none(signature: str, reason: str) -> None:
    assert refused(headers(signature=signature)) == reason


def test_part_of_a_signature_is_none() -> None:
    good = headers()["webhook-signature"]
    for end in range(len(good)):
        assert refused(headers(signature=good[:end])) in ("bad_signature", "wrong_signature", "no_signature")


@pytest.mark.parametrize("off", [timedelta(0), WINDOW, -WINDOW])
def test_within_the_window_a_moment_holds(off: timedelta) -> None:
    assert judge_signature(headers(NOW + off), BODY, [SECRET], NOW).at == NOW + off


def test_beyond_the_window_it_does_not() -> None:
    second = timedelta(seconds=1)
    assert refused(headers(NOW - WINDOW - second)) == "too_old"
    assert refused(headers(NOW + WINDOW + second)) == "too_new"
    assert refused(headers(timestamp="999999999999")) == "too_new"
    assert refused(headers(timestamp="1")) == "too_old"


def test_nothing_that_was_signed_can_be_changed() -> None:
    assert refused(headers(), BODY + b" ") == "wrong_signature"
    assert refused(headers(id="msg_other")) == "wrong_signature"
    assert refused(headers(timestamp=str(int(NOW.timestamp()) + 1))) == "wrong_signature"
    assert refused(headers(), b"\xff") == "not_utf8"


def test_a_new_secret_is_of_the_length_and_form_that_is_asked_for() -> None:
    made = new_secret()
    assert made.startswith("whsec_")
    assert 24 <= len(base64.b64decode(made.removeprefix("whsec_"), validate=True)) <= 64
    assert len({new_secret() for _ in range(50)}) == 50


@given(st.binary(max_size=200), st.text(max_size=60), st.text(max_size=40), st.text(max_size=120))
def test_whatever_comes_is_refused_with_a_reason(body: bytes, own: str, moment: str, signature: str) -> None:
    said = {"webhook-id": own, "webhook-timestamp": moment, "webhook-signature": signature}
    assert refused(said, body)


@given(st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")), st.integers(0, 1 << 32))
def test_the_library_and_what_stands_around_it_agree(body: bytes, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds + 1, UTC)
    said = {"webhook-id": ID, "webhook-timestamp": str(seconds + 1)}
    said["webhook-signature"] = Webhook(SECRET).sign(ID, at, body.decode())
    assert judge_signature(said, body, [SECRET], at).at == at

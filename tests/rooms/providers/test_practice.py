"""The practice model: honest about what it is, the same each time, and busy with the text it was given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.kit.shapes import check_schema, normalise, validate
from builder.providers import Models, connections_from_environment
from builder.providers.practice import NOTICE, practise
from builder.providers.practice.words import central_sentences, split_sentences, stem
from builder.sdk import Choice, NodeError

from .conftest import SHAPE, label_question, question, record_question

LETTER = """Hi team,

I ordered two office chairs (order #A-48213) on March 3, 2026 and only one arrived. The box was damaged as well.
I paid $349.90 with my credit card. Please send the missing chair by 12 March 2026 or refund me.
You can call me at +1 415 555 0134 after 5:30 pm.

Kind regards,
Jane Porter
jane.porter@example.com"""

BILL = """Rechnung Nr. RE-2026-0415
Lieferant: Muster GmbH
Datum: 03.11.2026
Fällig am 17. November 2026

Leistung: Wartung der Heizung
Gesamtbetrag: 1.234,50 EUR inkl. 19 % MwSt.
IBAN DE89 3704 0044 0532 0130 00
Rückfragen an buchhaltung@muster.example oder 030 1234567.
"""


@pytest.mark.anyio
async def test_it_is_behind_the_default_when_no_key_is_there() -> None:
    models = Models(connections_from_environment({}))
    answered = await models.ask(question(text=LETTER))
    await models.aclose()
    assert answered.usage.practice
    assert (answered.usage.model, answered.usage.cost) == ("practice", 0.0)
    assert answered.text.endswith(NOTICE)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I was charged twice for my subscription", "billing"),
        ("Meine letzte Rechnung stimmt nicht, bitte erstatten Sie den Betrag", "billing"),
        ("The export button does nothing and shows an error", "bug"),
        ("Seit dem Update stürzt die App beim Speichern ab", "bug"),
        ("I cannot sign in, my password is not accepted", "account"),
        ("Wo bleibt mein Paket? Die Lieferung sollte gestern kommen", "shipping"),
        ("What a lovely day it is", "other"),
    ],
)
def test_texts_are_sorted_by_what_the_labels_mean(text: str, label: str) -> None:
    answered = practise(label_question(text, "billing", "bug", "account", "shipping", "other"))
    assert answered.record["category"] == label
    assert 0 < answered.record["confidence"] <= 1
    assert answered.usage.practice


def test_descriptions_say_what_a_label_means() -> None:
    choices = (Choice("alpha", "walking the dog"), Choice("beta", "repairing bicycles, flat tyres"))
    answered = practise(question(task="classify", text="My tyre is flat again", choices=choices))
    assert answered.record["category"] == "beta"


def test_confidence_falls_where_two_labels_fit() -> None:
    clear = practise(label_question("Please refund my invoice payment", "billing", "bug", "other"))
    mixed = practise(label_question("The invoice page crashes with an error", "billing", "bug", "other"))
    assert mixed.record["confidence"] < clear.record["confidence"]


def test_facts_are_taken_from_a_letter() -> None:
    record = extract(
        LETTER,
        {
            "order_id": {"type": "string"},
            "customer_name": {"type": "string"},
            "email": {"type": "string", "format": "email"},
            "amount": {"type": "number"},
            "currency": {"type": "string"},
            "phone": {"type": "string"},
            "order_date": {"type": "string", "format": "date"},
            "items_ordered": {"type": "integer"},
            "damaged": {"type": "boolean"},
            "dates": {"type": "array", "items": {"type": "string", "format": "date"}},
            "fax": {"type": ["string", "null"]},
            "contact": {"type": "object", "properties": {"email": {"type": "string"}}},
            "category": {"enum": ["delivery", "bug", "praise"]},
            "summary": {"type": "string", "maxLength": 60},
        },
    )
    assert record.pop("summary").startswith("I ordered two office chairs")
    assert record == {
        "order_id": "A-48213",
        "customer_name": "Jane Porter",
        "email": "jane.porter@example.com",
        "amount": 349.9,
        "currency": "USD",
        "phone": "+1 415 555 0134",
        "order_date": "2026-03-03",
        "items_ordered": 2,
        "damaged": True,
        "dates": ["2026-03-03", "2026-03-12"],
        "fax": None,
        "contact": {"email": "jane.porter@example.com"},
        "category": "delivery",
    }


def test_facts_are_taken_from_a_german_bill() -> None:
    record = extract(
        BILL,
        {
            "invoice_number": {"type": "string"},
            "supplier": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "due_date": {"type": "string", "format": "date"},
            "total_amount": {"type": "number"},
            "vat_rate": {"type": "number"},
            "iban": {"type": "string"},
            "urgent": {"type": "boolean"},
            "language": {"enum": ["de", "en"]},
        },
    )
    assert record == {
        "invoice_number": "RE-2026-0415",
        "supplier": "Muster GmbH",
        "date": "2026-11-03",
        "due_date": "2026-11-17",
        "total_amount": 1234.5,
        "vat_rate": 19.0,
        "iban": "DE89 3704 0044 0532 0130 00",
        "urgent": False,
        "language": "de",
    }


def extract(text: str, fields: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}
    assert check_schema(schema) == []
    answered = practise(question(task="extract", text=text, schema=schema))
    assert validate(answered.record, schema) == []
    assert json.loads(answered.text) == answered.record
    record: dict[str, Any] = answered.record
    return record


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1 234", 1234.0),
        ("12,5", 12.5),
        ("1.234", 1234.0),
        ("0.125", 0.125),
        ("-3", -3.0),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert extract(f"The sum is {text} euro.", {"sum": {"type": "number"}}) == {"sum": value}


def test_what_cannot_be_found_is_a_failure_where_nothing_else_fits() -> None:
    wanted = {
        "type": "object",
        "properties": {"day": {"type": "string", "minLength": 3, "maxLength": 2}},
        "required": ["day"],
    }
    with pytest.raises(NodeError, match="which is no AI"):
        practise(question(task="extract", text="Hello", schema=wanted))


def test_a_reply_is_in_the_language_of_the_letter_and_from_its_own_sentences() -> None:
    letter = "Guten Tag, meine Rechnung stimmt nicht. Ich habe zweimal 49 € gezahlt."
    text = practise(question(text=f"Schreibe eine höfliche Antwort.\n\nNachricht: {letter}")).text
    assert text.startswith("Guten Tag")
    assert "Ich habe zweimal 49 € gezahlt." in text
    assert "Schreibe" not in text
    text = practise(question(text=f"Answer politely. Topic: chairs\n\nTicket: {LETTER}")).text
    assert text.startswith("Hello")
    assert "chairs" in text.splitlines()[2]
    assert "Answer politely" not in text


def test_orders_for_another_form() -> None:
    text = practise(question(instructions="Summarise in one sentence.", text=LETTER)).text
    assert len(split_sentences(text.removesuffix(NOTICE))) == 1
    text = practise(question(text=f"List the three key points as bullets.\n\n{LETTER}", max_tokens=500)).text
    assert text.count("\n- ") + text.startswith("- ") == 3
    assert "Not translated" in practise(question(text=f"Translate into French.\n\n{LETTER}", max_tokens=500)).text


def test_central_sentences_are_those_the_others_are_like() -> None:
    text = (
        "The invoice for March is wrong. Birds sing. The March invoice lists a wrong price. It rained. "
        "Please correct the price on the March invoice."
    )
    assert "Birds sing." not in central_sentences(text, 3)
    assert "It rained." not in central_sentences(text, 3)


def test_endings_meet() -> None:
    for words in (
        ["charge", "charged", "charges"],
        ["Rechnung", "Rechnungen"],
        ["billing", "bills"],
        ["cancel", "cancelled"],
    ):
        assert len({stem(word) for word in words}) == 1, words


@given(st.text(max_size=300), st.sampled_from(["complete", "classify", "extract"]))
def test_any_text_gets_an_answer_that_fits_the_same_each_time(text: str, task: str) -> None:
    request = {
        "complete": question(text=text),
        "classify": label_question(text, "a", "other"),
        "extract": record_question(),
    }[task]
    answered = practise(request)
    assert answered == practise(request)
    assert answered.usage.practice
    if task == "extract":
        assert validate(normalise(answered.record, SHAPE), SHAPE) == []


def test_a_huge_text_is_no_trouble() -> None:
    assert practise(question(text="Many words here. " * 200_000)).text.endswith(NOTICE)
    assert practise(label_question("word " * 200_000, "a", "b")).record["category"] in "ab"
    practise(question(task="extract", text="1.1.1.1 12-12-12 a:b\n" * 20_000, schema=SHAPE))

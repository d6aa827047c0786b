"""tool.read_document: text is read, what cannot be read is said, and what is built to burst does not."""

from __future__ import annotations

import asyncio
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest

from builder.sdk import NodeError, StoredFile
from builder.sdk.testing import TestContext, check_examples
from nodes.tool.read_document.node import NODE, ReadDocumentConfig

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_examples_hold() -> None:
    assert check_examples(Path(__file__).parent) == 5


def read(content: bytes, media_type: str, **config: Any) -> dict[str, Any]:
    context = TestContext(files={"f": StoredFile("f", "a.bin", media_type, len(content), content)})
    outcome: Any = asyncio.run(NODE.run(ReadDocumentConfig(**config), {"file": "f"}, context))
    found: dict[str, Any] = outcome.output
    return found


def pdf(*pages: bytes, compress: bool = True) -> bytes:
    """A PDF of pages that each draw what stands in a content stream."""
    writer = pypdf.PdfWriter()
    font = pypdf.generic.DictionaryObject({
        pypdf.generic.NameObject("/Type"): pypdf.generic.NameObject("/Font"),
        pypdf.generic.NameObject("/Subtype"): pypdf.generic.NameObject("/Type1"),
        pypdf.generic.NameObject("/BaseFont"): pypdf.generic.NameObject("/Helvetica"),
    })  # fmt: skip
    for each in pages:
        page = writer.add_blank_page(200, 200)
        stream = pypdf.generic.StreamObject()
        stream._data = zlib.compress(each) if compress else each
        if compress:
            stream[pypdf.generic.NameObject("/Filter")] = pypdf.generic.NameObject("/FlateDecode")
        page[pypdf.generic.NameObject("/Contents")] = writer._add_object(stream)
        fonts = pypdf.generic.DictionaryObject({pypdf.generic.NameObject("/F1"): font})
        page[pypdf.generic.NameObject("/Resources")] = pypdf.generic.DictionaryObject({
            pypdf.generic.NameObject("/Font"): fonts
        })  # fmt: skip
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def says(text: str) -> bytes:
    return f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode()


def docx(document: str, **others: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
        for name, text in others.items():
            archive.writestr(name, text)
    return made.getvalue()


def test_the_text_of_a_pdf_and_which_pages_have_none() -> None:
    found = read(pdf(says("Invoice 7"), b"", says("Total 12.50")), "application/pdf")
    assert found["text"] == "Invoice 7\n\n\n\nTotal 12.50"
    assert (found["pages"], found["pages_without_text"], found["truncated"]) == (3, 1, False)
    assert "there is no OCR" in found["note"]


def test_only_so_many_pages_are_read() -> None:
    found = read(pdf(*[says("A page")] * 4), "application/pdf", max_pages=2)
    assert (found["pages"], found["truncated"], found["text"]) == (4, True, "A page\n\nA page")


def test_a_locked_pdf_is_said_to_be_locked() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(says("secret"))))
    writer.encrypt("owner's", algorithm="RC4-128")
    writer.encrypt("a word", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    with pytest.raises(NodeError) as caught:
        read(made.getvalue(), "application/pdf")
    assert caught.value.failed.code == "document_encrypted"


def test_a_pdf_that_unpacks_to_gigabytes_ends_early() -> None:
    with pytest.raises(NodeError, match=r"damaged|cannot be read"):
        read(pdf(b" " * 40_000_000), "application/pdf")


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"%PDF-1.4\ntrailer<</Root 1 0 R>>", b"%PDF-1.7\n" + b"[" * 50_000])
def test_a_damaged_pdf_is_no_crash(content: bytes) -> None:
    with pytest.raises(NodeError):
        read(content, "application/pdf")


def test_paragraphs_tabs_and_tables_of_a_docx() -> None:
    text = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>Dear</w:t><w:tab/><w:t>Ann</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc>"
        "</w:tr></w:tbl></w:body></w:document>"
    )
    found = read(docx(text), DOCX)
    assert (found["text"], found["kind"], found["pages"]) == ("Dear\tAnn\n1\t2", "docx", None)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"PK\x03\x04 no archive", "file_broken"),
        (lambda: docx("<a>", x="y"), "document_broken"),
        (lambda: docx(f"<!DOCTYPE a [<!ENTITY b 'c'>]><w:document {W}>&b;</w:document>"), "document_broken"),
        (lambda: docx("x" * 100_000_000), "file_too_large_inside"),
    ],
)
def test_a_docx_that_is_damaged_or_built_to_burst(make: Callable[[], bytes], code: str) -> None:
    content = make()  # here, not while tests are collected: each process that collects would pack it
    with pytest.raises(NodeError) as caught:
        read(content, DOCX)
    assert caught.value.failed.code == code


def test_an_archive_with_a_million_names_is_not_even_listed() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(5_100):
            archive.writestr(str(number), "")
    with pytest.raises(NodeError, match="parts inside"):
        read(made.getvalue(), DOCX)


@pytest.mark.parametrize("content", [b"\xff\xfeH\x00i\x00", b"\xef\xbb\xbfHi", b"Hi\x00"])
def test_text_in_any_encoding(content: bytes) -> None:
    assert read(content, "text/plain")["text"] == "Hi"

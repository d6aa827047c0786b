"""tool.read_document on documents as people make them: tracked changes, footnotes, forms, and cuts between letters."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from builder.sdk import NodeError
from nodes.tool.read_document.test_read_document import DOCX, W, docx, pdf, read, says

MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def body(inside: str, **parts: str) -> str:
    found: str = read(docx(f"<w:document {W} {MC}><w:body>{inside}</w:body></w:document>", **parts), DOCX)["text"]
    return found


def written(writer: pypdf.PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_of_tracked_changes_what_now_stands_is_read_once() -> None:
    text = body(
        f"<w:p><w:ins>{run('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('moved')}</w:moveFrom></w:p><w:p><w:moveTo>{run('moved')}</w:moveTo></w:p>"
    )
    assert text == "new\nmoved"


def test_a_box_of_text_is_read_once() -> None:
    box = f"<w:txbxContent><w:p>{run('box')}</w:p></w:txbxContent>"
    twice = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert body(f"<w:p>{twice}{run('rest')}</w:p>") == "box\nrest"


def test_a_table_keeps_its_rows() -> None:
    cell = "<w:tc><w:p>{}</w:p><w:p>{}</w:p></w:tc>"
    row = f"<w:tr>{cell.format(run('a'), run('b'))}{cell.format('', '')}{cell.format(run('c'), '')}</w:tr>"
    assert body(f"<w:tbl>{row}{row}</w:tbl>") == "a b\t\tc\na b\t\tc"


def test_footnotes_are_read() -> None:
    note = f"<w:footnotes {W}><w:footnote><w:p>{run('but not on Sundays')}</w:p></w:footnote></w:footnotes>"
    assert body(f"<w:p>{run('Open daily')}</w:p>", **{"word/footnotes.xml": note}) == "Open daily\nbut not on Sundays"


def test_hyphens_and_line_ends_are_kept() -> None:
    assert body("<w:p><w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>Mail</w:t><w:cr/><w:t>x</w:t></w:r></w:p>") == "E-Mail\nx"


def test_a_file_that_is_strict_about_the_standard_is_read_too() -> None:
    strict = W.replace(
        "schemas.openxmlformats.org/wordprocessingml/2006/main", "purl.oclc.org/ooxml/wordprocessingml/main"
    )
    assert read(docx(f"<w:document {strict}><w:p>{run('hello')}</w:p></w:document>"), DOCX)["text"] == "hello"


def test_a_docx_of_pictures_says_so() -> None:
    found = read(docx(f"<w:document {W}><w:body><w:p><w:r><w:drawing/></w:r></w:p></w:body></w:document>"), DOCX)
    assert "no OCR" in found["note"]


@pytest.mark.parametrize("ahead", ["", "a", "aa", "aaa"])
def test_a_long_text_is_cut_between_letters(ahead: str) -> None:
    found = read((ahead + "ü" * 300).encode(), "text/plain", max_characters=100)
    assert found["text"] == (ahead + "ü" * 300)[:100]
    assert found["truncated"]


def test_a_text_of_wide_letters_that_is_cut_says_so() -> None:
    found = read(("😀" * 101).encode(), "text/plain", max_characters=100)
    assert (found["text"], found["truncated"]) == ("😀" * 100, True)
    assert not read(("😀" * 100).encode(), "text/plain", max_characters=100)["truncated"]


def test_what_people_wrote_into_a_form_is_read() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(says("Application"))))

    def field(kind: str, name: str, value: Any) -> Any:
        return writer._add_object(DictionaryObject({
            NameObject("/FT"): NameObject(kind), NameObject("/T"): TextStringObject(name), NameObject("/V"): value,
            NameObject("/Subtype"): NameObject("/Widget"), NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
        }))  # fmt: skip

    fields = ArrayObject([
        field("/Tx", "name", TextStringObject("Kim Müller")), field("/Btn", "agrees", NameObject("/Yes")),
        field("/Btn", "smokes", NameObject("/Off")), field("/Tx", "empty", TextStringObject("")),
    ])  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = fields
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    assert read(written(writer), "application/pdf")["text"] == "Application\n\nname: Kim Müller\nagrees: Yes"


def test_half_a_letter_in_a_pdf_is_no_broken_text() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(says("A"))))
    letters = StreamObject()
    letters._data = b"1 begincodespacerange <00><FF> endcodespacerange 1 beginbfchar <41> <D83D> endbfchar"
    font = writer.pages[0]["/Resources"]["/Font"]["/F1"]  # type: ignore[index]  # a PDF's own dictionaries
    font[NameObject("/ToUnicode")] = writer._add_object(letters)
    read(written(writer), "application/pdf")["text"].encode()


def test_a_locked_office_file_is_told_from_an_old_one() -> None:
    for content, code in (("EncryptedPackage".encode("utf-16-le"), "file_encrypted"), (b"", "old_office_file")):
        with pytest.raises(NodeError) as caught:
            read(content, "application/x-ole-storage")
        assert caught.value.failed.code == code

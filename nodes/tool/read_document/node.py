"""tool.read_document: the text of a PDF, DOCX, text or CSV file. No pictures are read: there is no OCR."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from builder.sdk import (
    AfterCrash,
    Context,
    Done,
    Effect,
    Effects,
    Kind,
    NodeConfig,
    NodeType,
    Outcome,
    StoredFile,
    broken_file,
    decode_text,
    free_record,
    open_archive,
    read_part,
)
from builder.sdk.reading import OLE, refuse_ole

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORD = re.compile(
    r"\{http://(schemas\.openxmlformats\.org/wordprocessingml/2006/main|purl\.oclc\.org/ooxml/wordprocessingml/main)\}"
)
"""What stands before the name of a part of a text; the second is of files that are strict about the standard."""
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_LEFT_OUT = ("moveFrom", "del", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
"""What was taken away or moved elsewhere, and what stands there once more for old programs."""
_JOINS = {"p": "", "tc": " ", "tr": "\t"}
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_MOST_FIELDS = 2_000
_LARGEST_PART = 64 * 1024 * 1024
_LARGEST_STREAM = 32 * 1024 * 1024
_UNPACKING = ("array_based_stream", "lzw", "run_length", "zlib", "brotli", "jbig2")
_PATIENCE = 120.0
"""Seconds after which no further page of a PDF is begun."""


class ReadDocumentConfig(NodeConfig):
    """How much is read."""

    max_pages: Annotated[int, Field(ge=1, le=2_000, title="Pages at most")] = 200
    max_characters: Annotated[int, Field(ge=100, le=2_000_000, title="Characters at most")] = 200_000


class Found(NamedTuple):
    """What was read: its sort, its text, how many pages it has and how many of those read hold no text."""

    kind: str
    text: str
    pages: int | None = None
    silent: int = 0
    cut: bool = False


class ReadDocument(NodeType):
    """Reads the text of a file."""

    name = "tool.read_document"
    title = "Read a document"
    summary = "Gives the text of a PDF, DOCX, text or CSV file; pictures are not read."
    kind = Kind.TOOL
    effects = Effects(Effect.READ, after_crash=AfterCrash.RETRY_SAFE)
    emits = frozenset({"untrusted"})
    blocking = True
    Config = ReadDocumentConfig
    In = free_record({"file": {"type": "string", "format": "file", "title": "File"}})
    Out = free_record({
        "text": {"type": "string"},
        "kind": {"type": "string", "enum": ["pdf", "docx", "csv", "text"]},
        "name": {"type": "string"},
        "pages": {"type": ["integer", "null"]},
        "pages_without_text": {"type": "integer", "minimum": 0},
        "truncated": {"type": "boolean"},
        "note": {"type": "string"},
    })  # fmt: skip

    async def run(self, config: ReadDocumentConfig, inputs: Mapping[str, Any], context: Context) -> Outcome:
        """Reads the file, and says what of it could not be read."""
        file = await context.read_file(inputs["file"])
        found = _read(file, config)
        text = found.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a pair are no text
        text = "".join(each for each in text if each >= " " or each in "\n\t")
        cut = found.cut or len(text) > config.max_characters
        return Done({
            "text": text[: config.max_characters],
            "kind": found.kind,
            "name": file.name,
            "pages": found.pages,
            "pages_without_text": found.silent,
            "truncated": cut,
            "note": _note(found, cut=cut),
        })  # fmt: skip


def _note(found: Found, *, cut: bool) -> str:
    said = []
    if found.silent:
        said.append(
            f"{found.silent} of the pages that were read hold no text, perhaps pictures of it; pictures are not read "
            "(there is no OCR)."
        )
    elif found.kind == "docx" and not found.text.strip():
        said.append("The file holds no text, perhaps pictures of it; pictures are not read (there is no OCR).")
    if cut:
        said.append("Only a part was read; the step's limits say how much.")
    return " ".join(said)


def _read(file: StoredFile, config: ReadDocumentConfig) -> Found:
    if file.media_type == "application/pdf":
        return _read_pdf(file.content, config)
    if file.media_type == _DOCX:
        return _read_docx(file.content, config)
    if file.media_type.startswith("text/") or file.media_type in (
        "application/json",
        "application/xml",
        "application/yaml",
    ):
        kind = "csv" if file.media_type in ("text/csv", "text/tab-separated-values") else "text"
        most = config.max_characters * 4 + 4  # bytes that one character more has at most, with a mark before
        return Found(kind, decode_text(file.content, at_most=most), cut=len(file.content) > most)
    if file.media_type == OLE:
        raise refuse_ole(file.content)
    raise broken_file(
        "document_type", f"This step reads PDF, DOCX, text and CSV files; this one is {file.media_type}."
    )  # fmt: skip


def _read_pdf(content: bytes, config: ReadDocumentConfig) -> Found:
    import pypdf  # heavy: 0.2 s, only who reads a PDF waits for it

    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings may hold what stands in the document

    limits: dict[str, Any] = {f"{name}_maximum_output_length": _LARGEST_STREAM for name in _UNPACKING}
    try:
        with pypdf.apply_configuration(**limits, jbig2dec_binary=None):  # bombs end early, and no program is started
            reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise broken_file("document_encrypted", "The PDF is locked with a password.")
            return _read_pages(reader, config)
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        raise broken_file("document_broken", "The PDF is damaged and cannot be read.") from problem
    except (RecursionError, MemoryError, OverflowError, ZeroDivisionError, NotImplementedError, OSError) as problem:
        raise broken_file("document_broken", "The PDF is built in a way that cannot be read.") from problem


def _read_pages(reader: Any, config: ReadDocumentConfig) -> Found:
    parts: list[str] = []
    size = silent = 0
    begun, count = time.monotonic(), len(reader.pages)
    for page in reader.pages[: config.max_pages]:
        if size > config.max_characters or time.monotonic() - begun > _PATIENCE:
            break
        text = page.extract_text().strip()
        silent += not text
        size += len(text)
        parts.append(text)
    cut = len(parts) < count
    filled = "\n".join(_filled(reader))
    return Found("pdf", "\n\n".join([*parts, filled] if filled else parts), count, silent, cut=cut)


def _filled(reader: Any) -> Iterator[str]:
    """What people wrote into the fields of a form: it stands beside the pages, not on them."""
    for name, field in islice((reader.get_fields() or {}).items(), _MOST_FIELDS):
        value = field.get("/V")
        if value not in (None, "", "/Off"):
            said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{field.get('/TU') or name}: {said.removeprefix('/')}"


def _read_docx(content: bytes, config: ReadDocumentConfig) -> Found:
    with open_archive(content, one=_LARGEST_PART) as archive:
        document = read_part(archive, "word/document.xml")
        notes = [each for each in (read_part(archive, name) for name in _NOTES) if each is not None]
    if document is None:
        raise broken_file("document_broken", "The DOCX is damaged: it holds no text part.")
    lines: list[str] = []
    size = 0
    for part in (document, *notes):
        for line in _lines_of(part):
            lines.append(line)
            size += len(line) + 1
            if size > config.max_characters:
                break
    return Found("docx", "\n".join(lines).strip("\n"))


def _lines_of(part: bytes) -> Iterator[str]:
    """The paragraphs of a part, and the rows of its tables with a tab between cells."""
    from defusedxml import DefusedXmlException  # heavy: XML is loaded by who reads a DOCX
    from defusedxml.ElementTree import ParseError, iterparse  # heavy: as above

    open_texts: list[list[str]] = [[]]
    """What is under way, the innermost last: a paragraph's pieces, a cell's paragraphs, a row's cells."""
    names = [""]
    left_out = 0
    try:
        for event, element in iterparse(io.BytesIO(part), events=("start", "end"), forbid_dtd=True):
            name = _WORD.sub("", element.tag)
            if name in _LEFT_OUT:
                left_out += 1 if event == "start" else -1
            elif left_out:
                continue
            elif name in _JOINS:
                if event == "start":
                    open_texts.append([])
                    names.append(name)
                    continue
                done = _JOINS[name].join(open_texts.pop())
                names.pop()
                element.clear()
                if len(open_texts) == 1:
                    yield done
                elif done or name == "tc":
                    open_texts[-1].append(f"{done}\n" if names[-1] == "p" else done)  # a box of text in a paragraph
            elif event == "end" and (name == "t" or name in _SIGNS):
                open_texts[-1].append(_SIGNS.get(name) or element.text or "")
    except (ParseError, DefusedXmlException, LookupError, ValueError) as problem:
        raise broken_file("document_broken", "The DOCX is damaged and cannot be read.") from problem


NODE = ReadDocument()

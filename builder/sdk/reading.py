"""Reading files that strangers made: archives that cannot burst, and text in whatever encoding it came."""

from __future__ import annotations

import codecs
import io
import struct
import zipfile

from builder.sdk.context import NodeError
from builder.sdk.outcomes import Failed, FailureClass

MOST_PARTS = 5_000
"""Parts that an archive may have."""
LARGEST_INSIDE = 200 * 1024 * 1024
"""Bytes that all parts of an archive may have when unpacked."""
_LARGEST_DIRECTORY = 1024 * 1024
OLE = "application/x-ole-storage"
"""The media type of what `refuse_ole` speaks of."""
_END = struct.Struct("<4s4H2LH")


def broken_file(code: str, sentence: str) -> NodeError:
    """A file that cannot be used, as a step's failure: trying again would not help."""
    return NodeError(Failed(FailureClass.PERMANENT, code, sentence))


def open_archive(
    content: bytes, *, parts: int = MOST_PARTS, unpacked: int = LARGEST_INSIDE, one: int | None = None
) -> zipfile.ZipFile:
    """A zip archive (XLSX, DOCX …) whose parts may be unpacked: what it says of their sizes holds, and is bounded.

    The directory at its end is measured before it is read, since a small file can hold the names of a million parts.

    Args:
        content: the archive.
        parts: how many parts it may have.
        unpacked: bytes that all of them may have.
        one: bytes that one of them may have; None: as many as all.

    Raises:
        NodeError: it is none, or it is larger inside than any honest one.
    """
    at = content.rfind(b"PK\x05\x06", -65_557 - _END.size)
    if at < 0 or at + _END.size > len(content):
        raise broken_file("file_broken", "The file is damaged: it has no end.")
    _, _, _, _, count, size, _, _ = _END.unpack_from(content, at)
    is_giant = content[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    if is_giant or count > parts or size > _LARGEST_DIRECTORY:
        raise broken_file("file_too_large_inside", f"The file has more than {parts:,} parts inside.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as problem:
        raise broken_file("file_broken", "The file is damaged: what it says of its parts is wrong.") from problem
    sizes = [each.file_size for each in archive.infolist()]
    if sum(sizes) > unpacked or max(sizes, default=0) > (one or unpacked):
        raise broken_file(
            "file_too_large_inside", f"Unpacked, the file would have more than {unpacked // 1_048_576:,} MiB."
        )
    if any(each.flag_bits & 1 for each in archive.infolist()):
        raise broken_file("file_encrypted", "The file is locked with a password.")
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """A part of an archive, at most as large as the archive said; None when there is none of this name.

    Raises:
        NodeError: it is damaged.
    """
    try:
        return archive.read(name)
    except KeyError:
        return None
    except Exception as problem:  # zlib, bz2 and lzma each raise an error of their own
        raise broken_file("file_broken", "The file is damaged: a part of it cannot be unpacked.") from problem


def refuse_ole(content: bytes) -> NodeError:
    """What a step says of an Office file that is no archive: it is locked, or as Office wrote files until 2003."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return broken_file("file_encrypted", "The file is locked with a password.")
    return broken_file("old_office_file", "The file is an old Office file (DOC, XLS); save it as DOCX, XLSX or PDF.")


def decode_text(content: bytes, *, at_most: int | None = None) -> str:
    """A text file as text: UTF-8, UTF-16 where a mark says so, else Western European as office programs write it.

    Line ends become line feeds; what plain data cannot hold (NUL) is left out.

    Args:
        content: all of it.
        at_most: bytes after which it is cut, between two characters; None: never.
    """
    cut = at_most is not None and at_most < len(content)
    content = content[:at_most]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="ignore" if cut else "replace")
    else:
        try:
            text, _ = codecs.utf_8_decode(content.removeprefix(codecs.BOM_UTF8), "strict", not cut)
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

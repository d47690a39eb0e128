"""What an attached file is, found out from its content. What is not on the list is refused."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

HEAD = 4096
#: a zip's directory larger than this names far more parts than a document has
LARGEST_DIRECTORY = 1024 * 1024
MOST_PARTS = 5000
LARGEST_CONTENT_LIST = 512 * 1024
_END_OF_DIRECTORY = b"PK\x05\x06"
_LONG_DIRECTORY = b"PK\x06\x07"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FileType:
    """One kind of file that is taken; `endings` are the names' endings that fit its content."""

    name: str
    content_type: str
    endings: tuple[str, ...]


PDF = FileType("PDF", "application/pdf", ("pdf",))
PNG = FileType("PNG", "image/png", ("png",))
JPEG = FileType("JPEG", "image/jpeg", ("jpg", "jpeg", "jfif"))
WEBP = FileType("WEBP", "image/webp", ("webp",))
XLSX = FileType("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
DOCX = FileType("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
PPTX = FileType(
    "PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",)
)
ODS = FileType("ODS", "application/vnd.oasis.opendocument.spreadsheet", ("ods",))
CSV = FileType("CSV", "text/csv", ("csv", "tsv"))
TEXT = FileType("TXT", "text/plain", ("txt", "log", "md"))

#: what may be attached as evidence
EVIDENCE = (PDF, PNG, JPEG, WEBP, XLSX, DOCX, PPTX, ODS, CSV, TEXT)
_BY_SIGNATURE = {kind.content_type: kind for kind in (PDF, PNG, JPEG, WEBP)}
_SIGNATURES = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
#: the part that holds the document → its kind
_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX, "ppt/presentation.xml": PPTX}


def accept(allowed: tuple[FileType, ...]) -> str:
    """The list for the `accept` attribute of a file input."""
    return ",".join(f".{ending}" for kind in allowed for ending in kind.endings)


def names_of(allowed: tuple[FileType, ...]) -> str:
    """ "PDF, PNG, JPEG": as a sentence lists them."""
    return ", ".join(kind.name for kind in allowed)


def recognise(path: Path, name: str, allowed: tuple[FileType, ...] = EVIDENCE) -> FileType:
    """The kind of the file at `path`, which a person calls `name`.

    Raises:
        InvalidInputError: its content is of no allowed kind, carries a program, or contradicts its name.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    kind = _by_content(path, head, name)
    if kind is None or kind not in allowed:
        raise InvalidInputError(
            _("“%(file)s” is %(kind)s, which cannot be attached. Attach one of these: %(allowed)s.")
            % {
                "file": name,
                "kind": kind.name if kind else _guess(head),
                "allowed": names_of(allowed),
            }
        )
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in kind.endings:
        raise InvalidInputError(
            _(
                "“%(file)s” has the content of a %(kind)s file, but its name does not end in .%(ending)s."
                " Rename it and attach it again."
            )
            % {"file": name, "kind": kind.name, "ending": kind.endings[0]}
        )
    return kind


def _by_content(path: Path, head: bytes, name: str) -> FileType | None:
    if head.startswith(b"PK"):
        return _document(path, name)
    if head.startswith(_SIGNATURES):
        found = {match.mime_type for match in puremagic.magic_string(head)}
        return next((kind for mime, kind in _BY_SIGNATURE.items() if mime in found), None)
    return _text(path, head, name)


def _guess(head: bytes) -> str:
    """What a refused file seems to be, for the message only."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _("a web page or drawing")
    if head.startswith(b"MZ"):
        return _("a program")
    if head.startswith(b"PK"):
        return _("a ZIP archive")
    try:
        best = max(puremagic.magic_string(head), key=lambda match: match.confidence)
    except (puremagic.PureError, ValueError):
        return _("a file of unknown kind")
    return best.name or _("a file of unknown kind")


def _document(path: Path, name: str) -> FileType | None:
    """An office document; a plain archive is none. Only its table of contents is read."""
    _refuse_bombs(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
            if _has_program(parts):
                raise _carries_program(name)
            if "mimetype" in parts and archive.getinfo("mimetype").file_size < 200:
                mime = archive.read("mimetype").decode("ascii", "replace").strip()
                return ODS if mime == ODS.content_type else None
            return _office_document(archive, parts, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise InvalidInputError(
            _("“%(file)s” is damaged or has a password. Save it anew without one and attach it again.")
            % {"file": name}
        ) from error


def _office_document(archive: zipfile.ZipFile, parts: list[str], name: str) -> FileType | None:
    if "[Content_Types].xml" not in parts:
        return None
    if archive.getinfo("[Content_Types].xml").file_size > LARGEST_CONTENT_LIST:
        return None
    listed = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in listed or b"vbaproject" in listed:
        raise _carries_program(name)
    return next((kind for part, kind in _OFFICE.items() if part in parts), None)


def _has_program(parts: list[str]) -> bool:
    lowered = [part.lower() for part in parts]
    return any(
        part.endswith(("vbaproject.bin", "vbadata.xml")) or part.startswith(("basic/", "scripts/"))
        for part in lowered
    )


def _carries_program(name: str) -> InvalidInputError:
    return InvalidInputError(
        _("“%(file)s” contains macros. Save it without them, for example as XLSX or PDF, and attach that.")
        % {"file": name}
    )


def _refuse_bombs(path: Path, name: str) -> None:
    """Look at the end of the archive before a library reads its directory into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    place = tail.rfind(_END_OF_DIRECTORY)
    record = tail[place : place + 22] if place >= 0 else b""
    parts = int.from_bytes(record[10:12], "little")
    directory = int.from_bytes(record[12:16], "little")
    if len(record) < 22 or _LONG_DIRECTORY in tail or parts > MOST_PARTS or directory > LARGEST_DIRECTORY:
        raise InvalidInputError(
            _("“%(file)s” is damaged or no office document. Save it anew and attach it again.")
            % {"file": name}
        )


def _text(path: Path, head: bytes, name: str) -> FileType | None:
    """Plain text in UTF-8 or GB18030; markup, which a browser might run, is not plain text."""
    if not head.strip() or b"\x00" in head:
        return None
    content = path.read_bytes()
    text = _decoded(content)
    if text is None or _CONTROL.search(text) or text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    return CSV if name.lower().endswith((".csv", ".tsv")) else TEXT


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None

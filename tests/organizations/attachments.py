"""Files as people attach them, and as they should not."""

import io
import zipfile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)  # fmt: skip
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 24
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """The browser's own word for the type is worth nothing, so it is left at its default."""
    return SimpleUploadedFile(name, content)


def archive(**parts: bytes) -> bytes:
    """A zip; two underscores in a name stand for a slash, one for a dot."""
    return zipped({name.replace("__", "/").replace("_", "."): content for name, content in parts.items()})


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def workbook() -> bytes:
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


def office(main_part: str, content_types: bytes = b"<Types/>") -> bytes:
    return zipped({"[Content_Types].xml": content_types, main_part: b"<x/>"})


def with_macros() -> bytes:
    return zipped(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"\x00"}
    )


def many_parts(count: int) -> bytes:
    return zipped({f"p{number}": b"" for number in range(count)} | {"xl/workbook.xml": b""})

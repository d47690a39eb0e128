"""Reading a PDF's words back, as far as the product's own papers go: pages, title, text by its Unicode maps."""

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"/(F?[\w+-]+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(ET)")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is on it."""

    pages: int
    title: str
    text: str


def read_pdf(content: bytes) -> Paper:
    assert content.startswith(b"%PDF-")
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    for body in list(objects.values()):
        objects |= _packed(body)
    everything = b"\n".join(objects.values())
    fonts = _fonts(objects)
    shown = [
        _text(_stream(body), fonts)
        for body in objects.values()
        if b"stream" in body and b"/Subtype" not in body and b" Tf" in _stream(body)
    ]
    return Paper(len(re.findall(rb"/Type /Page\b(?!s)", everything)), _title(objects), "\n".join(shown))


def _packed(body: bytes) -> dict[int, bytes]:
    """Objects that are kept inside a compressed one."""
    first = re.search(rb"/First (\d+)", body)
    if first is None or b"/Type /ObjStm" not in body:
        return {}
    content, start = _stream(body), int(first[1])
    numbers = [int(word) for word in content[:start].split()]
    places = [*zip(numbers[::2], numbers[1::2], strict=True), (0, len(content) - start)]
    return {
        number: content[start + place : start + places[index + 1][1]]
        for index, (number, place) in enumerate(places[:-1])
    }


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _fonts(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """By the name that pages use: glyph → characters."""
    found = {}
    for body in objects.values():
        for name, number in re.findall(rb"/([\w+-]+) (\d+) 0 R", body):
            font = objects.get(int(number), b"")
            unicode_map = re.search(rb"/ToUnicode (\d+) 0 R", font)
            if unicode_map and b"/Type /Font" in font:
                found[name] = _characters(_stream(objects[int(unicode_map[1])]))
    return found


def _characters(cmap: bytes) -> dict[int, str]:
    return {
        int(glyph, 16): bytes.fromhex(characters.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL)
        for glyph, characters in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
    }


def _text(stream: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    words: list[str] = []
    current: dict[int, str] = {}
    for name, glyphs, end in _SHOWN.findall(stream):
        if name:
            current = fonts.get(name, {})
        elif end:
            words.append(" ")
        else:
            codes = [int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4)]
            words.append("".join(current.get(code, "?") for code in codes))
    return re.sub(r"\s+", " ", "".join(words))


def _title(objects: dict[int, bytes]) -> str:
    """Of the document; its headings have titles, too."""
    about = next(body for body in objects.values() if b"/Producer" in body)
    found = re.search(rb"/Title \((.*?)\)|/Title <([0-9A-Fa-f]+)>", about)
    if found is None:
        return ""
    raw = found[1] if found[1] is not None else bytes.fromhex(found[2].decode())
    return raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else raw.decode()

"""Paper: HTML of our own templates as PDF, made by a child process (see `pdf_child`)."""

import ctypes
import subprocess
import sys
from functools import cache
from pathlib import Path

import structlog
from django.utils.translation import gettext as _

from organizations.errors import ProductError

log = structlog.get_logger(__name__)

_CHILD = Path(__file__).with_name("pdf_child.py")
_SECONDS = 60.0
#: Debian's package → names of its library on the systems we know
_LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.dylib"),
}
_FONTCONFIG = ("libfontconfig.so.1", "libfontconfig.dylib")
_FONTS = "fonts-wqy-microhei"


class PdfError(ProductError):
    """This machine cannot make paper."""

    code = "no_pdf"
    status = 503


def render_pdf(html: str) -> bytes:
    """The document as PDF. Nothing is fetched: styles and pictures stand in the HTML itself.

    Raises:
        PdfError: packages are missing, or the document takes more time or memory than a document may.
    """
    if missing := missing_packages():
        raise PdfError(missing_sentence(missing))
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_CHILD)],
            input=html.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        # Which way it ended and its last words: without them nobody could find out why.
        log.error(
            "pdf_failed", reason=str(error), said=(error.stderr or b"")[-4000:].decode(errors="replace")
        )
        raise PdfError(_("The PDF could not be made. Print the page with the browser instead.")) from error
    return done.stdout


def missing_sentence(packages: list[str]) -> str:
    """What to install, in a whole sentence."""
    return _("PDF needs packages that this machine does not have: %(packages)s.") % {
        "packages": " ".join(packages)
    }


@cache
def missing_packages() -> list[str]:
    """Debian packages that are needed for PDF and not there; found out once a process."""
    missing = [package for package, names in _LIBRARIES.items() if _load(names) is None]
    return missing if _has_chinese_font() else [*missing, _FONTS]


def _load(names: tuple[str, ...]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _has_chinese_font() -> bool:
    """Without one, Chinese text would be empty boxes, and nobody would see it before it is printed."""
    fontconfig = _load(_FONTCONFIG)
    if fontconfig is None:
        return False
    for name in ("FcNameParse", "FcObjectSetCreate"):
        getattr(fontconfig, name).restype = ctypes.c_void_p
    fontconfig.FcFontList.restype = ctypes.POINTER(ctypes.c_int)
    fontconfig.FcFontList.argtypes = [ctypes.c_void_p] * 3
    fontconfig.FcObjectSetAdd.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    fontconfig.FcFontSetDestroy.argtypes = fontconfig.FcObjectSetDestroy.argtypes = [ctypes.c_void_p]
    fontconfig.FcPatternDestroy.argtypes = [ctypes.c_void_p]
    pattern, wanted = fontconfig.FcNameParse(b":lang=zh-cn"), fontconfig.FcObjectSetCreate()
    fontconfig.FcObjectSetAdd(wanted, b"family")
    found = fontconfig.FcFontList(None, pattern, wanted)
    # The first member of the set that is given back is the number of fonts in it.
    count = found[0] if found else 0
    fontconfig.FcFontSetDestroy(found)
    fontconfig.FcObjectSetDestroy(wanted)
    fontconfig.FcPatternDestroy(pattern)
    return count > 0

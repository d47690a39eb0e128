"""The message catalogue without system gettext: extract, compare, compile with Babel."""

import datetime
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
APPS = ["organizations", "projects", "kpis", "assessments", "adoption", "committee", "charts", "valuetrack"]
#: name of the function → places of message, plural and context
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}


def sources() -> Iterator[tuple[str, str]]:
    """(path from the root, Python text to read messages from) of every file that may hold messages."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and "method" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            # What is left of a template after this are calls of gettext; indentation would not be Python's.
            calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield str(path.relative_to(ROOT)), "\n".join(line.lstrip() for line in calls.splitlines())


def extracted() -> Catalog:
    """Every message of the code and the templates."""
    catalogue = Catalog(locale=LOCALE, project="ValueTrack", charset="utf-8")
    for name, text in sources():
        found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])
        for _line, message, comments, context in found:
            # File names without lines: a message moves less often than the code around it.
            catalogue.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalogue


def stored() -> Catalog:
    """The catalogue in the repository."""
    if not CATALOGUE.exists():
        return Catalog(locale=LOCALE, project="ValueTrack", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update() -> Catalog:
    """Bring the stored catalogue up to the code: new messages empty, vanished ones dropped."""
    catalogue = stored()
    catalogue.update(extracted(), no_fuzzy_matching=True, keep_user_comments=True)
    catalogue.obsolete.clear()
    # Nothing in the head that changes from run to run.
    catalogue.fuzzy = False
    catalogue.header_comment = "# Simplified Chinese messages of ValueTrack."
    catalogue.creation_date = catalogue.revision_date = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    return catalogue


def problems() -> list[str]:
    """What keeps the catalogue from being complete, a line each."""
    known = stored()
    found = []
    for message in extracted():
        if not message.id:
            continue
        entry = known.get(message.id, message.context)
        text = message.id if isinstance(message.id, str) else message.id[0]
        if entry is None:
            found.append(f"not in the catalogue: {text!r}")
        elif entry.fuzzy:
            found.append(f"fuzzy: {text!r}")
        elif not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
            found.append(f"not translated: {text!r}")
        else:
            # Babel's own checkers: a placeholder lost or changed, a plural form missing.
            found += [f"{error}: {text!r}" for error in entry.check(known)]
    return found


def compile_catalogue() -> Path:
    """Write the binary catalogue next to its source."""
    target = CATALOGUE.with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, stored())
    return target


def is_compiled() -> bool:
    """Whether the binary catalogue stands and is newer than its source."""
    target = CATALOGUE.with_suffix(".mo")
    return not CATALOGUE.exists() or (target.exists() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime)

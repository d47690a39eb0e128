"""Reading the mapping's JSON so that every fault is named by its place."""

from typing import Any, NoReturn

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError


def refuse(path: str, problem: str, **details: Any) -> NoReturn:
    """A fault of the mapping at `path`, such as `kpi.direction`; `problem` is one of the words below."""
    words = {
        "object": _("an object in braces is expected."),
        "text": _("a text in quotation marks is expected."),
        "texts": _("a list of texts is expected."),
        "flag": _("true or false is expected."),
        "whole": _("a whole number of at least 1 is expected."),
        "number": _("a number above 0 is expected."),
        "missing": _("this is missing."),
        "unknown": _("there is no such key. Known here are: %(known)s."),
        "choice": _("“%(text)s” is not one of: %(known)s."),
        "column": _("name either one “column” or several “columns”."),
        "period": _(
            "name either one “column”, or a “year” column with at most one of “month”, “quarter” and “week”, or"
            " say that the “headings” are the periods."
        ),
        "baseline": _("state either “first” (a number of periods), or “from” and “until” (dates)."),
        "unscheduled": _("an unscheduled amount has no month. Leave this out."),
        "rate": _(
            "no rate leads from %(currency)s to your reporting currency %(reporting)s. Add it, with its "
            "date and source."
        ),
    }
    message = _("The mapping is wrong at “%(path)s”: %(problem)s") % {
        "path": path or "/",
        "problem": words[problem] % details,
    }
    raise InvalidInputError(message, code="mapping", path=path)


class Section:
    """One JSON object of the mapping; `finish` refuses keys that nobody asked for."""

    def __init__(self, content: Any, path: str = "") -> None:
        if not isinstance(content, dict):
            refuse(path, "object")
        self.content: dict[str, Any] = content
        self.path = path
        self._known: list[str] = ["about"]

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, default: Any = None) -> Any:
        self._known.append(key)
        return self.content.get(key, default)

    def needed(self, key: str) -> Any:
        content = self.take(key)
        return refuse(self.at(key), "missing") if content is None else content

    def optional_text(self, key: str) -> str | None:
        content = self.take(key)
        return content if content is None or isinstance(content, str) else refuse(self.at(key), "text")

    def text(self, key: str, default: str = "") -> str:
        return self.optional_text(key) or default

    def needed_text(self, key: str) -> str:
        return self.text(key) or refuse(self.at(key), "missing")

    def choice(self, key: str, known: list[str], default: str | None = None) -> str:
        text = self.needed_text(key) if default is None else self.text(key, default)
        return text if text in known else refuse(self.at(key), "choice", text=text, known=", ".join(known))

    def texts(self, key: str) -> list[str]:
        content = self.take(key, [])
        if not isinstance(content, list) or not all(isinstance(text, str) for text in content):
            refuse(self.at(key), "texts")
        return list(content)

    def flag(self, key: str) -> bool:
        content = self.take(key, False)
        return content if isinstance(content, bool) else refuse(self.at(key), "flag")

    def whole(self, key: str, default: int) -> int:
        content = self.take(key, default)
        if not isinstance(content, int) or isinstance(content, bool) or content < 1:
            refuse(self.at(key), "whole")
        return content

    def section(self, key: str) -> "Section":
        return Section(self.take(key, {}), self.at(key))

    def finish(self) -> None:
        """Refuse a key that is not known here: a misspelt one would silently do nothing."""
        for key in self.content:
            if key not in self._known:
                refuse(self.at(key), "unknown", known=", ".join(sorted(self._known)))

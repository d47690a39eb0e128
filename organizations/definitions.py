"""Telling the floors above that what defines success has changed: projects and terms are signed further up.

A floor may not look up, so who wants to hear registers itself (`AppConfig.ready`), and is called at once, in the
transaction of the change.
"""

from collections.abc import Callable, Iterable

Listener = Callable[[Iterable[int] | None], object]

_listeners: list[Listener] = []


def hear_definition_changes(listener: Listener) -> None:
    """Have `listener` called with the ids of projects whose definition changed, or None for all of them."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce_definition_change(project_ids: Iterable[int] | None = None) -> None:
    """Say that the definition of these projects changed; None: terms that all projects share. Needs the scope."""
    for listener in _listeners:
        listener(project_ids)

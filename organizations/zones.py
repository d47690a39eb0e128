"""IANA time zones, as people choose them."""

import functools
import zoneinfo

_LEFT_OUT = ("Etc/", "SystemV/", "US/", "posix/", "right/", "posixrules", "localtime", "Factory")


@functools.cache
def zone_names() -> tuple[str, ...]:
    """`Area/City` names and UTC, sorted; aliases without an area are left out."""
    names = (
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(_LEFT_OUT)
    )
    return ("UTC", *sorted(names))


def find_zone(text: str) -> str | None:
    """The zone meant by a name or by a city alone, in any case; `None` when no single one fits."""
    wanted = text.strip().replace(" ", "_").lower()
    cities = []
    for name in zone_names():
        if name.lower() == wanted:
            return name
        if name.lower().rpartition("/")[2] == wanted:
            cities.append(name)
    return cities[0] if len(cities) == 1 else None

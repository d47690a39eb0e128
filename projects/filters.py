"""Which projects a list shows: the address holds the whole state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.translation import gettext as _

from projects.models import Project
from projects.querysets import ProjectQuerySet

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Searched text, kind of system, gate, and whether archived projects are meant."""

    text: str = ""
    kind: str = ""
    gate: str = ""
    archived: bool = False

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "ProjectFilter":
        """Unknown values mean "all"."""
        kind, gate = query.get("kind", ""), query.get("gate", "")
        return cls(
            text=str(query.get("q", "")).replace("\x00", "").strip()[:_LONGEST],
            kind=kind if kind in Project.SystemKind.values else "",
            gate=gate if gate in Project.Gate.values else "",
            archived=query.get("archived") == "1",
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return self != ProjectFilter()

    def apply(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        found = projects.filter(archived_at__isnull=not self.archived).matching(self.text)
        if self.kind:
            found = found.filter(system_kind=self.kind)
        return found.filter(gate=self.gate) if self.gate else found

    def chips(self) -> dict[str, list[dict[str, Any]]]:
        """Chips of what there is, by group; a filter with one choice is none."""
        rows = Project.objects.filter(archived_at__isnull=not self.archived)
        counted = rows.order_by().values_list("system_kind", "gate").annotate(Count("id"))
        kinds: dict[str, int] = {}
        gates: dict[str, int] = {}
        for kind, gate, count in counted:
            kinds[kind] = kinds.get(kind, 0) + count
            gates[gate] = gates.get(gate, 0) + count
        kind_labels, gate_labels = dict(Project.SystemKind.choices), dict(Project.Gate.choices)
        return {
            "kinds": self._group("kind", kinds, kind_labels, _("All kinds")),
            "gates": self._group("gate", gates, gate_labels, _("All gates")),
        }

    def _group(
        self, name: str, counts: Mapping[str, int], labels: Mapping[str, Any], everything: str
    ) -> list[dict[str, Any]]:
        if len(counts) < 2 and not getattr(self, name):
            return []
        choices = [("", everything, sum(counts.values()))]
        choices += [
            (value, str(text), counts.get(value, 0)) for value, text in labels.items() if value in counts
        ]
        return [
            {
                "label": text,
                "count": count,
                "url": self._address(name, value),
                "current": getattr(self, name) == value,
            }
            for value, text, count in choices
        ]

    def _address(self, name: str, value: str) -> str:
        changed = replace(self, **{name: value})  # type: ignore[arg-type]
        parts = {"q": changed.text, "kind": changed.kind, "gate": changed.gate}
        parts["archived"] = "1" if changed.archived else ""
        return "?" + urlencode({key: text for key, text in parts.items() if text})

"""What an import made and changed, kept with its batch so that undo can take exactly that away."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Made:
    """Rows that an import created, by id, and of rows that stood before: what they said and say now.

    Values need no record here: each version carries the number of its batch.
    """

    departments: list[int] = field(default_factory=list)
    projects: list[int] = field(default_factory=list)
    kpis: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    #: KPIs that stood before and may have got values
    valued: list[int] = field(default_factory=list)
    #: KPI → day → (former, new); of KPIs that stood before
    targets: dict[int, dict[str, list[float | None]]] = field(default_factory=lambda: defaultdict(dict))
    #: line → series → month → (former, new)
    flows: dict[int, dict[str, dict[str, list[str | None]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    #: line → (former, new) basis; of lines that stood before
    notes: dict[int, list[str]] = field(default_factory=dict)

    def note_target(self, kpi_id: int, period: datetime.date, former: float | None, new: float) -> None:
        """A target of a KPI that stood before."""
        self.targets[kpi_id][period.isoformat()] = [former, new]

    def note_flow(
        self, line_id: int, series: str, month: datetime.date, former: Decimal | None, new: Decimal
    ) -> None:
        """An amount; the first former one counts, the last new one."""
        key = month.isoformat()
        known = self.flows[line_id][series].get(key)
        before = known[0] if known else None if former is None else str(former)
        self.flows[line_id][series][key] = [before, str(new)]

    def note_basis(self, line_id: int, former: str, new: str) -> None:
        """The basis of a line that stood before."""
        known = self.notes.get(line_id)
        self.notes[line_id] = [known[0] if known else former, new]

    def counts(self) -> dict[str, int]:
        """How many of what would be created: what remains of a check."""
        return {"projects": len(self.projects), "kpis": len(self.kpis)}

    def as_json(self) -> dict[str, Any]:
        """For `ImportBatch.made`; call it when everything is written, for it holds the moment.

        Versions of rows that are recorded after that moment are somebody else's.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            until = cursor.fetchone()[0]
        return {
            "until": until.isoformat(),
            "created": self.counts(),
            "departments": self.departments,
            "projects": self.projects,
            "kpis": self.kpis,
            "lines": self.lines,
            "valued": self.valued,
            "targets": self.targets,
            "flows": self.flows,
            "notes": self.notes,
        }

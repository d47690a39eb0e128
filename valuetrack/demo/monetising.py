"""Benefits of a story that follow from a KPI, with the drivers they share."""

import datetime
from collections.abc import Iterable, Mapping

from kpis.models import Driver, Kpi
from kpis.services.drivers import add_driver_value, create_driver
from kpis.services.monetisation import set_monetisation
from projects.models import MoneyLine
from projects.periods import add_months

from .stage import Stage
from .story import MONTHS, DriverStory, LineStory


def monetise_lines(
    stage: Stage, lines: Iterable[tuple[LineStory, MoneyLine]], kpis: Mapping[str, Kpi]
) -> None:
    """Have the lines of which the story says so follow from their KPIs; their actual amounts are then computed."""
    for line, row in lines:
        if line.follows is not None:
            set_monetisation(
                actor=stage.person("finance"),
                kpi=kpis[line.follows.kpi],
                line=row,
                values={
                    "volume_driver": _driver(stage, line.follows.volume),
                    "money_driver": _driver(stage, line.follows.money),
                    "unit_factor": line.follows.factor,
                    "note": line.note,
                },
            )


def _driver(stage: Stage, story: DriverStory) -> Driver:
    finance = stage.person("finance")
    values = {"code": story.code, "name": story.name, "unit": story.unit, "owner": finance}
    driver = create_driver(actor=finance, organization=stage.organization, values=values)
    first: datetime.date = add_months(stage.today, -MONTHS)
    add_driver_value(actor=finance, driver=driver, valid_from=first, value=story.value, source=story.source)
    return driver

"""Charters of a sample organization: most are signed, and one of each kind is not."""

from kpis.models import Charter, CharterSignature, Kpi
from kpis.services import update_kpi
from kpis.services.charters import hand_out_charter, sign_charter
from projects.models import Project

from .stage import Stage
from .story import ProjectStory

Side = CharterSignature.Side

#: by language: the word to the owners, and why a definition changed after it was signed
WORDS = {
    "en": (
        "As agreed in the steering group. Please sign before the next committee.",
        "Weighs double since the committee of last quarter.",
    ),
    "zh-hans": ("按指导组会议的约定，请在下次委员会会议前签署。", "上季度委员会决定权重加倍。"),
}


def make_charter(stage: Stage, project: Project, story: ProjectStory) -> None:
    """Hand the project's charter out and have it signed as far as the story says."""
    if story.charter == "none":
        return
    word, _change = WORDS[stage.story.language]
    charter = hand_out_charter(actor=stage.person("pmo"), project=project, reason=word)
    _sign(stage, charter, story.business_owner, Side.BUSINESS)
    if story.charter == "open":
        return
    _sign(stage, charter, story.it_owner, Side.IT)


def change_after_charter(stage: Stage, project: Project, story: ProjectStory) -> None:
    """Where the story says so, change the definition after it was signed."""
    if story.charter == "outdated":
        _word, change = WORDS[stage.story.language]
        kpi = Kpi.objects.filter(project=project).order_by("code")[0]
        values = {"weight": 2 * kpi.weight}
        update_kpi(actor=stage.person("pmo"), kpi=kpi, values=values, reason=change)


def _sign(stage: Stage, charter: Charter, person: str, side: Side) -> None:
    sign_charter(
        actor=stage.people[person], charter=charter, side=side.value, content_hash=charter.content_hash
    )

"""The doors to what belongs to assessments: unknown → 404, without the right → 403."""

from assessments.models import ImportBatch
from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, require


def get_import_for(request: MemberRequest, pk: int, need: Right = Right.IMPORT) -> ImportBatch:
    """An import of the organization, for a member who has the right `need`."""
    batch: ImportBatch | None = ImportBatch.objects.select_related("created_by").filter(pk=pk).first()
    if batch is None:
        raise NotFoundError
    require(request.membership, need)
    return batch

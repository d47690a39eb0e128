"""How an attached file is answered."""

from django.http import FileResponse
from django.utils.translation import gettext as _

from organizations.errors import NotFoundError
from organizations.models import StoredFile
from organizations.services.files import file_path


def file_answer(stored: StoredFile) -> FileResponse:
    """The file, always as a download: a browser never runs what somebody attached."""
    try:
        content = file_path(stored.stored_as).open("rb")
    except OSError as error:
        raise NotFoundError(_("The file is not in the store. Ask whoever runs ValueTrack.")) from error
    answer = FileResponse(content, as_attachment=True, filename=stored.name, content_type=stored.content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

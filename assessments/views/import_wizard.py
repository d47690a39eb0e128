"""The steps from an uploaded file to its check: table, columns, meanings, preview. Each is a page of one batch."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.access import get_import_for
from assessments.import_files import (
    first_samples,
    layout_problem,
    look_of,
    options_of,
    questions_about,
    table_guess,
    table_mapping,
)
from assessments.import_forms import MappingForm, MeaningsForm, MeasurementsForm, ProjectsForm, TableForm
from assessments.import_forms.meanings import is_wide
from assessments.models import ImportBatch
from assessments.services.importing import (
    discard_import,
    fitting_mappings,
    read_mapping,
    repeat_import,
    save_mapping,
    start_check,
)
from assessments.services.importing.drafts import EDITABLE
from assessments.services.importing.inspecting import headings_of
from assessments.services.importing.previewing import preview
from assessments.services.importing.remembering import without_file
from assessments.services.importing.uploads import stored_path
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_table(request: MemberRequest, pk: int) -> HttpResponse:
    """Which sheet, where the headings stand, how the table is arranged and what it holds."""
    batch = get_import_for(request, pk)
    if away := _elsewhere(request, batch):
        return away
    known = batch.mapping.get("file", {})
    sheet = request.POST.get("sheet_shown") or request.GET.get("sheet") or known.get("sheet", "")
    look = look_of(batch, sheet)
    posted = request.POST if request.method == "POST" else None
    form = TableForm(posted, look=look, initial=table_guess(batch.mapping, look))
    if posted and posted.get("sheet", look.sheet) != look.sheet:
        return HttpResponseRedirect(f"{_address(request, 'import_table', batch)}?sheet={posted['sheet']}")
    if posted and form.is_valid():
        if problem := layout_problem(look, form.cleaned_data):
            form.add_error("layout", problem)
        elif _keep(form, batch, table_mapping(batch, look, form.cleaned_data)):
            return _to(request, "import_columns", batch)
    context = {"batch": batch, "form": form, "look": look, "steps": steps_of(request, batch, "import_table")}
    return render(request, "assessments/import_table.html", context, status=400 if form.errors else 200)


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: MemberRequest, pk: int) -> HttpResponse:
    """What each column means."""
    batch = get_import_for(request, pk)
    if away := _elsewhere(request, batch, needs_kind=True):
        return away
    headings = headings_of(stored_path(batch.stored_as), options_of(batch))
    remembered = [
        known for known in fitting_mappings(headings) if known.mapping["kind"] == batch.mapping["kind"]
    ]
    posted = request.POST if request.method == "POST" else None
    former = batch.mapping
    chosen = next((known for known in remembered if str(known.batch) == request.GET.get("as")), None)
    if chosen:
        former = without_file(chosen.mapping) | {"file": former.get("file", {})}
    form = _columns_form(request, posted, headings, former)
    if posted and "more" not in posted and form.is_valid() and _keep_columns(batch, form):
        questions = questions_about(batch, headings)
        return _to(request, "import_meanings" if questions.are_open else "import_preview", batch)
    context = {
        "batch": batch,
        "form": form,
        "remembered": remembered[:20],
        "chosen": chosen,
        "mapping_form": MappingForm(initial={"mapping": _as_text(former)}),
        "steps": steps_of(request, batch, "import_columns"),
        "samples": first_samples(batch, headings),
    }
    refused = posted is not None and "more" not in posted
    return render(request, "assessments/import_columns.html", context, status=400 if refused else 200)


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_meanings(request: MemberRequest, pk: int) -> HttpResponse:
    """What the texts in the columns mean."""
    batch = get_import_for(request, pk)
    if away := _elsewhere(request, batch, needs_columns=True):
        return away
    headings = headings_of(stored_path(batch.stored_as), options_of(batch))
    questions = questions_about(batch, headings)
    posted = request.POST if request.method == "POST" else None
    form = MeaningsForm(posted, mapping=batch.mapping, questions=questions)
    if posted is not None and form.is_valid() and _keep(form, batch, form.content()):
        return _to(request, "import_preview", batch)
    steps = steps_of(request, batch, "import_meanings")
    context = {"batch": batch, "form": form, "questions": questions, "steps": steps}
    return render(request, "assessments/import_meanings.html", context, status=400 if form.errors else 200)


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """The first rows as they are understood; a POST checks the whole file."""
    batch = get_import_for(request, pk)
    if away := _elsewhere(request, batch, needs_columns=True):
        return away
    if request.method == "POST":
        try:
            start_check(actor=request.user, batch=batch)
        except ConflictError as conflict:
            messages.warning(request, str(conflict))
        return _to(request, "import_detail", batch)
    shown, error = None, ""
    try:
        shown = preview(stored_path(batch.stored_as), batch.mapping)
    except InvalidInputError as problem:
        error = str(problem)
    steps = steps_of(request, batch, "import_preview")
    context = {"batch": batch, "preview": shown, "error": error, "steps": steps}
    return render(request, "assessments/import_preview.html", context)


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_mapping(request: MemberRequest, pk: int) -> HttpResponse:
    """The mapping as a file for the command; a POST takes a pasted one."""
    batch = get_import_for(request, pk)
    if request.method != "POST":
        name = f'attachment; filename="mapping-{batch.pk}.json"'
        options = {"ensure_ascii": False, "indent": 2}
        headers = {"Content-Disposition": name}
        return JsonResponse(batch.mapping, json_dumps_params=options, headers=headers)
    if away := _elsewhere(request, batch):
        return away
    form = MappingForm(request.POST)
    if form.is_valid():
        # The file's own sheet and heading row stay where the pasted mapping names none.
        file = {**batch.mapping.get("file", {}), **form.cleaned_data["mapping"].get("file", {})}
        if _keep(form, batch, form.cleaned_data["mapping"] | ({"file": file} if file else {})):
            return _to(request, "import_preview", batch)
    steps = steps_of(request, batch, "import_columns")
    return render(
        request, "assessments/import_mapping.html", {"batch": batch, "form": form, "steps": steps}, status=400
    )


@requires(Right.IMPORT)
@require_POST
def import_discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget an upload."""
    batch = get_import_for(request, pk)
    try:
        discard_import(actor=request.user, batch=batch)
    except ConflictError as error:
        messages.warning(request, str(error))
        return _to(request, "import_detail", batch)
    messages.success(request, _("“%(file)s” is discarded; nothing was imported.") % {"file": batch.file_name})
    return HttpResponseRedirect(reverse("assessments:import", args=[request.organization.slug]))


@requires(Right.IMPORT)
@require_POST
def import_repeat(request: MemberRequest, pk: int) -> HttpResponse:
    """The same file and mapping once more, as a new import."""
    batch = get_import_for(request, pk)
    try:
        again = repeat_import(actor=request.user, organization=request.organization, batch=batch)
    except ConflictError as error:
        messages.warning(request, str(error))
        return _to(request, "import_detail", batch)
    return _to(request, "import_preview", again)


def step_of(batch: ImportBatch) -> str:
    """The page where an upload waits for its person."""
    if not batch.mapping.get("kind"):
        return "import_table"
    return "import_preview" if _is_complete(batch) else "import_columns"


def _elsewhere(
    request: MemberRequest, batch: ImportBatch, *, needs_kind: bool = False, needs_columns: bool = False
) -> HttpResponse | None:
    """Where to go instead: the import has started, its file is gone, or an earlier step is missing."""
    if batch.status not in EDITABLE:
        return _to(request, "import_detail", batch)
    if not stored_path(batch.stored_as).is_file():
        messages.warning(request, _("The file is no longer kept here. Upload it again."))
        return HttpResponseRedirect(reverse("assessments:import", args=[request.organization.slug]))
    if (needs_kind or needs_columns) and not batch.mapping.get("kind"):
        return _to(request, "import_table", batch)
    if needs_columns and not _is_complete(batch):
        return _to(request, "import_columns", batch)
    return None


def _is_complete(batch: ImportBatch) -> bool:
    try:
        read_mapping(batch.mapping)
    except InvalidInputError:
        return False
    return True


def steps_of(request: MemberRequest, batch: ImportBatch, current: str) -> list[dict[str, Any]]:
    """The steps of an import for `import_steps.html`; `current` is an address's name, or "check" or "import"."""
    editable = batch.status in EDITABLE
    known = editable and bool(batch.mapping.get("kind"))
    complete = known and _is_complete(batch)
    checked = batch.status != ImportBatch.Status.UPLOADED
    steps = [
        ("import_table", _("Table"), editable),
        ("import_columns", _("Columns"), known),
        ("import_meanings", _("Meanings"), complete),
        ("import_preview", _("Preview"), complete),
        ("check", _("Check"), checked),
        ("import", _("Import"), current == "import"),
    ]
    here = _address(request, "import_detail", batch)
    return [
        {
            "label": label,
            "url": (_address(request, name, batch) if name.startswith("import_") else here) if open_ else "",
            "current": name == current,
        }
        for name, label, open_ in steps
    ]


def _columns_form(
    request: MemberRequest, posted: Any, headings: tuple[str, ...], former: dict[str, Any]
) -> MeasurementsForm | ProjectsForm:
    if former["kind"] == "projects":
        currency = request.organization.currency
        return ProjectsForm(posted, headings=headings, former=former, currency=currency)
    return MeasurementsForm(posted, headings=headings, wide=is_wide(former), former=former)


def _keep_columns(batch: ImportBatch, form: MeasurementsForm | ProjectsForm) -> bool:
    return _keep(form, batch, form.content())


def _keep(form: Any, batch: ImportBatch, content: dict[str, Any]) -> bool:
    """Save the mapping; what is wrong with it is said in the form."""
    try:
        save_mapping(batch=batch, mapping=content)
        if not isinstance(form, TableForm):
            read_mapping(content)
    except (ConflictError, InvalidInputError) as error:
        form.add_error(None, str(error))
        return False
    return True


def _as_text(mapping: dict[str, Any]) -> str:
    return json.dumps(mapping, ensure_ascii=False, indent=2)


def _address(request: MemberRequest, name: str, batch: ImportBatch) -> str:
    return reverse(f"assessments:{name}", args=[request.organization.slug, batch.pk])


def _to(request: MemberRequest, name: str, batch: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address(request, name, batch))

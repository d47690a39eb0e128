"""Addresses of projects."""

from django.urls import URLPattern, path

from projects.views import exports, gates, modules, money, money_grid, projects, rates, shares

app_name = "projects"

_LIST = "o/<slug:organization_slug>/projects/"
_ONE = "o/<slug:organization_slug>/projects/<slug:code>/"

urlpatterns: list[URLPattern] = [
    path(_LIST, projects.project_list, name="list"),
    path(
        "o/<slug:organization_slug>/projects.<file_format:file_format>", exports.project_export, name="export"
    ),
    path("o/<slug:organization_slug>/rates/", rates.rates, name="rates"),
    path(f"{_LIST}new/", projects.project_create, name="create"),
    path(f"{_ONE}edit/", projects.project_edit, name="edit"),
    path(f"{_ONE}archive/", projects.project_archive, name="archive"),
    path(f"{_ONE}restore/", projects.project_restore, name="restore"),
    path(f"{_ONE}history/", projects.project_history, name="history"),
    path(f"{_ONE}modules/", modules.module_list, name="modules"),
    path(f"{_ONE}modules/new/", modules.module_create, name="module_create"),
    path(f"{_ONE}modules/<int:module_id>/", modules.module_edit, name="module_edit"),
    path(f"{_ONE}modules/<int:module_id>/remove/", modules.module_delete, name="module_delete"),
    path(f"{_ONE}gates/", gates.gate_list, name="gates"),
    path(f"{_ONE}gates/decide/", gates.gate_decide, name="gate_decide"),
    path("o/<slug:organization_slug>/gates/", gates.gate_rules, name="gate_rules"),
    path(f"{_ONE}plan/freeze/", gates.plan_freeze, name="freeze_plan"),
    path(f"{_ONE}money/", money_grid.money_grid, name="money"),
    path(f"{_ONE}money.<file_format:file_format>", exports.money_export, name="money_export"),
    path(f"{_ONE}money/new/", money.line_create, name="line_create"),
    path(f"{_ONE}money/<int:line_id>/", money.cash_flows, name="cash_flows"),
    path(f"{_ONE}money/<int:line_id>/shares/", shares.line_shares, name="line_shares"),
    path(f"{_ONE}money/<int:line_id>/edit/", money.line_edit, name="line_edit"),
    path(f"{_ONE}money/<int:line_id>/archive/", money.line_archive, name="line_archive"),
]

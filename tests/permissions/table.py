"""Who may open what: one line for every address and method; `test_permissions` proves that none is missing.

A line says who is let in and what they are answered. Everybody else is turned away in the way of its kind:

    page    an organization's page: anonymous → log-in (302), stranger → 404, member without the right → 403
    api     the same for programs: 401, 404, 403
    own     a page of the person who is logged in, whoever it is; anonymous → log-in (302)
    open    everybody, logged in or not
"""

from dataclasses import dataclass
from enum import StrEnum

from organizations.models import Role


class Kind(StrEnum):
    """How those are turned away who are not let in."""

    PAGE = "page"
    API = "api"
    OWN = "own"
    OPEN = "open"


ANONYMOUS, STRANGER = "anonymous", "stranger"
ROLES: frozenset[str] = frozenset(Role.values)
PEOPLE = [ANONYMOUS, STRANGER, *sorted(ROLES)]

MEMBERS = ROLES
READERS = ROLES - {Role.AUDITOR}
ADMIN = frozenset({Role.ADMIN})
DEFINERS = ADMIN | {Role.PMO}
ENTERERS = DEFINERS | {Role.CONTRIBUTOR}
MONEY = DEFINERS | {Role.FINANCE}
#: comments and evidence: who enters the KPI's values, and who verifies them
WRITERS = ENTERERS | {Role.FINANCE}
DECIDERS = DEFINERS | {Role.EXECUTIVE}
HISTORIANS = DEFINERS | {Role.FINANCE, Role.EXECUTIVE}

VERIFIERS = MONEY
CONFIRMERS = ADMIN | {Role.FINANCE}

LOGGED_IN = dict.fromkeys([STRANGER, *ROLES], 302)

_TURNED_AWAY = {
    Kind.PAGE: {ANONYMOUS: 302, STRANGER: 404},
    Kind.API: {ANONYMOUS: 401, STRANGER: 404},
    Kind.OWN: {ANONYMOUS: 302},
    Kind.OPEN: {},
}


@dataclass(frozen=True, slots=True)
class Row:
    """`POST` sends a form that says nothing: who may send it is told what is missing."""

    kind: Kind
    name: str
    method: str
    let_in: frozenset[str]
    answer: int
    #: where one person is answered otherwise
    others: tuple[tuple[str, int], ...] = ()

    def expected(self, person: str) -> int:
        """The status this person must get."""
        special = dict(self.others).get(person)
        if special is not None:
            return special
        if person in self.let_in:
            return self.answer
        return _TURNED_AWAY[self.kind].get(person, 403)


def page(
    name: str, let_in: frozenset[str], get: int = 200, post: int | None = None, **others: int
) -> list[Row]:
    return _rows(Kind.PAGE, name, let_in, get, post, tuple(others.items()))


def api(name: str, let_in: frozenset[str], get: int = 200, post: int | None = None) -> list[Row]:
    return _rows(Kind.API, name, let_in, get, post)


def own(name: str, get: int = 200, post: int | None = None) -> list[Row]:
    return _rows(Kind.OWN, name, ROLES | {STRANGER}, get, post)


def everybody(name: str, get: int = 200, post: int | None = None, **others: int) -> list[Row]:
    """`others` holds for GET and POST alike."""
    return _rows(Kind.OPEN, name, frozenset(PEOPLE), get, post, tuple(others.items()))


def _rows(
    kind: Kind,
    name: str,
    let_in: frozenset[str],
    get: int,
    post: int | None,
    others: tuple[tuple[str, int], ...] = (),
) -> list[Row]:
    rows = [Row(kind, name, "GET", let_in, get, others)]
    if post is not None:
        rows.append(Row(kind, name, "POST", let_in, post, others))
    return rows


_LISTS = [
    # For everybody
    everybody("healthz"),
    everybody("readyz"),
    everybody("set_language", get=302, post=302),
    everybody("api-schema"),
    everybody("api-unknown", get=404, post=404),
    everybody("organizations:accept_invitation"),
    everybody("committee:unsubscribe", post=200),
    everybody("committee:undo_unsubscribe", post=200),
    everybody("assessments:reminder_pause", post=200),
    everybody("assessments:reminder_resume", post=200),
    # Logging in and its passwords; steps that nobody has begun lead back
    everybody("account_login", **LOGGED_IN),
    everybody("account_signup", **LOGGED_IN),
    everybody("account_reset_password"),
    everybody("account_reset_password_done"),
    everybody("account_reset_password_from_key"),
    everybody("account_reset_password_from_key_done"),
    everybody("account_email_verification_sent"),
    everybody("account_confirm_email"),
    everybody("account_inactive"),
    everybody("account_confirm_login_code", get=302),
    everybody("mfa_authenticate", get=302),
    everybody("mfa_login_webauthn", get=302),
    # One's own log-in; 403 and 404 where there is no password, code or key to show
    own("account_logout"),
    own("account_reauthenticate", get=403),
    own("account_email"),
    own("account_change_password", get=302),
    own("account_set_password"),
    own("usersessions_list"),
    own("mfa_index"),
    own("mfa_reauthenticate", get=403),
    own("mfa_activate_totp"),
    own("mfa_deactivate_totp", get=404),
    own("mfa_view_recovery_codes", get=404),
    own("mfa_generate_recovery_codes"),
    own("mfa_download_recovery_codes", get=404),
    own("mfa_list_webauthn"),
    own("mfa_add_webauthn"),
    own("mfa_reauthenticate_webauthn", get=403),
    own("mfa_remove_webauthn", get=404),
    own("mfa_edit_webauthn", get=404),
    own("home", get=302),
    own("organizations:choose"),
    own("organizations:profile", post=200),
    # An organization
    page("organizations:home", MEMBERS, get=302, auditor=200),
    page("organizations:settings", ADMIN, post=200),
    page("organizations:delete", ADMIN, post=200),
    page("organizations:members", ADMIN),
    page("organizations:invite", ADMIN, post=200),
    page("organizations:member_edit", ADMIN, post=200),
    page("organizations:member_remove", ADMIN, post=302),
    page("organizations:invitation_revoke", ADMIN, post=302),
    page("organizations:members_export", ADMIN),
    page("organizations:departments", DEFINERS),
    page("organizations:department_create", DEFINERS, post=200),
    page("organizations:department_edit", DEFINERS, post=200),
    page("organizations:tokens", DEFINERS),
    page("organizations:token_create", DEFINERS, post=200),
    page("organizations:token_revoke", DEFINERS, post=302, pmo=404),  # of another member
    page("organizations:audit", HISTORIANS),
    page("organizations:audit_export", HISTORIANS),
    page("organizations:ledger", HISTORIANS),
    page("organizations:ledger_verify", HISTORIANS, get=405, post=200),
    page("organizations:ledger_entry", HISTORIANS),
    page("organizations:ledger_receipt", HISTORIANS),
    # Projects and money
    page("projects:list", READERS),
    page("projects:export", READERS),
    page("projects:create", DEFINERS, post=422),
    page("assessments:project", READERS),
    page("assessments:project_figures", READERS),
    page("assessments:project_figure", READERS),
    page("assessments:workbook", READERS),
    page("projects:edit", DEFINERS, post=422),
    page("projects:archive", DEFINERS, post=422),
    page("projects:restore", DEFINERS, get=405, post=302),
    page("projects:history", READERS),
    page("projects:modules", READERS),
    page("projects:module_create", DEFINERS, get=405, post=422),
    page("projects:module_edit", DEFINERS, post=422),
    page("projects:module_delete", DEFINERS, get=405, post=302),
    page("projects:gates", READERS),
    page("projects:gate_rules", ADMIN, post=422),
    page("projects:gate_decide", DECIDERS, get=405, post=422),
    page("projects:freeze_plan", MONEY, post=422),
    # Neither the business owner nor finance has a password yet; without a frozen plan there is nothing to sign.
    page("assessments:plan", READERS),
    page("assessments:plan_sign", frozenset({Role.CONTRIBUTOR}), get=302, post=302),
    page("assessments:change", READERS),
    # Without an amount that changes, and of somebody else.
    page("assessments:change_create", MONEY, post=422),
    page("assessments:change_edit", MONEY, get=302, pmo=200),
    page("assessments:change_withdraw", MONEY, get=405, post=302),
    page("projects:money", READERS),
    page("projects:money_export", READERS),
    page("projects:rates", MONEY, post=422),
    page("projects:line_create", MONEY, post=422),
    page("projects:line_shares", MONEY, post=302),
    page("projects:cash_flows", READERS),
    page("projects:line_edit", MONEY, post=422),
    page("projects:line_archive", MONEY, get=405, post=302),
    # KPIs and their values
    page("kpis:list", READERS),
    page("kpis:export", READERS),
    page("kpis:create", DEFINERS, post=422),
    page("kpis:edit", DEFINERS, post=422),
    page("kpis:archive", DEFINERS, get=405, post=302),
    page("kpis:targets", DEFINERS, post=422),
    page("kpis:targets_export", DEFINERS),
    page("kpis:history", READERS),
    page("kpis:sharing", DEFINERS, post=422),
    page("kpis:setup", DEFINERS, post=422),
    page("kpis:drivers", READERS),
    page("kpis:drivers_export", READERS),
    page("kpis:driver_create", MONEY, post=422),
    page("kpis:driver_edit", MONEY, post=422),
    page("kpis:driver_archive", MONEY, get=405, post=302),
    page("kpis:library", READERS),
    page("kpis:template", READERS),
    page("kpis:template_create", DEFINERS, post=422),
    page("kpis:template_edit", DEFINERS, post=422),
    page("kpis:template_archive", DEFINERS, get=405, post=302),
    # The business owner has no password yet, and is sent to set one.
    page("kpis:charter", READERS),
    page("kpis:charter_version", READERS),
    page("kpis:charter_pdf", READERS),
    page("kpis:charter_hand_out", DEFINERS, post=422),
    page("kpis:charter_sign", frozenset({Role.CONTRIBUTOR}), get=302, post=302),
    page("kpis:charter_return", frozenset({Role.CONTRIBUTOR}), get=302, post=302),
    page("assessments:kpi", READERS),
    page("assessments:kpi_chart", READERS),
    page("assessments:kpi_figures", READERS),
    page("assessments:kpi_figure", READERS),
    page("assessments:baseline", DEFINERS, post=422),
    page("assessments:baseline_file", READERS),
    page("assessments:formula", DEFINERS, post=422),
    page("assessments:outlook", READERS, post=405),
    page("assessments:proof", READERS, post=405),
    page("assessments:rebase", DEFINERS, get=405, post=422),
    page("assessments:rebase_remove", DEFINERS, get=405, post=302),
    page("assessments:compare", DEFINERS, get=405, post=422),
    page("assessments:formula_remove", DEFINERS, get=405, post=302),
    page("assessments:driver", READERS),
    page("assessments:sensitivity", READERS),
    page("assessments:monetisation", READERS),
    page("assessments:monetisation_remove", MONEY, get=405, post=302),
    page("assessments:kpi_values_export", READERS),
    page("assessments:values_export", READERS),
    page("assessments:entries_export", ENTERERS),
    page("assessments:entries", ENTERERS, post=302),
    page("assessments:entries_preview", ENTERERS, get=405, post=200),
    page("assessments:verification", VERIFIERS, post=422),
    page("assessments:locks", READERS),
    page("assessments:lock_reopen", DEFINERS, post=422),
    page("assessments:cell", READERS),
    page("assessments:evidence", READERS),
    # Readers may look; who writes is asked where it is posted.
    page("assessments:cell_comment", READERS, get=405),
    page("assessments:cell_attach", READERS, get=405),
    page("assessments:evidence_remove", READERS, get=405),
    page("assessments:pipeline", READERS),
    page("assessments:pipeline_export", READERS),
    page("assessments:confirmations", READERS),
    page("assessments:confirmation_correct", CONFIRMERS, post=422),
    page("assessments:confirmations_export", READERS),
    page("assessments:reminders", DEFINERS, post=422),
    page("assessments:changes", READERS),
    page("assessments:timeliness", DEFINERS),
    page("assessments:import", DEFINERS, post=400),
    page("assessments:import_detail", DEFINERS),
    page("assessments:import_table", DEFINERS, post=400),
    page("assessments:import_columns", DEFINERS, post=400),
    page("assessments:import_meanings", DEFINERS, post=302),
    page("assessments:import_preview", DEFINERS, post=302),
    page("assessments:import_mapping", DEFINERS, post=400),
    page("assessments:import_run", DEFINERS, get=405, post=302),
    page("assessments:import_discard", DEFINERS, get=405, post=302),
    page("assessments:import_repeat", DEFINERS, get=405, post=302),
    # Not done, so nothing can be undone: back to its page.
    page("assessments:import_undo", DEFINERS, get=302, post=302),
    page("assessments:import_rejected", DEFINERS),
    page("assessments:import_rejected_rows", DEFINERS),
    page("assessments:imports_export", DEFINERS),
    # The committee and its mail
    page("committee:committee", READERS),
    page("committee:export", READERS),
    page("committee:since", READERS, get=302),
    page("committee:start", DEFINERS),
    page("committee:sample_load", DEFINERS, get=405, post=302),
    page("committee:sample_remove", DEFINERS, post=302),
    page("committee:subscription", READERS, post=400),
    page("committee:subscription_test", READERS, get=405, post=302),
    page("committee:outbox", ADMIN),
    page("committee:outbox_message", ADMIN),
    page("committee:outbox_html", ADMIN),
    # Programs
    api("api:organization", READERS),
    api("api:projects", READERS),
    api("api:project", READERS),
    api("api:kpis", READERS),
    api("api:kpi", READERS),
    api("api:drivers", READERS),
    api("api:measurements", READERS),
    api("api:locks", READERS),
    api("api:measurements_verify", VERIFIERS, get=405, post=400),
    api("api:measurements_return", VERIFIERS, get=405, post=400),
    api("api:lock_reopen", DEFINERS, get=405, post=400),
    api("api:project_results", READERS),
    api("api:kpi_results", READERS),
    api("api:changes", READERS),
]

TABLE: list[Row] = [row for rows in _LISTS for row in rows] + [
    # A line of its own where reading and writing need different rights.
    Row(Kind.API, "api:organizations", "GET", ROLES | {STRANGER}, 200),
    Row(Kind.API, "api:measurements", "POST", ENTERERS, 400),
    Row(Kind.API, "api:locks", "POST", DEFINERS, 400),
    Row(Kind.PAGE, "projects:cash_flows", "POST", MONEY, 302),
    Row(Kind.PAGE, "projects:money", "POST", MONEY, 302),
    Row(Kind.PAGE, "assessments:change_edit", "POST", MONEY, 302),
    Row(Kind.PAGE, "assessments:change", "POST", DECIDERS, 422),
    Row(Kind.PAGE, "assessments:confirmations", "POST", CONFIRMERS, 422),
    Row(Kind.PAGE, "assessments:driver", "POST", MONEY, 422),
    Row(Kind.PAGE, "assessments:monetisation", "POST", MONEY, 422),
    Row(Kind.PAGE, "assessments:locks", "POST", DEFINERS, 422),
    Row(Kind.PAGE, "assessments:cell_comment", "POST", WRITERS, 422),
    Row(Kind.PAGE, "assessments:cell_attach", "POST", WRITERS, 422),
    Row(Kind.PAGE, "assessments:evidence_remove", "POST", WRITERS, 302),
]

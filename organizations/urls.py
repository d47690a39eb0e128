"""Addresses of organizations."""

from django.urls import URLPattern, path

from organizations.views import (
    audit,
    departments,
    entrance,
    exports,
    invitations,
    ledger,
    members,
    profile,
    settings,
    tokens,
)

app_name = "organizations"

_HERE = "o/<slug:organization_slug>/"

urlpatterns: list[URLPattern] = [
    path("organizations/", entrance.choose, name="choose"),
    path("profile/", profile.profile, name="profile"),
    path("invitations/<str:token>/", invitations.accept, name="accept_invitation"),
    path(_HERE, entrance.member_home, name="home"),
    path(_HERE + "settings/", settings.settings, name="settings"),
    path(_HERE + "settings/delete/", settings.delete, name="delete"),
    path(_HERE + "members/", members.members, name="members"),
    path(_HERE + "members.<file_format:file_format>", exports.members_export, name="members_export"),
    path(_HERE + "members/invite/", members.invite_member, name="invite"),
    path(_HERE + "members/<int:member_id>/", members.edit, name="member_edit"),
    path(_HERE + "members/<int:member_id>/remove/", members.remove, name="member_remove"),
    path(_HERE + "invitations/<int:invitation_id>/revoke/", members.revoke, name="invitation_revoke"),
    path(_HERE + "departments/", departments.departments, name="departments"),
    path(_HERE + "departments/new/", departments.create, name="department_create"),
    path(_HERE + "departments/<int:department_id>/", departments.edit, name="department_edit"),
    path(_HERE + "keys/", tokens.tokens, name="tokens"),
    path(_HERE + "keys/new/", tokens.create, name="token_create"),
    path(_HERE + "keys/<int:token_id>/revoke/", tokens.revoke, name="token_revoke"),
    path(_HERE + "audit/", audit.audit, name="audit"),
    path(_HERE + "audit.<file_format:file_format>", exports.audit_export, name="audit_export"),
    path(_HERE + "ledger/", ledger.ledger, name="ledger"),
    path(_HERE + "ledger/verify/", ledger.ledger_verify, name="ledger_verify"),
    path(_HERE + "ledger/<int:number>/", ledger.ledger_entry, name="ledger_entry"),
    path(_HERE + "ledger/<int:number>.json", ledger.ledger_receipt, name="ledger_receipt"),
]

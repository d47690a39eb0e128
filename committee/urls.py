"""Addresses of committee."""

from django.urls import URLPattern, path

from committee.views import changes, dashboard, exports, outbox, start, subscription

app_name = "committee"

urlpatterns: list[URLPattern] = [
    path("o/<slug:organization_slug>/committee/", dashboard.committee, name="committee"),
    path(
        "o/<slug:organization_slug>/committee.<file_format:file_format>",
        exports.committee_export,
        name="export",
    ),
    path("o/<slug:organization_slug>/committee/since/", changes.since_digest, name="since"),
    path("o/<slug:organization_slug>/start/", start.start, name="start"),
    path("o/<slug:organization_slug>/start/sample/", start.sample_load, name="sample_load"),
    path("o/<slug:organization_slug>/start/sample/remove/", start.sample_remove, name="sample_remove"),
    path("o/<slug:organization_slug>/subscription/", subscription.subscription, name="subscription"),
    path("o/<slug:organization_slug>/subscription/test/", subscription.send_test, name="subscription_test"),
    path("unsubscribe/<str:token>/", subscription.unsubscribe, name="unsubscribe"),
    path("unsubscribe/<str:token>/undo/", subscription.undo_unsubscribe, name="undo_unsubscribe"),
    path("o/<slug:organization_slug>/outbox/", outbox.outbox, name="outbox"),
    path("o/<slug:organization_slug>/outbox/<int:pk>/", outbox.outbox_message, name="outbox_message"),
    path("o/<slug:organization_slug>/outbox/<int:pk>/html/", outbox.outbox_html, name="outbox_html"),
]

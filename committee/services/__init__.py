"""Writes of the committee."""

from .digests import DigestReport, send_due_digests, send_test_digest
from .sample import load_sample, remove_sample
from .subscriptions import restore_subscription, subscribe_executives, unsubscribe, update_subscription

__all__ = [
    "DigestReport",
    "load_sample",
    "remove_sample",
    "restore_subscription",
    "send_due_digests",
    "send_test_digest",
    "subscribe_executives",
    "unsubscribe",
    "update_subscription",
]

"""Verdicts of KPIs."""

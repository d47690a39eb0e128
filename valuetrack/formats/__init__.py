"""Formats by language: dates without ambiguity, the clock of 24 hours."""

"""Writes of values and results."""

from .record import MeasurementInput, RecordReport, record_measurements

__all__ = ["MeasurementInput", "RecordReport", "record_measurements"]

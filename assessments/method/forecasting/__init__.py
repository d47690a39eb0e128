"""What comes next (METHOD §5): forecasts of KPI series with intervals, one or many at once."""

from assessments.method.forecasting.choosing import METHODS, Method
from assessments.method.forecasting.forecasts import Forecast, Forecasts, forecast, forecast_batch

__all__ = ["METHODS", "Forecast", "Forecasts", "Method", "forecast", "forecast_batch"]

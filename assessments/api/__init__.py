"""The API's values and results."""

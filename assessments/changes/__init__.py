"""Why a report of today differs from one of the past: two points in time, and the causes between them."""

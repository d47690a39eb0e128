"""The entry grid: what it reads, what stands in a cell, and how its rows are drawn."""

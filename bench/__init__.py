"""Speed and size, each figure beside its floor: `make bench`, with SMALL=1 for a tenth of the data.

Everything runs in a database of its own on the local services (or on the server of DATABASE_URL), made at the
start and dropped at the end. What is measured connects as the application's role under forced row-level
security; only the loader and the floors work as the owner of the tables.
"""

"""Django's PostgreSQL backend with two faces: the application's role, and the owner for migrations.

Requests and workers run as a role that owns nothing and cannot bypass row-level security. Migrations, and the
making of test databases, run as the owner of the tables: `with as_owner(connection): …`.
"""

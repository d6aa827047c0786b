from tests.backends import postgres  # noqa: F401  # a real PostgreSQL

"""PostgreSQL: pool, transactions with facts, migrations."""

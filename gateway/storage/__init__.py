"""The store: SQLite embedded or PostgreSQL, one code path above the dialect. Start with `store.open_store`."""

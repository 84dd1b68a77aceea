"""The REST API: a table of routes and the thin handlers behind it."""

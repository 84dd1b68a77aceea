"""Durable work in order of its key: the port, and one adapter an engine."""

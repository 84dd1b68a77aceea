"""How well a template version does: evidence, the number made of it, reports, what owners are told.

``docs/health.md`` explains the number to people.
"""

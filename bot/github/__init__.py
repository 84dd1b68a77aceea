"""GitHub over its REST API: App auth, one careful client, one adapter a subject."""

"""Real git objects in bare repositories on disk; any git can clone them."""

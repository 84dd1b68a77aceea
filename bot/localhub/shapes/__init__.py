"""JSON as GitHub answers it: one function a kind of thing."""

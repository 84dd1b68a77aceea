"""Issue forms: read from a repository, asked as HTML forms, answered as issue bodies."""

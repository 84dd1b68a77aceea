"""Templates offered by pull request: what changed, who may, the check, the commands' results."""

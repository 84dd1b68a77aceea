"""Tests of the GitHub client: real HTTP to a server in this process that plays GitHub's answers."""

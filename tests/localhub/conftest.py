"""Fixtures of the local GitHub's own tests."""

from tests.localhub.fixtures import hub, scene

__all__ = ["hub", "scene"]

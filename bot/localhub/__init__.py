"""A GitHub on your machine: REST subset, webhooks, git and pages, for `sandbox` and tests."""

"""GitHub Actions, as far as it is simulated: workflow files, their triggers, and who runs them.

Not simulated: ``concurrency``, protection of environments, schedules, ``workflow_run`` and
``pull_request_target`` as triggers, caches, and services or containers of jobs.
"""

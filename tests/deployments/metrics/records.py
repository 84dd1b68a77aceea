"""Deployments as tests tell them: hours on a line, everything else as it mostly is."""

from bot.deployments import Action, Deployment, DeploymentState, Stage

START_S = 1_764_547_200.0  # 2025-12-01 00:00 UTC, a Monday
HOUR_S = 3600.0
DAY_S = 86_400.0


def deployment(
    id_: str,
    state: DeploymentState = DeploymentState.SUCCEEDED,
    *,
    at_h: float,
    took_h: float = 1.0,
    action: Action = Action.DEPLOY,
    commit: str = "",
    committed_h: float | None = None,
    stages: tuple[Stage, ...] = (),
    environment: str = "production",
    project: str = "100",
    team: str = "payments",
    template: str = "greeter",
    ref: str = "main",
    look_url: str = "",
) -> Deployment:
    """Commanded at ``at_h`` hours from START_S on; of a commit named as the id unless told."""
    created_at_s = START_S + at_h * HOUR_S
    return Deployment(
        id=id_,
        project=project,
        full_name="acme/money-kit",
        team=team,
        template=template,
        template_version_id=f"{template}@1.0.0+0",
        environment=environment,
        action=action,
        commit=(commit or id_).ljust(40, "0"),
        ref=ref,
        committed_at_s=0.0 if committed_h is None else START_S + committed_h * HOUR_S,
        by="dana",
        by_id=7,
        cause_url=f"https://github.com/acme/money-kit/issues/1#issuecomment-{id_}",
        state=state,
        stages=stages,
        look_url=look_url,
        created_at_s=created_at_s,
        ended_at_s=created_at_s + took_h * HOUR_S if state.is_final else 0.0,
    )


def rollback(
    id_: str,
    state: DeploymentState = DeploymentState.SUCCEEDED,
    *,
    to: str,
    at_h: float,
    took_h: float = 1.0,
) -> Deployment:
    """``/rollback production`` to the commit that is named so."""
    return deployment(id_, state, at_h=at_h, took_h=took_h, action=Action.ROLLBACK, commit=to)

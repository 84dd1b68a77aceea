# The two tracks: stable, which all see, and canary, which few see while it is tried.
# A track without an image does not run. Its target group stays, so that traffic can be moved
# before a track goes, and never waits for one that comes.

locals {
  is_canary = var.deployment_type == "canary"

  # A release is an image with the size and the health path it was promoted with: while a canary
  # tries new ones, those of the stable track stay as they are.
  release = {
    image          = var.image
    cpu_millicores = local.settings.cpu_millicores
    memory_mib     = local.settings.memory_mib
    health_path    = local.settings.health_path
  }
  nothing    = merge(local.release, { image = "" })
  remembered = try(jsondecode(nonsensitive(one(data.aws_ssm_parameters_by_path.release.values))), local.nothing)
  before     = merge(local.release, local.remembered, var.stable_image == "" ? {} : { image = var.stable_image })

  stable = local.is_canary ? local.before : local.release
  canary = local.is_canary ? local.release : local.nothing

  # Before the first deployment there is nobody else to answer.
  percent = !local.is_canary ? 0 : local.stable.image == "" ? 100 : local.settings.canary_percent

  tracks = {
    stable = merge(local.stable, {
      weight       = 100 - local.percent
      min_replicas = local.settings.min_replicas
      max_replicas = local.settings.max_replicas
    })
    canary = merge(local.canary, {
      weight       = local.percent
      min_replicas = max(1, ceil(local.settings.min_replicas * local.percent / 100))
      max_replicas = max(1, ceil(local.settings.max_replicas * local.percent / 100))
    })
  }
  running = { for name, track in local.tracks : name => track if track.image != "" }
}

# What all see is kept where a lost variable or output cannot make us forget it. It is written last:
# a promotion that fails leaves the release before, for the rollback and for the next canary.
resource "aws_ssm_parameter" "release" {
  count = local.stable.image == "" ? 0 : 1

  name        = "${local.parameters}/release"
  description = "The release that all see, with its size."
  type        = "String"

  insecure_value = jsonencode(local.stable) # no secret: plans may show it

  depends_on = [aws_ecs_service.track, aws_lb_listener_rule.everyone]
}

data "aws_ssm_parameters_by_path" "release" {
  path = local.parameters
}

locals {
  parameters = "/paved-road/${lower(var.repository)}/${var.environment}"
}

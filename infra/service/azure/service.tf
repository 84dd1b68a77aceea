# One container app. Every apply with a new image or size makes a revision; requests are split
# between the latest, which is the canary, and the one that was promoted before.

variable "container_port" {
  description = "The port that the image listens on; it is told by the environment variable PORT."
  type        = number
  default     = 8080
}

variable "log_retention_days" {
  description = "How long logs are kept; 30 is the least."
  type        = number
  default     = 30
}

locals {
  is_canary = var.deployment_type == "canary"
  runs      = var.image != ""
  before    = one(data.azurerm_container_app.before)
}

module "split" {
  source = "./split"

  deployment_type = var.deployment_type
  stable_image    = var.stable_image
  canary_percent  = local.settings.canary_percent
  latest_revision = try(reverse(split("--", local.before.latest_revision_name))[0], "")

  remembered = {
    deployment_type = try(local.before.tags.deployment_type, "")
    stable_revision = try(local.before.tags.stable_revision, "")
  }
}

# It exists whenever there is a stable image.
data "azurerm_container_app" "before" {
  count = local.is_canary && var.stable_image != "" ? 1 : 0

  name                = local.short_name
  resource_group_name = azurerm_resource_group.this.name
}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = local.settings.region
  tags     = local.tags
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  retention_in_days   = var.log_retention_days
  tags                = local.tags
}

resource "azurerm_container_app_environment" "this" {
  name                       = local.short_name
  resource_group_name        = azurerm_resource_group.this.name
  location                   = azurerm_resource_group.this.location
  logs_destination           = "log-analytics"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id
  tags                       = local.tags
}

# What the service runs as. It may pull the project's images and nothing else: what it needs is
# added by the project.
resource "azurerm_user_assigned_identity" "service" {
  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

data "azurerm_container_registry" "this" {
  name                = local.registry_name
  resource_group_name = local.registry_group
}

resource "azurerm_role_assignment" "pull" {
  scope                = data.azurerm_container_registry.this.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.service.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_container_app" "this" {
  count = local.runs ? 1 : 0

  name                         = local.short_name
  resource_group_name          = azurerm_resource_group.this.name
  container_app_environment_id = azurerm_container_app_environment.this.id

  # A single revision takes all requests when it is ready, and the others stop. The platform names
  # revisions: a name of ours could not be used again by a rollback.
  revision_mode = module.split.has_stable ? "Multiple" : "Single"

  # The next canary reads here which revision is stable.
  tags = merge(local.tags, {
    deployment_type = var.deployment_type
    stable_revision = module.split.stable_revision
  })

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.service.id]
  }

  registry {
    server   = data.azurerm_container_registry.this.login_server
    identity = azurerm_user_assigned_identity.service.id
  }

  ingress {
    external_enabled           = true
    allow_insecure_connections = false
    target_port                = var.container_port
    transport                  = "auto"

    traffic_weight {
      latest_revision = true
      percentage      = module.split.latest_percent
      label           = module.split.has_stable ? "canary" : null # its own address
    }

    dynamic "traffic_weight" {
      for_each = module.split.has_stable ? [module.split.stable_revision] : []

      content {
        revision_suffix = traffic_weight.value
        percentage      = 100 - module.split.latest_percent
      }
    }
  }

  template {
    min_replicas = local.settings.min_replicas
    max_replicas = local.settings.max_replicas

    container {
      name   = "service"
      image  = var.image
      cpu    = local.settings.cpu_millicores / 1000
      memory = "${local.settings.memory_mib / 1024}Gi"

      env {
        name  = "ENVIRONMENT"
        value = var.environment
      }

      env {
        name  = "PORT"
        value = tostring(var.container_port)
      }

      startup_probe {
        transport               = "HTTP"
        port                    = var.container_port
        path                    = local.settings.health_path
        interval_seconds        = 10
        timeout                 = 5
        failure_count_threshold = 10
      }

      readiness_probe {
        transport               = "HTTP"
        port                    = var.container_port
        path                    = local.settings.health_path
        interval_seconds        = 10
        timeout                 = 5
        failure_count_threshold = local.settings.health_failures
      }
    }

    http_scale_rule {
      name                = "requests"
      concurrent_requests = "50"
    }
  }

  lifecycle {
    precondition {
      condition     = local.settings.memory_mib * 1000 == local.settings.cpu_millicores * 2048
      error_message = "memory_mib of ${local.settings.memory_mib} does not go with cpu_millicores of ${local.settings.cpu_millicores} on Container Apps: it must be ${floor(local.settings.cpu_millicores * 2048 / 1000)}, two GiB for a core."
    }
  }

  depends_on = [azurerm_role_assignment.pull]
}

# Written last: a promotion that fails leaves the image before.
resource "terraform_data" "stable_image" {
  input = local.is_canary ? var.stable_image : var.image

  depends_on = [azurerm_container_app.this]
}

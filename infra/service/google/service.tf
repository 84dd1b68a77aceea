# One Cloud Run service. Every apply with a new image or size makes a revision; requests are split
# between the latest, which is the canary, and the one that was promoted before.

variable "container_port" {
  description = "The port that the image listens on; it is told by the environment variable PORT."
  type        = number
  default     = 8080
}

variable "invokers" {
  description = "Who may call it: allUsers, or members such as group:staff@example.com where the organization forbids that."
  type        = set(string)
  default     = ["allUsers"]
}

locals {
  is_canary = var.deployment_type == "canary"
  runs      = var.image != ""

  before = one(data.google_cloud_run_v2_service.before)

  # Less than one core would mean one request at a time. Each size goes with so much memory.
  cpu_millicores = max(1000, local.settings.cpu_millicores)
  memory_mib     = { 1000 = [512, 4096], 2000 = [512, 8192], 4000 = [2048, 16384] }[local.cpu_millicores]
}

module "split" {
  source = "./split"

  deployment_type = var.deployment_type
  stable_image    = var.stable_image
  canary_percent  = local.settings.canary_percent
  latest_revision = try(reverse(split("/", local.before.latest_ready_revision))[0], "")

  remembered = {
    deployment_type = try(local.before.effective_annotations["paved-road/deployment-type"], "")
    stable_revision = try(local.before.effective_annotations["paved-road/stable-revision"], "")
  }
}

# It exists whenever there is a stable image.
data "google_cloud_run_v2_service" "before" {
  count = local.is_canary && var.stable_image != "" ? 1 : 0

  name     = local.name
  location = local.settings.region
}

resource "google_service_account" "service" {
  account_id   = local.short_name
  display_name = "${var.project} in ${var.environment}"
  description  = "What the service runs as. It may do nothing: what it needs is added by the project."
}

resource "google_cloud_run_v2_service" "this" {
  count = local.runs ? 1 : 0

  name                = local.name
  location            = local.settings.region
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = false # going away is guarded where it is commanded

  # The next canary reads here which revision is stable.
  annotations = {
    "paved-road/deployment-type" = var.deployment_type
    "paved-road/stable-revision" = module.split.stable_revision
  }

  template {
    service_account = google_service_account.service.email
    labels          = local.tags

    scaling {
      min_instance_count = local.settings.min_replicas
      max_instance_count = local.settings.max_replicas
    }

    containers {
      image = var.image

      ports {
        container_port = var.container_port
      }

      env {
        name  = "ENVIRONMENT"
        value = var.environment
      }

      resources {
        limits = {
          cpu    = tostring(local.cpu_millicores / 1000)
          memory = "${local.settings.memory_mib}Mi"
        }
      }

      startup_probe {
        failure_threshold = 24
        period_seconds    = 5
        timeout_seconds   = 5

        http_get {
          path = local.settings.health_path
          port = var.container_port
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = module.split.latest_percent
    tag     = local.is_canary ? "canary" : null # its own address
  }

  dynamic "traffic" {
    for_each = module.split.has_stable ? [module.split.stable_revision] : []

    content {
      type     = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
      revision = traffic.value
      percent  = 100 - module.split.latest_percent
    }
  }

  lifecycle {
    precondition {
      condition     = local.settings.memory_mib >= local.memory_mib[0] && local.settings.memory_mib <= local.memory_mib[1]
      error_message = "memory_mib of ${local.settings.memory_mib} does not go with cpu_millicores of ${local.settings.cpu_millicores} on Cloud Run: it may be ${local.memory_mib[0]} to ${local.memory_mib[1]}."
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = local.runs ? var.invokers : []

  name     = google_cloud_run_v2_service.this[0].name
  location = google_cloud_run_v2_service.this[0].location
  role     = "roles/run.invoker"
  member   = each.value
}

# Written last: a promotion that fails leaves the image before.
resource "terraform_data" "stable_image" {
  input = local.is_canary ? var.stable_image : var.image

  depends_on = [google_cloud_run_v2_service.this]
}

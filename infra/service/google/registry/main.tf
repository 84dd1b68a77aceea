# Where the project's images are: one repository for all environments, because an image is built
# once. It is applied by itself, before the first image is pushed, with the variables of the project:
#
#   terraform -chdir=infra/registry apply -var-file=../project.auto.tfvars.json

terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }

  # bucket and prefix (<repository>/registry) come with -backend-config.
  backend "gcs" {}
}

locals {
  settings = jsondecode(file("${path.module}/../../deploy/settings.json"))

  tags = { for key, value in local.tags_in_words : key => substr(replace(lower(value), "/[^a-z0-9_-]/", "_"), 0, 63) }

  tags_in_words = {
    application   = var.project
    business_unit = var.business_unit
    cost_center   = var.cost_center
    environment   = "all"
    managed_by    = "paved-road"
    repository    = var.repository
    service       = var.project
    team          = var.team
  }
}

provider "google" {
  region         = local.settings.region
  default_labels = local.tags
}

resource "google_artifact_registry_repository" "this" {
  location      = local.settings.region
  repository_id = var.project
  description   = "Images of ${var.repository}"
  format        = "DOCKER"

  docker_config {
    immutable_tags = true # a tag that was tried in staging is the same in production
  }

  # What a build left without a tag goes. Tagged images stay: a rollback may need any of them.
  cleanup_policies {
    id     = "untagged"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "1209600s"
    }
  }
}

output "repository_url" {
  description = "Where images are pushed to; an image is this, a colon and a tag."
  value       = "${google_artifact_registry_repository.this.location}-docker.pkg.dev/${google_artifact_registry_repository.this.project}/${google_artifact_registry_repository.this.repository_id}/${var.project}"
}

locals {
  url = try(google_cloud_run_v2_service.this[0].uri, "")

  # A tag in front of the service's own address.
  canary_url = local.is_canary && local.runs ? replace(local.url, "https://", "https://canary---") : local.url
}

output "url" {
  description = "Where the environment answers; empty while nothing runs."
  value       = local.url
}

output "canary_url" {
  description = "Where the canary alone answers."
  value       = local.canary_url
}

output "canary_header" {
  description = "The header that leads to the canary: none, for it has an address."
  value       = ""
}

output "health_url" {
  description = "Where its health can be asked."
  value       = "${local.url}${local.settings.health_path}"
}

output "image" {
  description = "The image of this deployment."
  value       = var.image
}

output "stable_image" {
  description = "The image that all see, empty before the first promotion. A canary leaves it as it is: a rollback deploys it, with deployment_type production."
  value       = terraform_data.stable_image.output
}

output "deployment_type" {
  description = "canary or production: which this deployment was."
  value       = var.deployment_type
}

output "log_group" {
  description = "What to ask Cloud Logging for."
  value       = "resource.type=\"cloud_run_revision\" resource.labels.service_name=\"${local.name}\""
}

locals {
  url = local.runs ? "https://${local.short_name}.${azurerm_container_app_environment.this.default_domain}" : ""

  # A label behind the app's own name; a canary that takes all requests has none.
  canary_url = module.split.has_stable ? "https://${local.short_name}---canary.${azurerm_container_app_environment.this.default_domain}" : local.url
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
  description = "The Log Analytics workspace that has the service's log."
  value       = azurerm_log_analytics_workspace.this.name
}

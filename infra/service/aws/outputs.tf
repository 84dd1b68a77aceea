locals {
  url = "${lower(local.protocol)}://${local.host}"
}

output "url" {
  description = "Where the environment answers."
  value       = local.url
}

output "canary_url" {
  description = "Where the canary alone answers: the same address, asked with the header that canary_header says."
  value       = local.url
}

output "canary_header" {
  description = "The header that leads to the canary, as name: value."
  value       = "${local.track_header}: 1"
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
  value       = try(jsondecode(aws_ssm_parameter.release[0].insecure_value).image, "")
}

output "deployment_type" {
  description = "canary or production: which this deployment was."
  value       = var.deployment_type
}

output "log_group" {
  description = "Where the service's log is, in CloudWatch."
  value       = aws_cloudwatch_log_group.this.name
}

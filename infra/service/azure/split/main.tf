# How requests are split between two revisions: the latest, and the one that was promoted before.
# It makes nothing, and is the same for every cloud that has revisions.

terraform {
  required_version = ">= 1.11"
}

variable "deployment_type" {
  description = "canary or production."
  type        = string
}

variable "stable_image" {
  description = "The image that all others see; empty before the first deployment."
  type        = string
}

variable "canary_percent" {
  description = "How many of a hundred requests a canary gets beside a stable revision."
  type        = number
}

variable "latest_revision" {
  description = "The latest revision before this deployment, empty where there is none."
  type        = string
}

variable "remembered" {
  description = "What the deployment before wrote down: its deployment_type and stable_revision."
  type        = map(string)
}

locals {
  has_stable = var.deployment_type == "canary" && var.stable_image != ""

  # After a promotion the latest revision is the stable one; a canary writes down which it was.
  was_promoted = lookup(var.remembered, "deployment_type", "") == "production"
  before       = local.was_promoted ? var.latest_revision : lookup(var.remembered, "stable_revision", "")
}

output "has_stable" {
  description = "Whether a stable revision answers beside the latest."
  value       = local.has_stable
}

output "stable_revision" {
  description = "That revision, empty where the latest answers alone."
  value       = local.has_stable ? local.before : ""

  precondition {
    condition     = !local.has_stable || local.before != ""
    error_message = "There is no promoted revision beside which a canary could stand. Deploy the stable image with deployment_type production first."
  }
}

output "latest_percent" {
  description = "How many of a hundred requests the latest revision gets: all where it is alone."
  value       = local.has_stable ? var.canary_percent : 100
}

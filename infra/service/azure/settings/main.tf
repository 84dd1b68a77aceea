# The settings of one environment, refused when one is out of its range: nothing is planned then.
# This folder is the same for every cloud.

terraform {
  required_version = ">= 1.11"
}

variable "given" {
  description = "deploy/settings.json with what the environment says otherwise. Keys that are not listed here are left to others."
  type = object({
    region             = string
    cpu_millicores     = optional(number, 500)
    memory_mib         = optional(number, 1024)
    min_replicas       = optional(number, 2)
    max_replicas       = optional(number, 4)
    canary_percent     = optional(number, 10)
    canary_minutes     = optional(number, 5)
    health_path        = optional(string, "/health/ready")
    health_failures    = optional(number, 3)
    monthly_budget_usd = optional(number, 0)
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.given.region))
    error_message = "region must be the name of one of the cloud's regions, such as eu-central-1; it is \"${var.given.region}\"."
  }

  validation {
    condition     = contains([250, 500, 1000, 2000, 4000], var.given.cpu_millicores)
    error_message = "cpu_millicores must be 250, 500, 1000, 2000 or 4000; it is ${var.given.cpu_millicores}."
  }

  validation {
    condition     = var.given.memory_mib >= 512 && var.given.memory_mib <= 16384 && floor(var.given.memory_mib) == var.given.memory_mib
    error_message = "memory_mib must be a whole number from 512 to 16384; it is ${var.given.memory_mib}."
  }

  validation {
    condition     = var.given.min_replicas >= 1 && var.given.min_replicas <= 50 && floor(var.given.min_replicas) == var.given.min_replicas
    error_message = "min_replicas must be a whole number from 1 to 50; it is ${var.given.min_replicas}."
  }

  validation {
    condition     = var.given.max_replicas >= var.given.min_replicas && var.given.max_replicas <= 50 && floor(var.given.max_replicas) == var.given.max_replicas
    error_message = "max_replicas must be a whole number from min_replicas (${var.given.min_replicas}) to 50; it is ${var.given.max_replicas}."
  }

  validation {
    condition     = var.given.canary_percent >= 1 && var.given.canary_percent <= 50 && floor(var.given.canary_percent) == var.given.canary_percent
    error_message = "canary_percent must be a whole number from 1 to 50; it is ${var.given.canary_percent}."
  }

  validation {
    condition     = var.given.canary_minutes >= 1 && var.given.canary_minutes <= 60 && floor(var.given.canary_minutes) == var.given.canary_minutes
    error_message = "canary_minutes must be a whole number from 1 to 60; it is ${var.given.canary_minutes}."
  }

  validation {
    condition     = can(regex("^/[A-Za-z0-9/._~-]{0,199}$", var.given.health_path))
    error_message = "health_path must begin with / and have no query; it is \"${var.given.health_path}\"."
  }

  validation {
    condition     = var.given.health_failures >= 1 && var.given.health_failures <= 10 && floor(var.given.health_failures) == var.given.health_failures
    error_message = "health_failures must be a whole number from 1 to 10; it is ${var.given.health_failures}."
  }

  validation {
    condition     = var.given.monthly_budget_usd >= 0 && floor(var.given.monthly_budget_usd) == var.given.monthly_budget_usd
    error_message = "monthly_budget_usd must be a whole number, 0 for no budget; it is ${var.given.monthly_budget_usd}."
  }
}

output "checked" {
  description = "The settings, each with a value that is allowed."
  value       = var.given
}

# Where it runs, what it is called, and who pays for it.

variable "region" {
  description = "The region that everything is in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of one of AWS's regions, such as eu-central-1."
  }
}

variable "name" {
  description = "What everything is called, with the environment behind it."
  type        = string
  default     = "paved-road"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 30
    error_message = "name must be 1 to 30 lower-case letters, digits and single hyphens, and begin with a letter."
  }
}

variable "environment" {
  description = "dev, staging or production: one App on GitHub for each."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "environment must be dev, staging or production."
  }
}

variable "team" {
  description = "The platform's team: a tag on everything."
  type        = string
}

variable "business_unit" {
  description = "The business unit of that team: a tag on everything."
  type        = string
}

variable "cost_center" {
  description = "Who pays: a tag on everything."
  type        = string
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name        = "${var.name}-${var.environment}"
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  arn_between = "${var.region}:${local.account}" # region and account, as ARNs have them

  # AWS refuses some characters in the value of a tag; a business unit may have any.
  tags = {
    application   = "paved-road"
    business_unit = replace(var.business_unit, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    cost_center   = replace(var.cost_center, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    environment   = var.environment
    managed_by    = "paved-road"
    service       = "${var.name}/${var.environment}" # one tag to filter a budget by
    team          = var.team
  }
}

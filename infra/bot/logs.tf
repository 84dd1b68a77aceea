# What is written down, and for how long.

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch knows, such as 7, 14, 30, 60, 90, 180 or 365."
  }
}

locals {
  log_groups = local.by_lambda ? toset(["access", "receive", "work"]) : toset(["serve"])
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = "/paved-road-bot/${local.name}/${each.key}"
  retention_in_days = var.log_retention_days
}

# What the App signs with, how GitHub signs to it, and where its records are. Terraform makes the
# place alone: `paved-road setup --secret` writes the value, so that it is in no state and no plan.
# There is no version of it here that could be changed back.

variable "kms_key_arn" {
  description = "A key of one's own for secret and queues. Empty: keys that AWS keeps."
  type        = string
  default     = ""

  validation {
    condition     = var.kms_key_arn == "" || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key (not of an alias)."
  }
}

variable "secret_recovery_days" {
  description = "How long a destroyed secret can be had back, 7 to 30; 0 destroys it at once."
  type        = number
  default     = 30

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or from 7 to 30."
  }
}

resource "aws_secretsmanager_secret" "app" {
  name                    = "${local.name}/app"
  description             = "Paved Road: APP_ID, PRIVATE_KEY, WEBHOOK_SECRET, ORGANIZATIONS, CATALOG_REPOSITORY, STORE_URL"
  kms_key_id              = var.kms_key_arn == "" ? null : var.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "The name has 3 to 63 lower-case letters, digits and hyphens, and neither begins nor ends with a hyphen. Dots are left out, because no certificate fits them."
  }
}

variable "tags" {
  description = "Tags of the bucket. `application`, `business_unit`, `cost_center` and `team` say who owns it and who pays."
  type        = map(string)

  validation {
    condition     = alltrue([for key in local.required_tags : trimspace(lookup(var.tags, key, "")) != ""])
    error_message = "Each of ${join(", ", local.required_tags)} must be there and not empty."
  }

  validation {
    condition     = alltrue([for value in values(var.tags) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value))])
    error_message = "The value of a tag has at most 256 letters, digits, spaces and _ . : / = + - @, for AWS takes no others."
  }
}

variable "access_log" {
  description = "Bucket of the same account and region that takes the access log; null keeps none, as for the log bucket itself."
  type        = object({ bucket = string }) # whether there is one must be known before its name is
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the objects; null leaves it to keys of S3."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/.+$", var.kms_key_arn))
    error_message = "The key is given by its ARN, for an ID would mean a key of the account that applies."
  }
}

variable "policy_statements" {
  description = "Statements that join the bucket's policy; it has only one, so another `aws_s3_bucket_policy` would replace it."
  type        = any
  default     = []

  validation {
    condition     = can([for statement in var.policy_statements : statement.Effect])
    error_message = "Each statement is an object with Effect, Principal, Action and Resource."
  }
}

variable "noncurrent_days" {
  description = "Days that an overwritten or deleted version is kept."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "A version is kept for a whole number of days, at least one."
  }
}

variable "force_destroy" {
  description = "Whether a bucket that still holds objects may be destroyed, and they with it."
  type        = bool
  default     = false
}

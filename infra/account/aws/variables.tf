variable "region" {
  description = "The region of the state bucket; projects choose theirs."
  type        = string
}

variable "state_bucket" {
  description = "The name of the bucket for state: unique in all of AWS."
  type        = string
}

variable "organization" {
  description = "The organization on GitHub."
  type        = string
}

variable "organization_id" {
  description = "Its number: `gh api orgs/NAME --jq .id`. A name can be given away, a number cannot."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.organization_id))
    error_message = "organization_id must be digits."
  }
}

variable "repositories" {
  description = "The projects that may deploy here: name → number (`gh api repos/OWNER/NAME --jq .id`). An empty number is for a repository of before July 2026 that has not opted in to immutable subjects."
  type        = map(string)

  validation {
    condition     = alltrue([for name, id in var.repositories : can(regex("^[A-Za-z0-9._-]+$", name)) && can(regex("^[0-9]*$", id))])
    error_message = "repositories must map names to numbers; a * would let every repository of the organization deploy."
  }
}

variable "environments" {
  description = "The environments that are in this account."
  type        = set(string)
  default     = ["dev", "staging", "production"]

  validation {
    condition     = alltrue([for name in var.environments : contains(["dev", "staging", "production"], name)])
    error_message = "environments may be dev, staging and production."
  }
}

variable "has_identity_provider" {
  description = "Whether the account knows GitHub's identities already: there can be one provider only."
  type        = bool
  default     = false
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
  description = "Who pays for what all share: a tag on everything."
  type        = string
}

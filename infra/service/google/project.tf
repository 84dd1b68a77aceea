# Who the project is: project.auto.tfvars.json says it. Values only ever come from JSON files,
# where Terraform evaluates nothing in them.

variable "project" {
  description = "The project's name, as its repository is called."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.project)) && length(var.project) <= 50
    error_message = "project must be 1 to 50 lower-case letters, digits and single hyphens, and begin with a letter."
  }
}

variable "organization" {
  description = "The organization that owns the repository on GitHub."
  type        = string
}

variable "repository" {
  description = "The repository on GitHub, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name."
  }
}

variable "team" {
  description = "The team that owns the project: a tag on everything."
  type        = string
}

variable "business_unit" {
  description = "The business unit of the team: a tag on everything."
  type        = string
}

variable "cost_center" {
  description = "Who pays: a tag on everything."
  type        = string
}

variable "cloud_provider" {
  description = "The cloud that this Terraform is for."
  type        = string

  validation {
    condition     = var.cloud_provider == "google"
    error_message = "This folder is for google; a project that moves to another cloud needs the infra/ of that cloud."
  }
}

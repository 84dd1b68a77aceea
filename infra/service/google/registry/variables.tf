variable "project" {
  description = "The project's name, as its repository is called."
  type        = string
}

variable "organization" {
  description = "The organization that owns the repository on GitHub."
  type        = string
}

variable "repository" {
  description = "The repository on GitHub, as owner/name; images have the same name in lower case."
  type        = string
}

variable "team" {
  description = "The team that owns the project: a tag."
  type        = string
}

variable "business_unit" {
  description = "The business unit of the team: a tag."
  type        = string
}

variable "cost_center" {
  description = "Who pays: a tag."
  type        = string
}

variable "cloud_provider" {
  description = "The cloud that this Terraform is for."
  type        = string
}

variable "region" {
  description = "Where the buckets are."
  type        = string
  default     = "eu-central-1"
}

variable "tags" {
  description = "Who owns the buckets and who pays: see tags.auto.tfvars.json."
  type        = map(string)
}

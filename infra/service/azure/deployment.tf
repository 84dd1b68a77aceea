# What one deployment says: where to, which image, and whether few or all see it.

variable "environment" {
  description = "dev, staging or production."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "environment must be dev, staging or production."
  }
}

variable "image" {
  description = "The image to deploy, with its registry and its tag or digest. Empty with deployment_type production: nothing is to run, which is how a first deployment is rolled back."
  type        = string

  validation {
    condition     = var.image == "" || can(regex("^[a-zA-Z0-9][a-zA-Z0-9._:/@-]{0,499}$", var.image))
    error_message = "image must be a reference such as registry.example.com/orders:1.2.3, without spaces."
  }

  validation {
    condition     = var.image != "" || var.deployment_type == "production"
    error_message = "image must be given: a canary of nothing cannot be tried."
  }
}

variable "stable_image" {
  description = "For a canary: the image that all others see. Empty before the first deployment only: the canary then takes all requests."
  type        = string
  default     = ""

  validation {
    condition     = var.stable_image == "" || can(regex("^[a-zA-Z0-9][a-zA-Z0-9._:/@-]{0,499}$", var.stable_image))
    error_message = "stable_image must be a reference such as registry.example.com/orders:1.2.3, without spaces."
  }
}

variable "deployment_type" {
  description = "canary: some requests see the image. production: all do."
  type        = string

  validation {
    condition     = contains(["canary", "production"], var.deployment_type)
    error_message = "deployment_type must be canary or production."
  }
}

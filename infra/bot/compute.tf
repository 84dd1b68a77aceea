# What the bot runs on. Both ways have the same queue, secret, alarms and renderer.

variable "compute" {
  description = "lambda: three functions behind an API, paid by use. fargate: one container that always runs, behind a load balancer."
  type        = string
  default     = "lambda"

  validation {
    condition     = contains(["lambda", "fargate"], var.compute)
    error_message = "compute must be lambda or fargate."
  }
}

variable "architecture" {
  description = "arm64 or x86_64: as `make lambda ARCHITECTURE=…` built the packages, or as the image was built."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "log_level" {
  description = "How much the bot writes: debug, info, warning or error."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warning", "error"], var.log_level)
    error_message = "log_level must be debug, info, warning or error."
  }
}

variable "github_api_url" {
  description = "The API of a GitHub of one's own (https://github.example.com/api/v3). Empty: github.com."
  type        = string
  default     = ""

  validation {
    condition     = var.github_api_url == "" || can(regex("^https://[^/?#@]+(/[^?#]*)?$", var.github_api_url))
    error_message = "github_api_url must start with https:// and have no query."
  }
}

locals {
  by_lambda  = var.compute == "lambda"
  by_fargate = var.compute == "fargate"

  # What is no secret. The rest is in the secret, and these values would win over it.
  bot_environment = merge(
    {
      LOG_FORMAT      = "json"
      LOG_LEVEL       = var.log_level
      QUEUE_URL       = aws_sqs_queue.work.url
      RENDER_FUNCTION = aws_lambda_function.render.arn
    },
    var.github_api_url == "" ? {} : { GITHUB_API_URL = var.github_api_url },
  )
}

# Work, in order for each project, and what was given up. Messages are ids: no payload is in them.

variable "work_timeout_seconds" {
  description = "How long one invocation of `work` may take. A run that takes longer goes on in the next."
  type        = number
  default     = 900

  validation {
    condition     = var.work_timeout_seconds >= 60 && var.work_timeout_seconds <= 900 && floor(var.work_timeout_seconds) == var.work_timeout_seconds
    error_message = "work_timeout_seconds must be a whole number from 60 to 900."
  }
}

locals {
  # The bot itself gives a message up after 10 attempts and says why. One that comes more often was
  # given up by nobody: whoever took it died each time.
  most_receives = 20
}

resource "aws_sqs_queue" "dead" {
  name                        = "${local.name}-dead.fifo"
  fifo_queue                  = true
  content_based_deduplication = false
  message_retention_seconds   = 14 * 24 * 3600
  sqs_managed_sse_enabled     = var.kms_key_arn == "" ? true : null
  kms_master_key_id           = var.kms_key_arn == "" ? null : var.kms_key_arn
}

resource "aws_sqs_queue" "work" {
  name                        = "${local.name}.fifo"
  fifo_queue                  = true
  content_based_deduplication = false # the bot says what is the same: a delivery's GUID, a run's version
  deduplication_scope         = "messageGroup"
  fifo_throughput_limit       = "perMessageGroupId" # a group is a project
  message_retention_seconds   = 14 * 24 * 3600
  receive_wait_time_seconds   = 20
  sqs_managed_sse_enabled     = var.kms_key_arn == "" ? true : null
  kms_master_key_id           = var.kms_key_arn == "" ? null : var.kms_key_arn

  # AWS: at least six times the function's own, or a slow batch is handed out twice. The bot shortens
  # it to LEASE_SECONDS for what it works on, so a killed worker's message is back in a minute.
  visibility_timeout_seconds = 6 * var.work_timeout_seconds

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = local.most_receives
  })
}

# Who may do what: each role names its queue, its secret and its function, action by action.

variable "permissions_boundary" {
  description = "ARN of the policy that bounds all roles, where the platform demands one."
  type        = string
  default     = null
}

locals {
  path = "/paved-road-bot/"

  trust = {
    for service in ["lambda", "ecs-tasks"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [merge(
        {
          Effect    = "Allow"
          Principal = { Service = "${service}.amazonaws.com" }
          Action    = "sts:AssumeRole"
        },
        # ECS says for whom it asks. Lambda does not; a role can only be handed to it from within
        # its own account.
        service == "lambda" ? {} : {
          Condition = {
            StringEquals = { "aws:SourceAccount" = local.account }
            ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.arn_between}:*" }
          }
        },
      )]
    })
  }

  send = [
    {
      Sid      = "Send"
      Effect   = "Allow"
      Action   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      Resource = [aws_sqs_queue.work.arn]
    },
    {
      Sid      = "CountDeadLetters"
      Effect   = "Allow"
      Action   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
      Resource = [aws_sqs_queue.dead.arn]
    },
  ]

  take = [
    {
      Sid      = "TakeAndSend"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage"]
      Resource = [aws_sqs_queue.work.arn]
    },
    {
      Sid      = "GiveUp"
      Effect   = "Allow"
      Action   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      Resource = [aws_sqs_queue.dead.arn]
    },
  ]

  render = [{
    Sid      = "Render"
    Effect   = "Allow"
    Action   = ["lambda:InvokeFunction"]
    Resource = [aws_lambda_function.render.arn]
  }]

  read_secret = [{
    Sid      = "ReadTheSecret"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = [aws_secretsmanager_secret.app.arn]
  }]

  # Only with a key of one's own: with AWS's keys, rights to the secret and the queue are enough.
  use_key = var.kms_key_arn == "" ? [] : [{
    Sid      = "UseTheKey"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = [var.kms_key_arn]
  }]
}

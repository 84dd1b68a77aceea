# The most that a service may ever be given, whatever a project writes into its infra/.

variable "service_actions" {
  description = "What services of this account may be allowed to do, action by action."
  type        = list(string)
  default = [
    "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
    "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
    "events:PutEvents",
    "kms:Decrypt", "kms:GenerateDataKey",
    "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sns:Publish",
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage",
    "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath",
  ]
}

locals {
  starting_containers = [
    "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
    "logs:CreateLogStream", "logs:PutLogEvents",
  ]
}

resource "aws_iam_policy" "boundary" {
  name        = "service-boundary"
  path        = "/paved-road-deploy/"
  description = "The most that a service may be given"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AtMost"
        Effect   = "Allow"
        Action   = concat(var.service_actions, local.starting_containers)
        Resource = "*" # each role's own policy says which
      },
      {
        Sid      = "NeverTheState"
        Effect   = "Deny"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
        Resource = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
      },
    ]
  })
}

# Two roles. ECS uses one to start the containers; the service itself has the other, which may do
# nothing: what it needs is added in a file of the project's own.

variable "permissions_boundary" {
  description = "ARN of the policy that bounds both roles, where the platform demands one."
  type        = string
  default     = null
}

locals {
  # ECS may take the roles for tasks of this account only.
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.arn_between}:*" }
      }
    }]
  })
}

resource "aws_iam_role" "execution" {
  name                 = "${local.name}-execution"
  path                 = "/paved-road/"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "execution" {
  name = "start-containers"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToTheRegistry"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*" # it can be granted for no repository alone
      },
      {
        Sid      = "PullTheProjectsImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${local.partition}:ecr:${local.arn_between}:repository/${lower(var.repository)}"
      },
      {
        Sid      = "WriteTheServicesLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  name                 = "${local.name}-task"
  path                 = "/paved-road/"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

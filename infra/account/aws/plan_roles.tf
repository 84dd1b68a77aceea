# Who may plan: a job of one repository that names no environment, on a pull request or on the
# default branch. It only reads, takes no lock, and can read the state of that repository alone.

variable "default_branch" {
  description = "The default branch of the repositories: plans that a comment asks for run there."
  type        = string
  default     = "main"
}

locals {
  looking = concat(
    [{ Sid = "Read", Effect = "Allow", Action = local.reading, Resource = "*" }],
    [for name, each in local.named : {
      Sid      = name
      Effect   = "Allow"
      Action   = [for action in each.actions : action if can(regex(":(Describe|Get|List)", action))]
      Resource = each.resources
    } if anytrue([for action in each.actions : can(regex(":(Describe|Get|List)", action))])],
  )
}

resource "aws_iam_policy" "plan" {
  name        = "plan"
  path        = "/paved-road-deploy/"
  description = "What a plan of infra/service/aws reads"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.looking })
}

resource "aws_iam_role" "plan" {
  for_each = var.repositories

  name        = "plan-${substr(each.key, 0, 40)}-${substr(sha1("${var.organization}/${each.key}"), 0, 6)}"
  path        = "/paved-road-deploy/"
  description = "Plans ${var.organization}/${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = [for from in ["pull_request", "ref:refs/heads/${var.default_branch}"] : "${local.repositories[each.key]}:${from}"]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "plan_state" {
  for_each = var.repositories

  name = "state"
  role = aws_iam_role.plan[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FindState"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = aws_s3_bucket.state.arn
        Condition = { StringLike = { "s3:prefix" = "${var.organization}/${each.key}/*" } }
      },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "${aws_s3_bucket.state.arn}/${var.organization}/${each.key}/*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = var.repositories

  role       = aws_iam_role.plan[each.key].name
  policy_arn = aws_iam_policy.plan.arn
}

output "plan_role_arns" {
  description = "For each repository the role that its plans take: its variable AWS_PLAN_ROLE_ARN on GitHub."
  value       = { for name, role in aws_iam_role.plan : name => role.arn }
}

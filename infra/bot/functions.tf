# The bot as functions: `receive` stores what GitHub sends and answers, `work` works it off.

variable "lambda_zip" {
  description = "The package of receive and work, as `make lambda` builds it. Only with compute = lambda."
  type        = string
  default     = "../../dist/paved-road-lambda.zip"

  validation {
    condition     = var.compute != "lambda" || fileexists(var.lambda_zip)
    error_message = "The file of lambda_zip is not there: `make lambda` builds it."
  }
}

variable "receive_memory_mib" {
  description = "Memory of `receive`; a core comes with 1769, and GitHub waits ten seconds."
  type        = number
  default     = 1024

  validation {
    condition     = var.receive_memory_mib >= 512 && var.receive_memory_mib <= 10240 && floor(var.receive_memory_mib) == var.receive_memory_mib
    error_message = "receive_memory_mib must be a whole number from 512 to 10240."
  }
}

variable "work_memory_mib" {
  description = "Memory of `work`; a core comes with 1769."
  type        = number
  default     = 1024

  validation {
    condition     = var.work_memory_mib >= 512 && var.work_memory_mib <= 10240 && floor(var.work_memory_mib) == var.work_memory_mib
    error_message = "work_memory_mib must be a whole number from 512 to 10240."
  }
}

variable "work_concurrency" {
  description = "How many invocations of `work` take from the queue at the same time. It stays below the account's own limit, which is 10 in a new account."
  type        = number
  default     = 5

  validation {
    condition     = var.work_concurrency >= 2 && var.work_concurrency <= 1000 && floor(var.work_concurrency) == var.work_concurrency
    error_message = "work_concurrency must be a whole number from 2 to 1000."
  }
}

variable "lambda_subnet_ids" {
  description = "Private subnets for receive and work, with a way out to GitHub, where MongoDB is reached from within a VPC only. Empty: no VPC."
  type        = list(string)
  default     = []
}

variable "lambda_security_group_ids" {
  description = "Security groups for receive and work. Needed with lambda_subnet_ids."
  type        = list(string)
  default     = []

  validation {
    condition     = (length(var.lambda_subnet_ids) == 0) == (length(var.lambda_security_group_ids) == 0)
    error_message = "lambda_subnet_ids and lambda_security_group_ids must be given together."
  }
}

variable "setup_organization" {
  description = "The organization on GitHub whose App `receive` itself may register, at /setup?key=… with SETUP_KEY of the secret. Empty again as soon as it is done: meanwhile `receive` may write the secret."
  type        = string
  default     = ""

  validation {
    condition     = var.setup_organization == "" || can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}$", var.setup_organization))
    error_message = "setup_organization must be the name of an organization on GitHub."
  }
}

locals {
  runtime = "python3.13"

  sets_up = local.by_lambda && var.setup_organization != ""

  write_secret = !local.sets_up ? [] : [{
    Sid      = "WriteTheSecretOnce"
    Effect   = "Allow"
    Action   = ["secretsmanager:PutSecretValue"]
    Resource = [aws_secretsmanager_secret.app.arn]
  }]

  functions = {
    for name, each in {
      receive = {
        memory_mib = var.receive_memory_mib
        timeout_s  = 10 # GitHub waits no longer
        may        = concat(local.read_secret, local.write_secret, local.send, local.use_key)
        told = !local.sets_up ? {} : {
          SETUP_ORGANIZATION = var.setup_organization
          SETUP_URL          = aws_apigatewayv2_api.this[0].api_endpoint
        }
      }
      work = {
        memory_mib = var.work_memory_mib
        timeout_s  = var.work_timeout_seconds
        may        = concat(local.read_secret, local.take, local.render, local.use_key)
        told       = {}
      }
    } : name => each if local.by_lambda
  }

  in_vpc = length(var.lambda_subnet_ids) > 0

  # Lambda asks for these itself and takes no names for them. The function may not use them.
  attach_to_vpc = [
    {
      Sid    = "AttachToTheVpc"
      Effect = "Allow"
      Action = [
        "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
      ]
      Resource = "*"
    },
  ]
}

resource "aws_lambda_function" "bot" {
  for_each = local.functions

  function_name    = "${local.name}-${each.key}"
  description      = "Paved Road: ${each.key}"
  role             = aws_iam_role.function[each.key].arn
  runtime          = local.runtime
  architectures    = [var.architecture]
  handler          = "bot.aws_lambda.${each.key}.handler"
  filename         = var.lambda_zip
  source_code_hash = filebase64sha256(var.lambda_zip)
  memory_size      = each.value.memory_mib
  timeout          = each.value.timeout_s

  environment {
    variables = merge(local.bot_environment, each.value.told, { APP_SECRET = aws_secretsmanager_secret.app.arn })
  }

  logging_config {
    log_format = "Text" # a line of the bot is JSON already
    log_group  = aws_cloudwatch_log_group.this[each.key].name
  }

  dynamic "vpc_config" {
    for_each = local.in_vpc ? [1] : []

    content {
      subnet_ids         = var.lambda_subnet_ids
      security_group_ids = var.lambda_security_group_ids
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = "${local.name}-${each.key}"
  path                 = local.path
  assume_role_policy   = local.trust.lambda
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name = "may"
  role = aws_iam_role.function[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      each.value.may,
      [{
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this[each.key].arn}:*"]
      }],
      local.in_vpc ? local.attach_to_vpc : [],
      [for statement in local.attach_to_vpc : {
        Sid       = "ButNotTheFunctionItself"
        Effect    = "Deny"
        Action    = statement.Action
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = "arn:${local.partition}:lambda:${local.arn_between}:function:${local.name}-${each.key}" } }
      } if local.in_vpc],
    )
  })
}

resource "aws_lambda_event_source_mapping" "work" {
  count = local.by_lambda ? 1 : 0

  event_source_arn        = aws_sqs_queue.work.arn
  function_name           = aws_lambda_function.bot["work"].arn
  batch_size              = 1 # one that waited behind a failed one would count as tried
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.work_concurrency
  }
}

# What wakes somebody.

variable "alarm_email" {
  description = "An address that is told of alarms and of the budget; AWS asks it to confirm. Empty: subscribe others to the output alarm_topic_arn."
  type        = string
  default     = ""

  validation {
    condition     = var.alarm_email == "" || can(regex("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", var.alarm_email))
    error_message = "alarm_email must be an e-mail address."
  }
}

variable "oldest_message_minutes" {
  description = "An alarm when something has waited so long to be worked on."
  type        = number
  default     = 15

  validation {
    condition     = var.oldest_message_minutes >= 1 && var.oldest_message_minutes <= 1440
    error_message = "oldest_message_minutes must be from 1 to 1440."
  }
}

variable "key_age_days" {
  description = "An alarm when the secret, and so the App's private key, has not been written anew for so long. Only with compute = lambda."
  type        = number
  default     = 180

  validation {
    condition     = var.key_age_days >= 1 && var.key_age_days <= 3650
    error_message = "key_age_days must be from 1 to 3650."
  }
}

locals {
  # Without functions there is nothing to watch but the renderer.
  watched = merge(
    { for name, each in aws_lambda_function.bot : name => each.function_name },
    { render = aws_lambda_function.render.function_name },
  )

  of_queue = { QueueName = aws_sqs_queue.work.name }
  of_dead  = { QueueName = aws_sqs_queue.dead.name }
  of_api   = local.by_lambda ? { ApiId = aws_apigatewayv2_api.this[0].id, Stage = aws_apigatewayv2_stage.this[0].name } : {}

  of_balancer = local.by_fargate ? {
    LoadBalancer = aws_lb.this[0].arn_suffix
    TargetGroup  = aws_lb_target_group.this[0].arn_suffix
  } : {}

  alarms = merge(
    {
      dead-letters = {
        description = "Something was given up. `paved-road queue dead list` says what and why; `redrive` tries it again."
        namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
        above       = 0, period_s = 60, periods = 1, dimensions = local.of_dead
      }
      oldest-message = {
        description = "Something has waited for ${var.oldest_message_minutes} minutes. Look at the log of the worker: the store or GitHub may be away."
        namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum"
        above       = var.oldest_message_minutes * 60, period_s = 60, periods = 3, dimensions = local.of_queue
      }
    },
    { for name, function in local.watched : "${name}-errors" => {
      description = "`${name}` broke or ran out of time. What it was working on comes again."
      namespace   = "AWS/Lambda", metric = "Errors", statistic = "Sum"
      above       = 0, period_s = 300, periods = 1, dimensions = { FunctionName = function }
    } },
    { for name, function in local.watched : "${name}-throttles" => {
      description = "`${name}` was refused: the account's limit of concurrent executions is reached. Ask AWS for more, or lower work_concurrency."
      namespace   = "AWS/Lambda", metric = "Throttles", statistic = "Sum"
      above       = 0, period_s = 300, periods = 1, dimensions = { FunctionName = function }
    } },
    { for name in ["api-errors"] : name => {
      description = "GitHub was answered 5xx. It does not send again by itself; the bot asks it to when the store is back."
      namespace   = "AWS/ApiGateway", metric = "5xx", statistic = "Sum"
      above       = 0, period_s = 300, periods = 1, dimensions = local.of_api
    } if local.by_lambda },
    { for name in ["key-age"] : name => {
      description = "The App's private key is older than ${var.key_age_days} days. Make a new one on the App's page, put it into the secret, delete the old one."
      namespace   = local.own_metrics, metric = "SecretAgeDays", statistic = "Maximum"
      above       = var.key_age_days, period_s = 86400, periods = 1, dimensions = {}
    } if local.by_lambda },
    { for name in ["balancer-errors"] : name => {
      description = "GitHub was answered 5xx by the container. It does not send again by itself; the bot asks it to when the store is back."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
      above       = 0, period_s = 300, periods = 1, dimensions = local.of_balancer
    } if local.by_fargate },
    { for name in ["unreached"] : name => {
      description = "The load balancer had nobody to answer GitHub."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum"
      above       = 0, period_s = 300, periods = 1, dimensions = { for name, value in local.of_balancer : name => value if name == "LoadBalancer" }
    } if local.by_fargate },
    { for name in ["unhealthy"] : name => {
      description = "A container has not passed its health check for three minutes."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
      above       = 0, period_s = 60, periods = 3, dimensions = local.of_balancer
    } if local.by_fargate },
  )
}

# Not encrypted with AWS's own key, with which alarms could not be published; no secret is in them.
resource "aws_sns_topic" "alarms" {
  name = "${local.name}-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == "" ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgetsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = [aws_sns_topic.alarms.arn]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = each.value.period_s
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching" # nothing happened
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# AWS measures no secret's age. Reading one says when its value was written: `work` logs that, and
# this makes a figure of it. The count begins anew with every value that is changed in the secret,
# so it is never older than the key really is, and may be younger.
locals {
  own_metrics = "PavedRoad/${local.name}"
}

resource "aws_cloudwatch_log_metric_filter" "secret_age" {
  count = local.by_lambda ? 1 : 0

  name           = "${local.name}-secret-age"
  log_group_name = aws_cloudwatch_log_group.this["work"].name
  pattern        = "{ $.secret_age_days = * }"

  metric_transformation {
    namespace = local.own_metrics
    name      = "SecretAgeDays"
    value     = "$.secret_age_days"
  }
}

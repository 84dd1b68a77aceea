# What is done again and again. Once a minute `work` is asked for all that is due; the bot knows
# the intervals and leases each job, so that one that comes twice is done once. A container keeps
# its schedule itself.

resource "aws_cloudwatch_event_rule" "minute" {
  count = local.by_lambda ? 1 : 0

  name                = "${local.name}-minute"
  description         = "Paved Road: what is due"
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "minute" {
  count = local.by_lambda ? 1 : 0

  rule  = aws_cloudwatch_event_rule.minute[0].name
  arn   = aws_lambda_function.bot["work"].arn
  input = jsonencode({ scheduled = ["*"] })
}

resource "aws_lambda_permission" "minute" {
  count = local.by_lambda ? 1 : 0

  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.bot["work"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.minute[0].arn
}

# A minute that failed is not tried again: the next one comes by itself.
resource "aws_lambda_function_event_invoke_config" "work" {
  count = local.by_lambda ? 1 : 0

  function_name                = aws_lambda_function.bot["work"].function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

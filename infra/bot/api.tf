# The way in for GitHub and for whoever sets the App up, where the bot is functions. What is not
# listed here answers 404 without waking anybody; /metrics is not, because anybody could read it.

variable "requests_per_second" {
  description = "More than this many requests a second are answered 429; GitHub shows them as failed, and the bot asks for them again."
  type        = number
  default     = 100

  validation {
    condition     = var.requests_per_second >= 1 && var.requests_per_second <= 10000 && floor(var.requests_per_second) == var.requests_per_second
    error_message = "requests_per_second must be a whole number from 1 to 10000."
  }
}

variable "requests_at_once" {
  description = "How many requests above requests_per_second are taken in a burst."
  type        = number
  default     = 200

  validation {
    condition     = var.requests_at_once >= 1 && var.requests_at_once <= 5000 && floor(var.requests_at_once) == var.requests_at_once
    error_message = "requests_at_once must be a whole number from 1 to 5000."
  }
}

locals {
  routes = local.by_lambda ? toset([
    "POST /webhook",
    "GET /healthz",
    "GET /readyz",
    "GET /setup",
    "GET /setup/registered",
  ]) : toset([])
}

resource "aws_apigatewayv2_api" "this" {
  count = local.by_lambda ? 1 : 0

  name          = local.name
  description   = "Paved Road"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "receive" {
  count = local.by_lambda ? 1 : 0

  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.bot["receive"].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 10000
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id    = aws_apigatewayv2_api.this[0].id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.receive[0].id}"
}

resource "aws_apigatewayv2_stage" "this" {
  count = local.by_lambda ? 1 : 0

  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.requests_per_second
    throttling_burst_limit = var.requests_at_once
  }

  # No query and no header: a code of GitHub's is in the one, a signature in the other.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.this["access"].arn
    format = jsonencode({
      request_id  = "$context.requestId"
      route       = "$context.routeKey"
      status      = "$context.status"
      time        = "$context.requestTime"
      duration_ms = "$context.responseLatency"
      size_bytes  = "$context.responseLength"
      error       = "$context.integrationErrorMessage"
    })
  }
}

resource "aws_lambda_permission" "route" {
  for_each = local.routes

  statement_id  = "route-${lower(replace(each.key, "/[^A-Za-z]+/", "-"))}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.bot["receive"].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/${replace(each.key, " ", "")}"
}

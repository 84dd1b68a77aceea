# One page: what waits, what was given up, what GitHub was answered, what breaks.

locals {
  graphs = concat(
    [
      { title = "Waiting and being worked on", unit = "messages", lines = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", local.of_queue],
        ["AWS/SQS", "ApproximateNumberOfMessagesNotVisible", local.of_queue],
      ] },
      { title = "Age of the oldest message", unit = "seconds", lines = [["AWS/SQS", "ApproximateAgeOfOldestMessage", local.of_queue]] },
      { title = "Given up", unit = "messages", lines = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", local.of_dead]] },
    ],
    [for metric, told in {
      Duration  = { title = "How long functions take", unit = "milliseconds" }
      Errors    = { title = "Errors of functions", unit = "invocations" }
      Throttles = { title = "Functions refused", unit = "invocations" }
    } : merge(told, { lines = [for function in local.watched : ["AWS/Lambda", metric, { FunctionName = function }]] })],
    [for dimensions in [local.of_api] : { title = "Answers to GitHub", unit = "requests", lines = [
      ["AWS/ApiGateway", "Count", dimensions],
      ["AWS/ApiGateway", "4xx", dimensions],
      ["AWS/ApiGateway", "5xx", dimensions],
    ] } if local.by_lambda],
    [for dimensions in [local.of_balancer] : { title = "Answers to GitHub", unit = "requests", lines = [
      ["AWS/ApplicationELB", "RequestCount", dimensions],
      ["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", dimensions],
      ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", dimensions],
    ] } if local.by_fargate],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [for number, graph in local.graphs : {
      type   = "metric"
      x      = 12 * (number % 2)
      y      = 6 * floor(number / 2)
      width  = 12
      height = 6
      properties = {
        title  = graph.title
        region = var.region
        view   = "timeSeries"
        period = 60
        stat   = graph.unit == "seconds" || graph.unit == "milliseconds" || graph.unit == "messages" ? "Maximum" : "Sum"
        yAxis  = { left = { label = graph.unit, min = 0, showUnits = false } }
        metrics = [for line in graph.lines : concat(
          [line[0], line[1]],
          flatten([for name, value in line[2] : [name, value]]),
        )]
      }
    }]
  })
}

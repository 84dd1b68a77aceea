locals {
  url = local.by_lambda ? aws_apigatewayv2_api.this[0].api_endpoint : "https://${var.host_name}"
}

output "url" {
  description = "Where the bot answers."
  value       = local.url
}

output "webhook_url" {
  description = "Where GitHub sends to: `paved-road setup --url`."
  value       = "${local.url}/webhook"
}

output "secret_name" {
  description = "Where the App's credentials go: `paved-road setup --secret`."
  value       = aws_secretsmanager_secret.app.name
}

output "secret_arn" {
  description = "The same, for rights of one's own."
  value       = aws_secretsmanager_secret.app.arn
}

output "queue_url" {
  description = "QUEUE_URL, for `paved-road queue dead` and `doctor` at a desk."
  value       = aws_sqs_queue.work.url
}

output "alarm_topic_arn" {
  description = "The topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard_url" {
  description = "The page of figures."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "log_groups" {
  description = "Where the logs are, in CloudWatch."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.name }
}

output "functions" {
  description = "The functions by what they do."
  value       = local.watched
}

output "load_balancer" {
  description = "What host_name has to point at (a CNAME or an alias); empty with compute = lambda."
  value       = local.by_fargate ? aws_lb.this[0].dns_name : ""
}

# What wakes somebody: errors, containers that do not answer, processors at their limit.

variable "alarm_topic_arn" {
  description = "An SNS topic that is told of alarms and of the budget. Empty: they only show in the console."
  type        = string
  default     = ""
}

locals {
  alarm_topics = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.running

  alarm_name          = "${local.name}-${each.key}-errors"
  alarm_description   = "More than ten answers a minute were 5xx, for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching" # no answer is no error
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics

  dimensions = {
    LoadBalancer = local.load_balancer_suffix
    TargetGroup  = aws_lb_target_group.track[each.key].arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = local.running

  alarm_name          = "${local.name}-${each.key}-unhealthy"
  alarm_description   = "A container has not passed its health check for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics

  dimensions = {
    LoadBalancer = local.load_balancer_suffix
    TargetGroup  = aws_lb_target_group.track[each.key].arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  for_each = local.running

  alarm_name          = "${local.name}-${each.key}-cpu"
  alarm_description   = "Processors were above 85 % for ten minutes although autoscaling aims at 60 %: max_replicas is too low."
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 10
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = aws_ecs_service.track[each.key].name
  }
}

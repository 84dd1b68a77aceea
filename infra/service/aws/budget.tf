# A budget for this environment, where settings give one. AWS counts by the tag `service`, which
# the payer's account has to have activated as a cost allocation tag.

resource "aws_budgets_budget" "this" {
  count = local.settings.monthly_budget_usd > 0 ? 1 : 0

  name         = local.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_unit   = "USD"
  limit_amount = tostring(local.settings.monthly_budget_usd)

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:service$%s", local.tags.service)]
  }

  dynamic "notification" {
    for_each = length(local.alarm_topics) == 0 ? {} : { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = local.alarm_topics
    }
  }
}

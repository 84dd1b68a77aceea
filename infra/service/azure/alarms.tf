# What wakes somebody: errors, containers that start again and again, processors at their limit.

variable "action_group_id" {
  description = "An action group of Azure Monitor that is told of alarms and of the budget. Empty: they only show in the portal."
  type        = string
  default     = ""
}

locals {
  action_groups = var.action_group_id == "" ? [] : [var.action_group_id]

  alarms = {
    errors = {
      description = "More than ten answers a minute were 5xx."
      metric      = "Requests"
      aggregation = "Total"
      threshold   = 50 # in five minutes
      only        = { statusCodeCategory = "5xx" }
    }
    restarts = {
      description = "Containers start again and again."
      metric      = "RestartCount"
      aggregation = "Maximum"
      threshold   = 2
      only        = {}
    }
    cpu = {
      description = "Processors are above 85 %: max_replicas is too low."
      metric      = "UsageNanoCores"
      aggregation = "Average"
      threshold   = local.settings.cpu_millicores * 850000
      only        = {}
    }
  }
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = local.runs ? local.alarms : {}

  name                = "${local.name}-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  scopes              = [azurerm_container_app.this[0].id]
  description         = each.value.description
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.App/containerApps"
    metric_name      = each.value.metric
    aggregation      = each.value.aggregation
    operator         = "GreaterThan"
    threshold        = each.value.threshold

    dynamic "dimension" {
      for_each = each.value.only

      content {
        name     = dimension.key
        operator = "Include"
        values   = [dimension.value]
      }
    }
  }

  dynamic "action" {
    for_each = local.action_groups

    content {
      action_group_id = action.value
    }
  }
}

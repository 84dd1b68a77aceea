# A budget for this environment, where settings give one. Everything of it is in one resource group.

resource "azurerm_consumption_budget_resource_group" "this" {
  count = local.settings.monthly_budget_usd > 0 ? 1 : 0

  name              = local.name
  resource_group_id = azurerm_resource_group.this.id
  amount            = local.settings.monthly_budget_usd
  time_grain        = "Monthly"

  time_period {
    start_date = formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 80
    threshold_type = "Actual"
    contact_roles  = ["Owner"]
    contact_groups = local.action_groups
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_roles  = ["Owner"]
    contact_groups = local.action_groups
  }

  lifecycle {
    ignore_changes = [time_period] # it begins once, in the month it was made
  }
}

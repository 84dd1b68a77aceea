# A budget for this environment, where settings give one and the platform says which account pays.

variable "billing_account" {
  description = "The billing account that pays. Empty: no budget, whatever the settings say."
  type        = string
  default     = ""
}

data "google_project" "this" {}

resource "google_billing_budget" "this" {
  count = local.settings.monthly_budget_usd > 0 && var.billing_account != "" ? 1 : 0

  billing_account = var.billing_account
  display_name    = local.name

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
    labels   = { service = local.tags.service }
  }

  amount {
    specified_amount {
      currency_code = "USD"
      units         = tostring(local.settings.monthly_budget_usd)
    }
  }

  threshold_rules {
    threshold_percent = 0.8
  }

  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }
}

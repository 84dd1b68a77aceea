locals {
  # Service accounts take 30 characters. The digits keep two long names apart.
  digits     = substr(sha1("${var.repository}/${var.environment}"), 0, 6)
  name       = "${trimsuffix(substr(var.project, 0, 30), "-")}-${var.environment}-${local.digits}"
  short_name = "${trimsuffix(substr(var.project, 0, 18), "-")}-${local.digits}"

  # Labels are small letters, digits, underscores and hyphens, at most 63 of them.
  tags = { for key, value in local.tags_in_words : key => substr(replace(lower(value), "/[^a-z0-9_-]/", "_"), 0, 63) }

  tags_in_words = {
    application   = var.project
    business_unit = var.business_unit
    cost_center   = var.cost_center
    environment   = var.environment
    managed_by    = "paved-road"
    repository    = var.repository
    service       = "${var.project}-${var.environment}"
    team          = var.team
  }
}

locals {
  # A container app takes 32 characters. The digits keep two long names apart.
  digits     = substr(sha1("${var.repository}/${var.environment}"), 0, 6)
  name       = "${trimsuffix(substr(var.project, 0, 30), "-")}-${var.environment}-${local.digits}"
  short_name = "${trimsuffix(substr(var.project, 0, 18), "-")}-${local.digits}"

  # The registry of infra/registry, which all environments share.
  registry_digits = substr(sha1(var.repository), 0, 6)
  registry_group  = "${trimsuffix(substr(var.project, 0, 30), "-")}-registry-${local.registry_digits}"
  registry_name   = "${substr(replace(var.project, "-", ""), 0, 30)}${local.registry_digits}"

  # This provider has no tags by default: every resource that can have tags names these.
  tags = {
    application   = var.project
    business_unit = var.business_unit
    cost_center   = var.cost_center
    environment   = var.environment
    managed_by    = "paved-road"
    repository    = var.repository
    service       = "${var.project}/${var.environment}"
    team          = var.team
  }
}

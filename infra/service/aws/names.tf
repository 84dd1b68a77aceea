data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # Load balancers take 32 characters, roles 64. The digits keep two long names apart, and the new
  # apart from the old when all has to be made again: they are there at the same time.
  digits     = substr(sha1("${var.repository}/${var.environment}/${var.vpc_id}/${var.container_port}"), 0, 6)
  name       = "${substr(var.project, 0, 30)}-${var.environment}-${local.digits}"
  short_name = "${substr(var.project, 0, 18)}-${local.digits}"

  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  arn_between = "${local.settings.region}:${local.account}" # region and account, as ARNs have them

  # AWS refuses some characters in the value of a tag; a business unit may have any.
  tags = {
    application   = var.project
    business_unit = replace(var.business_unit, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    cost_center   = replace(var.cost_center, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    environment   = var.environment
    managed_by    = "paved-road"
    repository    = var.repository
    service       = "${var.project}/${var.environment}" # one tag to filter a budget by
    team          = var.team
  }
}

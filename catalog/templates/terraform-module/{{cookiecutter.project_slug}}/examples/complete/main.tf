# A bucket for documents, and one for the log of who read them.

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "this" {}

locals {
  account = data.aws_caller_identity.this.account_id
  prefix  = "${substr(var.tags.application, 0, 36)}-${local.account}" # unique in the world
  logs    = "${local.prefix}-logs"
}

module "logs" {
  source = "../.."

  name       = local.logs
  access_log = null
  tags       = var.tags

  policy_statements = [{
    Sid       = "TakeAccessLogs"
    Effect    = "Allow"
    Principal = { Service = "logging.s3.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "arn:aws:s3:::${local.logs}/*"
    Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
  }]
}

module "documents" {
  source = "../.."

  name       = "${local.prefix}-documents"
  access_log = { bucket = module.logs.name }
  tags       = var.tags
}

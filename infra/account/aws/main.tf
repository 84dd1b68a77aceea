# What an AWS account needs before the first project deploys to it. The platform team applies this
# once for each account, and again when a project comes: a bucket for state, GitHub's identities,
# and for each project and environment a role that nobody else can take.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  tags = {
    application   = "paved-road"
    business_unit = var.business_unit
    cost_center   = var.cost_center
    environment   = "all"
    managed_by    = "paved-road"
    team          = var.team
  }
}

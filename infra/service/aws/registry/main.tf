# Where the project's images are: one repository for all environments, because an image is built
# once. It is applied by itself, before the first image is pushed, with the variables of the project:
#
#   terraform -chdir=infra/registry apply -var-file=../project.auto.tfvars.json

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # bucket, key (<repository>/registry/terraform.tfstate) and region come with -backend-config.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

locals {
  settings = jsondecode(file("${path.module}/../../deploy/settings.json"))

  tags = {
    application   = var.project
    business_unit = replace(var.business_unit, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    cost_center   = replace(var.cost_center, "/[^\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]/", "_")
    environment   = "all"
    managed_by    = "paved-road"
    repository    = var.repository
    service       = var.project
    team          = var.team
  }
}

provider "aws" {
  region = local.settings.region

  default_tags {
    tags = local.tags
  }
}

resource "aws_ecr_repository" "this" {
  name                 = lower(var.repository)
  image_tag_mutability = "IMMUTABLE" # a tag that was tried in staging is the same in production

  image_scanning_configuration {
    scan_on_push = true
  }
}

# What a build left without a tag goes. Tagged images stay: a rollback may need any of them.
resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Untagged images go after two weeks"
      action       = { type = "expire" }
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
    }]
  })
}

output "repository_url" {
  description = "Where images are pushed to; an image is this, a colon and a tag."
  value       = aws_ecr_repository.this.repository_url
}

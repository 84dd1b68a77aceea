# Where the project's images are: one registry for all environments, because an image is built
# once. It is applied by itself, before the first image is pushed, with the variables of the project:
#
#   terraform -chdir=infra/registry apply -var-file=../project.auto.tfvars.json

terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55, < 5.0"
    }
  }

  # resource_group_name, storage_account_name, container_name and key
  # (<repository>/registry/terraform.tfstate) come with -backend-config.
  backend "azurerm" {
    use_oidc         = true
    use_azuread_auth = true
  }
}

locals {
  settings = jsondecode(file("${path.module}/../../deploy/settings.json"))

  # infra/names.tf has the same names: the service pulls from here.
  digits = substr(sha1(var.repository), 0, 6)
  group  = "${trimsuffix(substr(var.project, 0, 30), "-")}-registry-${local.digits}"
  name   = "${substr(replace(var.project, "-", ""), 0, 30)}${local.digits}"

  tags = {
    application   = var.project
    business_unit = var.business_unit
    cost_center   = var.cost_center
    environment   = "all"
    managed_by    = "paved-road"
    repository    = var.repository
    service       = var.project
    team          = var.team
  }
}

provider "azurerm" {
  use_oidc = true

  features {}
}

resource "azurerm_resource_group" "this" {
  name     = local.group
  location = local.settings.region
  tags     = local.tags
}

resource "azurerm_container_registry" "this" {
  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Basic"
  admin_enabled       = false # people and workflows log in as themselves
  tags                = local.tags
}

output "repository_url" {
  description = "Where images are pushed to; an image is this, a colon and a tag."
  value       = "${azurerm_container_registry.this.login_server}/${var.project}"
}

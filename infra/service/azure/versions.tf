terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55, < 5.0"
    }
  }

  # resource_group_name, storage_account_name, container_name and key are given to `terraform init`
  # with -backend-config; the blob is leased while it is written.
  backend "azurerm" {
    use_oidc         = true
    use_azuread_auth = true
  }
}

# The subscription is the one of the environment variable ARM_SUBSCRIPTION_ID.
provider "azurerm" {
  use_oidc = true

  features {}
}

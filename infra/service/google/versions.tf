terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }

  # bucket and prefix are given to `terraform init` with -backend-config; the bucket locks by itself.
  backend "gcs" {}
}

# The Google project is the one of the environment variable GOOGLE_PROJECT.
provider "google" {
  region         = local.settings.region
  default_labels = local.tags
}

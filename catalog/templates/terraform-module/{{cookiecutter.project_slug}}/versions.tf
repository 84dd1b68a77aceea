terraform {
  required_version = ">= {{ cookiecutter.terraform_version }}"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

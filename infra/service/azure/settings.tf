# How large it is and how careful: deploy/settings.json, where an environment may say otherwise.

locals {
  written  = jsondecode(file("${path.module}/../deploy/settings.json"))
  settings = module.settings.checked
}

module "settings" {
  source = "./settings"

  given = merge(local.written, try(local.written.environments[var.environment], {}))
}

# What cannot be meant is refused before anything is planned, with what is allowed.

mock_provider "aws" {}

variables {
  region        = "eu-central-1"
  team          = "platform"
  business_unit = "Technology"
  cost_center   = "CC-900"
  lambda_zip    = "tests/any.zip"
  render_zip    = "tests/any.zip"
}

run "wrong_words_and_half_a_network" {
  command = plan

  variables {
    region         = "Frankfurt"
    name           = "Paved Road"
    environment    = "live"
    compute        = "ec2"
    architecture   = "amd64"
    log_level      = "loud"
    github_api_url = "http://github.example.com"
    kms_key_arn    = "alias/mine"
    alarm_email    = "platform"

    setup_organization = "acme/catalog"

    lambda_subnet_ids        = ["subnet-1"]
    vpc_id                   = "vpc-1"
    service_subnet_ids       = ["subnet-1"]
    load_balancer_subnet_ids = []
  }

  expect_failures = [
    var.region, var.name, var.environment, var.compute, var.architecture, var.log_level,
    var.github_api_url, var.kms_key_arn, var.alarm_email, var.setup_organization,
    var.lambda_security_group_ids, var.service_subnet_ids, var.load_balancer_subnet_ids,
  ]
}

run "wrong_numbers_and_packages_that_are_not_there" {
  command = plan

  variables {
    work_timeout_seconds   = 901
    work_concurrency       = 1
    work_memory_mib        = 100
    receive_memory_mib     = 100
    render_memory_mib      = 512
    log_retention_days     = 2
    requests_per_second    = 0
    requests_at_once       = 0
    secret_recovery_days   = 3
    key_age_days           = 0
    oldest_message_minutes = 0
    monthly_budget_usd     = 1.5
    replicas               = -1
    cpu_millicores         = 300
    memory_mib             = 100

    lambda_zip = "not/there.zip"
    render_zip = "not/there.zip"
  }

  expect_failures = [
    var.work_timeout_seconds, var.work_concurrency, var.work_memory_mib, var.receive_memory_mib,
    var.render_memory_mib, var.log_retention_days, var.requests_per_second, var.requests_at_once,
    var.secret_recovery_days, var.key_age_days, var.oldest_message_minutes, var.monthly_budget_usd,
    var.replicas, var.cpu_millicores, var.memory_mib,
    var.lambda_zip, var.render_zip,
  ]
}

run "a_container_without_what_it_needs" {
  command = plan

  variables {
    compute = "fargate"
  }

  expect_failures = [var.image, var.host_name, var.certificate_arn]
}

run "an_image_that_could_be_any" {
  command = plan

  variables {
    compute         = "fargate"
    image           = "ghcr.io/acme/paved-road"
    host_name       = "paved-road.example.com"
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/abc"
  }

  expect_failures = [var.image]
}

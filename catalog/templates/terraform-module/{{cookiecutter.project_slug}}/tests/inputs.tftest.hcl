# What the module refuses, before anything is planned.

mock_provider "aws" {}

variables {
  name       = "example-documents"
  access_log = null
  tags = {
    application   = "example"
    business_unit = "Payments"
    cost_center   = "CC-100"
    team          = "payments"
  }
}

run "a_name_in_capitals_no_payer_a_key_by_its_id_a_statement_that_is_text_and_half_a_day" {
  command = plan

  variables {
    name              = "Documents"
    tags              = { application = "example", business_unit = "Payments", team = "payments" }
    kms_key_arn       = "1234abcd-12ab-34cd-56ef-1234567890ab"
    policy_statements = ["s3:GetObject"]
    noncurrent_days   = 0.5
  }

  expect_failures = [var.name, var.tags, var.kms_key_arn, var.policy_statements, var.noncurrent_days]
}

run "a_name_with_a_dot_an_owner_left_blank_and_no_day_at_all" {
  command = plan

  variables {
    name            = "example.documents"
    tags            = { application = "example", business_unit = "Payments", cost_center = "CC-100", team = " " }
    noncurrent_days = 0
  }

  expect_failures = [var.name, var.tags, var.noncurrent_days]
}

run "a_tag_that_aws_would_refuse" {
  command = plan

  variables {
    tags = { application = "example", business_unit = "Research & Development", cost_center = "CC-100", team = "payments" }
  }

  expect_failures = [var.tags]
}

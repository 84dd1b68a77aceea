# Who may take which role, without an account.

mock_provider "aws" {
  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::state" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mock" }
  }

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/mock" }
  }
}

variables {
  region          = "eu-central-1"
  state_bucket    = "state"
  organization    = "acme"
  organization_id = "12345"
  repositories    = { orders = "67890", ledger = "" }
  environments    = ["dev", "production"]
  team            = "platform"
  business_unit   = "Technology"
  cost_center     = "CC-900"
}

run "a_role_for_each_repository_and_environment" {
  assert {
    condition     = keys(output.role_arns) == ["ledger/dev", "ledger/production", "orders/dev", "orders/production"]
    error_message = "Two repositories in two environments."
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy["orders/production"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:acme@12345/orders@67890:environment:production"
    error_message = "GitHub says the numbers since July 2026."
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy["ledger/dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:acme/ledger:environment:dev"
    error_message = "An older repository has no numbers."
  }

  assert {
    condition = alltrue([for role in aws_iam_role.deploy :
      keys(jsondecode(role.assume_role_policy).Statement[0].Condition) == ["StringEquals"] &&
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    ])
    error_message = "Nothing like a pattern lets anybody in."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.state["orders/dev"].policy).Statement[1].Resource == ["arn:aws:s3:::state/acme/orders/dev/*", "arn:aws:s3:::state/acme/orders/registry/*"]
    error_message = "No state but its own."
  }
}

run "a_pattern_for_repositories_is_refused" {
  command = plan

  variables {
    repositories = { "*" = "1" }
  }

  expect_failures = [var.repositories]
}

run "a_name_for_a_number_is_refused" {
  command = plan

  variables {
    organization_id = "acme"
  }

  expect_failures = [var.organization_id]
}

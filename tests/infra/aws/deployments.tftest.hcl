# What a deployment changes, without an account: the provider is a stand-in, the Terraform is not.

mock_provider "aws" {
  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }

  override_data {
    target = data.aws_subnets.default
    values = { ids = ["subnet-1", "subnet-2"] }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/paved-road/mock" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/mock/1", dns_name = "mock.example.com" }
  }

  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/mock/1/1" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/mock/1" }
  }

  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/mock:1" }
  }
}

variables {
  environment = "production"
  image       = "registry.example.com/orders:2"
}

run "the_first_canary_takes_all_there_is" {
  variables {
    deployment_type = "canary"
  }

  assert {
    condition     = keys(aws_ecs_service.track) == ["canary"]
    error_message = "There is nothing yet that a stable track could run."
  }

  assert {
    condition     = toset([for group in aws_lb_listener_rule.everyone.action[0].forward[0].target_group : group.weight]) == toset([0, 100])
    error_message = "Nobody else could answer."
  }

  assert {
    condition     = output.stable_image == "" && length(aws_ssm_parameter.release) == 0
    error_message = "A canary is no release."
  }

  assert {
    condition     = aws_appautoscaling_target.track["canary"].min_capacity == 4 && aws_appautoscaling_target.track["canary"].max_capacity == 10
    error_message = "It takes all traffic, so it is as large as a stable track."
  }
}

run "a_first_release_that_is_rolled_back_leaves_nothing_running" {
  variables {
    deployment_type = "production"
    image           = ""
  }

  assert {
    condition     = length(aws_ecs_service.track) == 0 && output.stable_image == ""
    error_message = "Nothing is to run."
  }
}

run "the_first_promotion" {
  variables {
    deployment_type = "production"
    image           = "registry.example.com/orders:1"
  }

  assert {
    condition     = keys(aws_ecs_service.track) == ["stable"] && output.stable_image == "registry.example.com/orders:1"
    error_message = "The image is stable, and there is no canary."
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.release[0].insecure_value).image == "registry.example.com/orders:1"
    error_message = "It is remembered."
  }
}

run "a_canary_gets_its_percent" {
  variables {
    deployment_type = "canary"
    stable_image    = "registry.example.com/orders:1"
  }

  assert {
    condition     = toset([for group in aws_lb_listener_rule.everyone.action[0].forward[0].target_group : group.weight]) == toset([75, 25])
    error_message = "canary_percent is 25."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.track["stable"].container_definitions)[0].image == "registry.example.com/orders:1" && jsondecode(aws_ecs_task_definition.track["canary"].container_definitions)[0].image == "registry.example.com/orders:2"
    error_message = "Stable stays, the canary is new."
  }

  assert {
    condition     = aws_appautoscaling_target.track["canary"].min_capacity == 1 && aws_appautoscaling_target.track["canary"].max_capacity == 3
    error_message = "A quarter of 4 and of 10 replicas."
  }

  assert {
    condition     = output.stable_image == "registry.example.com/orders:1" && output.image == "registry.example.com/orders:2" && output.deployment_type == "canary"
    error_message = "A rollback has to find what was good."
  }

  assert {
    condition     = [for condition in aws_lb_listener_rule.track["canary"].condition : condition.http_header[0].http_header_name] == ["x-paved-road-canary"] && aws_lb_listener_rule.track["canary"].priority < aws_lb_listener_rule.everyone.priority
    error_message = "The header leads to the canary before anything else."
  }
}

run "a_canary_of_a_new_size_leaves_the_old_size_stable" {
  variables {
    deployment_type = "canary"
  }

  override_data {
    target = data.aws_ssm_parameters_by_path.release
    values = { values = ["{\"image\":\"registry.example.com/orders:1\",\"cpu_millicores\":2000,\"memory_mib\":8192,\"health_path\":\"/old\"}"] }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.track["stable"].container_definitions)[0].image == "registry.example.com/orders:1" && output.stable_image == "registry.example.com/orders:1"
    error_message = "Without stable_image the remembered release is stable: nobody takes production away by forgetting it."
  }

  assert {
    condition     = aws_ecs_task_definition.track["stable"].memory == "8192" && aws_ecs_task_definition.track["canary"].memory == "1024"
    error_message = "New settings are tried by the canary alone."
  }

  assert {
    condition     = aws_lb_target_group.track["stable"].health_check[0].path == "/old" && aws_lb_target_group.track["canary"].health_check[0].path == "/health/ready"
    error_message = "So is a new health path."
  }
}

run "the_promotion" {
  variables {
    deployment_type = "production"
    stable_image    = "registry.example.com/orders:1"
  }

  assert {
    condition     = keys(aws_ecs_service.track) == ["stable"] && jsondecode(aws_ecs_task_definition.track["stable"].container_definitions)[0].image == "registry.example.com/orders:2"
    error_message = "All see the new image, and the canary is gone."
  }

  assert {
    condition     = toset([for group in aws_lb_listener_rule.everyone.action[0].forward[0].target_group : group.weight]) == toset([100, 0])
    error_message = "All requests go to the stable track."
  }

  assert {
    condition     = output.stable_image == "registry.example.com/orders:2"
    error_message = "The next canary stands beside this."
  }
}

run "a_rollback_puts_the_old_image_back" {
  variables {
    deployment_type = "production"
    image           = "registry.example.com/orders:1"
  }

  assert {
    condition     = keys(aws_ecs_service.track) == ["stable"] && output.stable_image == "registry.example.com/orders:1"
    error_message = "As before."
  }
}

run "an_environment_says_otherwise" {
  variables {
    environment     = "dev"
    deployment_type = "canary"
    stable_image    = "registry.example.com/orders:1"
  }

  assert {
    condition     = toset([for group in aws_lb_listener_rule.everyone.action[0].forward[0].target_group : group.weight]) == toset([50, 50])
    error_message = "canary_percent of dev is 50."
  }

  assert {
    condition     = aws_ecs_task_definition.track["canary"].memory == "2048" && aws_ecs_task_definition.track["canary"].cpu == "512"
    error_message = "memory_mib of dev is 2048; cpu_millicores is that of all."
  }

  assert {
    condition     = length(aws_budgets_budget.this) == 1 && aws_budgets_budget.this[0].limit_amount == "20"
    error_message = "dev has a budget."
  }
}

run "a_shared_load_balancer" {
  variables {
    deployment_type   = "production"
    load_balancer_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shared/1"
    host_name         = "orders.example.com"
  }

  override_data {
    target = data.aws_lb.shared
    values = { security_groups = ["sg-shared"], arn_suffix = "app/shared/1" }
  }

  override_data {
    target = data.aws_lb_listener.shared
    values = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shared/1/1", protocol = "HTTPS" }
  }

  assert {
    condition     = length(aws_lb.own) == 0 && output.url == "https://orders.example.com"
    error_message = "Nothing of its own, and the platform's name."
  }

  assert {
    condition     = length(aws_lb_listener_rule.track["canary"].condition) == 2
    error_message = "The header alone would take the canaries of all services on it."
  }
}

run "a_canary_of_nothing_is_refused" {
  command = plan

  variables {
    deployment_type = "canary"
    image           = ""
  }

  expect_failures = [var.image]
}

run "an_environment_that_is_none_is_refused" {
  command = plan

  variables {
    environment     = "prod"
    deployment_type = "canary"
  }

  expect_failures = [var.environment]
}

run "memory_that_does_not_go_with_the_processor_is_refused" {
  command = plan

  variables {
    environment     = "staging"
    deployment_type = "canary"
  }

  expect_failures = [aws_ecs_task_definition.track]
}

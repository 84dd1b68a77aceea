# The bot on AWS without an account: what both ways are made of, and who may do what.

mock_provider "aws" {
  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }

  mock_data "aws_vpc" {
    defaults = { id = "vpc-1" }
  }

  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-1", "subnet-2"] }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:alarms" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/mock" }
  }

  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      api_endpoint  = "https://abc.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abc"
    }
  }

  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:eu-central-1:123456789012:function:bot"
      invoke_arn = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:bot/invocations"
    }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/mock/1", dns_name = "mock.elb.amazonaws.com" }
  }

  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/mock/1/2" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/mock/1" }
  }

  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/mock:1" }
  }

  override_resource {
    target = aws_sqs_queue.work
    values = { arn = "arn:aws:sqs:eu-central-1:123456789012:work.fifo", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/work.fifo" }
  }

  override_resource {
    target = aws_sqs_queue.dead
    values = { arn = "arn:aws:sqs:eu-central-1:123456789012:dead.fifo", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead.fifo" }
  }

  override_resource {
    target = aws_lambda_function.render
    values = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:render" }
  }
}

variables {
  region        = "eu-central-1"
  team          = "platform"
  business_unit = "Technology & Operations"
  cost_center   = "CC-900"
  lambda_zip    = "tests/any.zip"
  render_zip    = "tests/any.zip"
}

# --- functions ----------------------------------------------------------------------

run "functions" {
  assert {
    condition = [for name in ["receive", "work"] : {
      for statement in jsondecode(aws_iam_role_policy.function[name].policy).Statement : statement.Sid => statement
      }] == [
      {
        ReadTheSecret    = { Sid = "ReadTheSecret", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [aws_secretsmanager_secret.app.arn] }
        Send             = { Sid = "Send", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], Resource = [aws_sqs_queue.work.arn] }
        CountDeadLetters = { Sid = "CountDeadLetters", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], Resource = [aws_sqs_queue.dead.arn] }
        WriteItsLog      = { Sid = "WriteItsLog", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["${aws_cloudwatch_log_group.this["receive"].arn}:*"] }
      },
      {
        ReadTheSecret = { Sid = "ReadTheSecret", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [aws_secretsmanager_secret.app.arn] }
        TakeAndSend   = { Sid = "TakeAndSend", Effect = "Allow", Action = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage"], Resource = [aws_sqs_queue.work.arn] }
        GiveUp        = { Sid = "GiveUp", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], Resource = [aws_sqs_queue.dead.arn] }
        Render        = { Sid = "Render", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [aws_lambda_function.render.arn] }
        WriteItsLog   = { Sid = "WriteItsLog", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["${aws_cloudwatch_log_group.this["work"].arn}:*"] }
      },
    ]
    error_message = "Each function may do what it is for, and nothing more."
  }

  assert {
    condition     = length(aws_lambda_function.render.environment) + length(aws_lambda_function.render.vpc_config) == 0
    error_message = "The renderer holds nothing."
  }

  assert {
    condition     = aws_lambda_function.render.role == aws_iam_role.render.arn && jsondecode(aws_iam_role.render.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "The renderer has a role of its own."
  }

  assert {
    condition     = toset(keys(aws_lambda_function.bot["work"].environment[0].variables)) == toset(["APP_SECRET", "LOG_FORMAT", "LOG_LEVEL", "QUEUE_URL", "RENDER_FUNCTION"])
    error_message = "Names of secrets, no secrets."
  }

  assert {
    condition     = aws_sqs_queue.work.visibility_timeout_seconds == 6 * aws_lambda_function.bot["work"].timeout && jsondecode(aws_sqs_queue.work.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 20 }
    error_message = "As AWS advises; above the bot's own 10 attempts."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.work, aws_sqs_queue.dead] : queue.fifo_queue && !queue.content_based_deduplication && queue.sqs_managed_sse_enabled])
    error_message = "In order, told apart by us, encrypted."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.work[0].function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.work[0].scaling_config[0].maximum_concurrency == 5
    error_message = "Only what failed comes again."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.minute[0].input) == { scheduled = ["*"] } && aws_cloudwatch_event_rule.minute[0].schedule_expression == "rate(1 minute)"
    error_message = "All that is due, once a minute."
  }

  assert {
    condition     = keys(aws_apigatewayv2_route.this) == ["GET /healthz", "GET /readyz", "GET /setup", "GET /setup/registered", "POST /webhook"]
    error_message = "No /metrics, and no route for all the rest."
  }

  assert {
    condition = toset([for each in aws_lambda_permission.route : each.source_arn]) == toset([for route in ["GET/healthz", "GET/readyz", "GET/setup", "GET/setup/registered", "POST/webhook"] :
      "arn:aws:execute-api:eu-central-1:123456789012:abc/*/${route}"
    ])
    error_message = "The API may call the function by its routes."
  }

  assert {
    condition     = alltrue([for name in ["header", "path", "query", "ip", "authorizer"] : !strcontains(lower(aws_apigatewayv2_stage.this[0].access_log_settings[0].format), name)])
    error_message = "A code is in the query, a signature in a header."
  }

  assert {
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "api-errors", "dead-letters", "key-age", "oldest-message", "receive-errors", "receive-throttles",
      "render-errors", "render-throttles", "work-errors", "work-throttles",
    ]
    error_message = "What wakes somebody."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["key-age"].namespace == aws_cloudwatch_log_metric_filter.secret_age[0].metric_transformation[0].namespace && aws_cloudwatch_metric_alarm.this["key-age"].metric_name == aws_cloudwatch_log_metric_filter.secret_age[0].metric_transformation[0].name
    error_message = "The alarm listens to what the log is read for."
  }

  assert {
    condition     = local.tags.business_unit == "Technology _ Operations" && keys(local.tags) == ["application", "business_unit", "cost_center", "environment", "managed_by", "service", "team"]
    error_message = "As services are tagged; AWS takes no & in a tag."
  }

  assert {
    condition     = length(aws_ecs_service.this) + length(aws_lb.this) + length(aws_iam_role.container) + length(aws_budgets_budget.this) + length(aws_sns_topic_subscription.email) == 0
    error_message = "No container, and nothing that was not asked for."
  }

  assert {
    condition     = output.webhook_url == "https://abc.execute-api.eu-central-1.amazonaws.com/webhook"
    error_message = "What the App is registered with."
  }
}

run "functions_in_a_vpc_with_a_key_of_ones_own" {
  variables {
    lambda_subnet_ids         = ["subnet-3"]
    lambda_security_group_ids = ["sg-3"]
    kms_key_arn               = "arn:aws:kms:eu-central-1:123456789012:key/abc"
    alarm_email               = "platform@example.com"
    monthly_budget_usd        = 50
    permissions_boundary      = "arn:aws:iam::123456789012:policy/boundary"
    github_api_url            = "https://github.example.com/api/v3"
    setup_organization        = "acme"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["receive"].policy).Statement : statement if statement.Sid == "WriteTheSecretOnce"] == [
      { Sid = "WriteTheSecretOnce", Effect = "Allow", Action = ["secretsmanager:PutSecretValue"], Resource = [aws_secretsmanager_secret.app.arn] },
    ] && aws_lambda_function.bot["receive"].environment[0].variables.SETUP_URL == "https://abc.execute-api.eu-central-1.amazonaws.com"
    error_message = "The App is registered at the bot's own address, where that is wanted."
  }

  assert {
    condition     = !contains(keys(aws_lambda_function.bot["work"].environment[0].variables), "SETUP_URL") && !strcontains(aws_iam_role_policy.function["work"].policy, "PutSecretValue")
    error_message = "One function does it."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["work"].policy).Statement : statement.Sid if contains(flatten([statement.Resource]), "*")] == [
      "AttachToTheVpc", "ButNotTheFunctionItself",
    ]
    error_message = "Lambda takes no names for these; the function itself may not use them."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["work"].policy).Statement : statement if contains(["UseTheKey", "ButNotTheFunctionItself"], statement.Sid)] == [
      { Sid = "UseTheKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = ["arn:aws:kms:eu-central-1:123456789012:key/abc"] },
      {
        Sid    = "ButNotTheFunctionItself"
        Effect = "Deny"
        Action = [
          "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = "arn:aws:lambda:eu-central-1:123456789012:function:paved-road-production-work" } }
      },
    ]
    error_message = "One key, and what Lambda does for the function."
  }

  assert {
    condition     = aws_sqs_queue.work.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.dead.kms_master_key_id == var.kms_key_arn && aws_secretsmanager_secret.app.kms_key_id == var.kms_key_arn
    error_message = "What is kept is encrypted with it."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.function), [aws_iam_role.render]) : role.permissions_boundary == var.permissions_boundary])
    error_message = "Where the platform bounds roles, it bounds them all."
  }

  assert {
    condition     = length(aws_lambda_function.render.vpc_config) == 0 && aws_lambda_function.bot["work"].vpc_config[0].subnet_ids == toset(["subnet-3"])
    error_message = "The renderer reaches nothing of ours."
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "platform@example.com" && aws_budgets_budget.this[0].limit_amount == "50" && aws_lambda_function.bot["work"].environment[0].variables.GITHUB_API_URL == "https://github.example.com/api/v3"
    error_message = "What was asked for is there."
  }
}

# --- a container --------------------------------------------------------------------

run "a_container" {
  variables {
    compute         = "fargate"
    image           = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/paved-road:1.0.0"
    host_name       = "paved-road.example.com"
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/abc"
    lambda_zip      = "not/there.zip"
  }

  assert {
    condition = [for name in ["execution", "task"] : {
      for statement in jsondecode(aws_iam_role_policy.container[name].policy).Statement : statement.Sid => statement
      }] == [
      {
        LogInToTheRegistry = { Sid = "LogInToTheRegistry", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] }
        PullTheImage       = { Sid = "PullTheImage", Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = ["arn:aws:ecr:eu-central-1:123456789012:repository/acme/paved-road"] }
        ReadTheSecret      = { Sid = "ReadTheSecret", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [aws_secretsmanager_secret.app.arn] }
        WriteItsLog        = { Sid = "WriteItsLog", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["${aws_cloudwatch_log_group.this["serve"].arn}:*"] }
      },
      {
        TakeAndSend = { Sid = "TakeAndSend", Effect = "Allow", Action = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage"], Resource = [aws_sqs_queue.work.arn] }
        GiveUp      = { Sid = "GiveUp", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], Resource = [aws_sqs_queue.dead.arn] }
        Render      = { Sid = "Render", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [aws_lambda_function.render.arn] }
      },
    ]
    error_message = "One role starts the container, the bot in it has the other."
  }

  assert {
    condition     = jsondecode(aws_iam_role.container["task"].assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" }, ArnLike = { "aws:SourceArn" = "arn:aws:ecs:eu-central-1:123456789012:*" } }
    error_message = "ECS takes the roles for this account only."
  }

  assert {
    condition = [for each in jsondecode(aws_ecs_task_definition.this[0].container_definitions)[0].secrets : each] == [
      for name in ["APP_ID", "CATALOG_REPOSITORY", "ORGANIZATIONS", "PRIVATE_KEY", "STORE_URL", "WEBHOOK_SECRET"] :
      { name = name, valueFrom = "${aws_secretsmanager_secret.app.arn}:${name}::" }
    ]
    error_message = "ECS takes the secrets from their place; none is in the definition."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this[0].container_definitions)[0].readonlyRootFilesystem && [for each in jsondecode(aws_ecs_task_definition.this[0].container_definitions)[0].mountPoints : each.containerPath] == ["/data", "/tmp"]
    error_message = "Two folders can be written to."
  }

  assert {
    condition     = aws_lb_target_group.this[0].health_check[0].path == "/healthz" && one([for each in aws_lb_listener_rule.this[0].condition : each.path_pattern[0].values]) == toset(["/webhook", "/healthz", "/readyz", "/setup", "/setup/registered"])
    error_message = "No /metrics from outside."
  }

  assert {
    condition     = length(aws_lambda_function.bot) + length(aws_apigatewayv2_api.this) + length(aws_cloudwatch_event_rule.minute) + length(aws_lambda_event_source_mapping.work) == 0 && aws_lambda_function.render.function_name == "paved-road-production-render"
    error_message = "A container keeps its schedule itself; templates are still rendered by the function."
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["balancer-errors", "dead-letters", "oldest-message", "render-errors", "render-throttles", "unhealthy", "unreached"]
    error_message = "What wakes somebody."
  }

  assert {
    condition     = output.webhook_url == "https://paved-road.example.com/webhook" && output.load_balancer == "mock.elb.amazonaws.com"
    error_message = "What the App is registered with."
  }
}

run "an_image_from_elsewhere_asks_no_rights_of_a_registry" {
  command = plan

  variables {
    compute         = "fargate"
    image           = "ghcr.io/acme/paved-road@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    host_name       = "paved-road.example.com"
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/abc"
  }

  assert {
    condition     = length(local.pull_image) == 0
    error_message = "It is pulled without AWS's rights."
  }
}

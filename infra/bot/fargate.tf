# The bot as one container, `paved-road serve`: web side, worker and schedule.

variable "image" {
  description = "The bot's image, built from the Dockerfile of this repository; by digest (…@sha256:…) it stays what it is. Needed with compute = fargate."
  type        = string
  default     = ""

  validation {
    condition     = var.image == "" ? var.compute != "fargate" : can(regex("^[^\\s:@]+(:[0-9]+)?[^\\s:@]*(:[^\\s:@]+|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image must have a tag or a digest, and must be given with compute = fargate."
  }
}

variable "cpu_millicores" {
  description = "Size of the container: 250, 500, 1000, 2000 or 4000."
  type        = number
  default     = 500

  validation {
    condition     = contains([250, 500, 1000, 2000, 4000], var.cpu_millicores)
    error_message = "cpu_millicores must be 250, 500, 1000, 2000 or 4000."
  }
}

variable "memory_mib" {
  description = "Memory of the container; which go with which CPU, AWS says in \"Fargate task sizes\"."
  type        = number
  default     = 1024

  validation {
    condition     = contains([512, 1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192, 16384], var.memory_mib)
    error_message = "memory_mib must be 512, 1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192 or 16384."
  }
}

variable "replicas" {
  description = "How many containers run. 0 until the secret has a value: a container cannot start without."
  type        = number
  default     = 1

  validation {
    condition     = var.replicas >= 0 && var.replicas <= 20 && floor(var.replicas) == var.replicas
    error_message = "replicas must be a whole number from 0 to 20."
  }
}

locals {
  port = 3000

  # What ECS takes out of the secret when a container starts. A value that changed is seen by the
  # next container: `aws ecs update-service --force-new-deployment`.
  injected = ["APP_ID", "CATALOG_REPOSITORY", "ORGANIZATIONS", "PRIVATE_KEY", "STORE_URL", "WEBHOOK_SECRET"]

  # account, region and name where the image is in a registry of AWS's
  ecr = try(regex("^([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com[.a-z]*/([^:@]+)", var.image), [])

  pull_image = length(local.ecr) == 0 ? [] : [
    {
      Sid      = "LogInToTheRegistry"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"] # it can be granted for no repository alone
    },
    {
      Sid      = "PullTheImage"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = ["arn:${local.partition}:ecr:${local.ecr[1]}:${local.ecr[0]}:repository/${local.ecr[2]}"]
    },
  ]

  # ECS starts the container as one role; the bot in it is the other.
  container_roles = {
    for name, may in {
      execution = concat(local.pull_image, local.read_secret, local.use_key, [{
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
      }])
      task = concat(local.take, local.render, local.use_key)
    } : name => may if local.by_fargate
  }
}

resource "aws_iam_role" "container" {
  for_each = local.container_roles

  name                 = "${local.name}-${each.key}"
  path                 = local.path
  assume_role_policy   = local.trust.ecs-tasks
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "container" {
  for_each = local.container_roles

  name   = "may"
  role   = aws_iam_role.container[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_ecs_cluster" "this" {
  count = local.by_fargate ? 1 : 0

  name = local.name
}

resource "aws_ecs_task_definition" "this" {
  count = local.by_fargate ? 1 : 0

  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = { 250 = 256, 500 = 512, 1000 = 1024, 2000 = 2048, 4000 = 4096 }[var.cpu_millicores]
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.container["execution"].arn
  task_role_arn            = aws_iam_role.container["task"].arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture == "arm64" ? "ARM64" : "X86_64"
  }

  # The root folder is read-only; the image says whose these two are.
  volume {
    name = "data"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([{
    name                   = "bot"
    image                  = var.image
    command                = ["serve"]
    essential              = true
    readonlyRootFilesystem = true
    stopTimeout            = 30 # STOP_SECONDS, and time to give back what is left
    portMappings           = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]

    mountPoints = [
      { sourceVolume = "data", containerPath = "/data", readOnly = false },
      { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
    ]

    environment = [
      for name, value in merge(local.bot_environment, { HOST = "0.0.0.0", PORT = tostring(local.port) }) :
      { name = name, value = value }
    ]

    secrets = [
      for name in local.injected :
      { name = name, valueFrom = "${aws_secretsmanager_secret.app.arn}:${name}::" }
    ]

    linuxParameters = {
      capabilities       = { drop = ["ALL"] }
      initProcessEnabled = true
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this["serve"].name
        awslogs-region        = var.region
        awslogs-stream-prefix = "bot"
        mode                  = "non-blocking" # a slow log never stops an answer
        max-buffer-size       = "4m"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  count = local.by_fargate ? 1 : 0

  name                              = "bot"
  cluster                           = aws_ecs_cluster.this[0].id
  task_definition                   = aws_ecs_task_definition.this[0].arn
  desired_count                     = var.replicas
  launch_type                       = "FARGATE"
  propagate_tags                    = "SERVICE" # tasks are what costs
  enable_ecs_managed_tags           = true
  health_check_grace_period_seconds = 60

  # The new one answers before the old one goes; each takes from the queue what the other has not.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this[0].arn
    container_name   = "bot"
    container_port   = local.port
  }

  network_configuration {
    subnets          = local.service_subnets
    security_groups  = [aws_security_group.service[0].id]
    assign_public_ip = local.in_default_vpc # its subnets have no other way out
  }

  # A service may only be made when its target group is behind a listener.
  depends_on = [aws_lb_listener_rule.this, aws_iam_role_policy.container]
}

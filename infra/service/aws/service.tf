# The containers: one service for each track that runs.

variable "container_port" {
  description = "The port that the image listens on; it is told by the environment variable PORT."
  type        = number
  default     = 8080
}

variable "cpu_architecture" {
  description = "X86_64 or ARM64: what the image is built for."
  type        = string
  default     = "X86_64"
}

variable "wait_for_steady_state" {
  description = "Whether an apply ends only when the new containers answer. Off only where nothing runs, as in tests."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
}

locals {
  # Fargate's sizes: units of CPU, and from and to how much memory each goes with, in steps of 1 GiB.
  fargate = {
    250  = { cpu = 256, memory = [512, 1024, 2048] }
    500  = { cpu = 512, memory = range(1024, 4096 + 1, 1024) }
    1000 = { cpu = 1024, memory = range(2048, 8192 + 1, 1024) }
    2000 = { cpu = 2048, memory = range(4096, 16384 + 1, 1024) }
    4000 = { cpu = 4096, memory = range(8192, 16384 + 1, 1024) }
  }
}

resource "aws_ecs_cluster" "this" {
  name = local.name
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/paved-road/${var.project}/${var.environment}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_task_definition" "track" {
  for_each = local.running

  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.fargate[each.value.cpu_millicores].cpu
  memory                   = each.value.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  container_definitions = jsonencode([{
    name         = "service"
    image        = each.value.image
    essential    = true
    portMappings = [{ containerPort = var.container_port, hostPort = var.container_port, protocol = "tcp" }]
    stopTimeout  = 30

    environment = [
      { name = "DEPLOYMENT_TRACK", value = each.key },
      { name = "ENVIRONMENT", value = var.environment },
      { name = "PORT", value = tostring(var.container_port) },
    ]

    linuxParameters = {
      capabilities       = { drop = ["ALL"] }
      initProcessEnabled = true
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = local.settings.region
        awslogs-stream-prefix = each.key
        mode                  = "non-blocking" # a slow log never stops an answer
        max-buffer-size       = "4m"
      }
    }
  }])

  lifecycle {
    precondition {
      condition     = contains(local.fargate[each.value.cpu_millicores].memory, each.value.memory_mib)
      error_message = "memory_mib of ${each.value.memory_mib} does not go with cpu_millicores of ${each.value.cpu_millicores} on AWS Fargate: it may be ${join(", ", local.fargate[each.value.cpu_millicores].memory)}."
    }
  }
}

resource "aws_ecs_service" "track" {
  for_each = local.running

  name                              = each.key
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.track[each.key].arn
  desired_count                     = each.value.min_replicas
  launch_type                       = "FARGATE"
  propagate_tags                    = "SERVICE" # tasks are what costs
  enable_ecs_managed_tags           = true
  health_check_grace_period_seconds = 120
  wait_for_steady_state             = var.wait_for_steady_state

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  # It stops trying, and the apply fails. It does not go back by itself: an apply would then look
  # fine although nothing was deployed. The workflow rolls back, and says so.
  deployment_circuit_breaker {
    enable   = true
    rollback = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.track[each.key].arn
    container_name   = "service"
    container_port   = var.container_port
  }

  network_configuration {
    subnets          = local.service_subnets
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = local.in_default_vpc # its subnets have no other way to the registry
  }

  timeouts {
    create = "10m"
    update = "10m"
  }

  lifecycle {
    ignore_changes        = [desired_count] # autoscaling says how many
    create_before_destroy = true            # a canary goes when no request is led to it any more
  }

  # A service may only be made when its target group is behind a listener.
  depends_on = [aws_lb_listener_rule.track]
}

resource "aws_appautoscaling_target" "track" {
  for_each = local.running

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.track[each.key].name}"
  min_capacity       = each.value.min_replicas
  max_capacity       = each.value.max_replicas
}

resource "aws_appautoscaling_policy" "track" {
  for_each = local.running

  name               = "${local.name}-${each.key}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.track[each.key].service_namespace
  scalable_dimension = aws_appautoscaling_target.track[each.key].scalable_dimension
  resource_id        = aws_appautoscaling_target.track[each.key].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

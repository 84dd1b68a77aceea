# The way in: a load balancer of its own, or one that the platform shares between services.

variable "load_balancer_arn" {
  description = "A load balancer that the platform shares. Empty: one of its own."
  type        = string
  default     = ""
}

variable "listener_port" {
  description = "The port of the shared load balancer's listener that takes our rules."
  type        = number
  default     = 443
}

variable "host_name" {
  description = "The name that people reach the service by, without https://. Needed with load_balancer_arn; the platform points it at the load balancer."
  type        = string
  default     = ""

  validation {
    condition     = var.host_name == "" || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.host_name))
    error_message = "host_name must be a name such as orders.example.com."
  }

  validation {
    condition     = var.load_balancer_arn == "" || var.host_name != ""
    error_message = "host_name must be given with load_balancer_arn: it tells services on one load balancer apart."
  }
}

variable "certificate_arn" {
  description = "A certificate for host_name, for a load balancer of its own. Empty: plain HTTP."
  type        = string
  default     = ""
}

locals {
  is_shared = var.load_balancer_arn != ""
  has_tls   = !local.is_shared && var.certificate_arn != ""

  listener_arn = local.is_shared ? data.aws_lb_listener.shared[0].arn : aws_lb_listener.own[0].arn
  protocol     = local.is_shared ? data.aws_lb_listener.shared[0].protocol : local.has_tls ? "HTTPS" : "HTTP"
  host         = var.host_name != "" ? var.host_name : aws_lb.own[0].dns_name

  load_balancer_suffix = local.is_shared ? data.aws_lb.shared[0].arn_suffix : aws_lb.own[0].arn_suffix

  # By names that are known before anything is made.
  load_balancer_security_groups = local.is_shared ? {
    for id in data.aws_lb.shared[0].security_groups : id => id
  } : { own = aws_security_group.load_balancer[0].id }
}

data "aws_lb" "shared" {
  count = local.is_shared ? 1 : 0

  arn = var.load_balancer_arn
}

data "aws_lb_listener" "shared" {
  count = local.is_shared ? 1 : 0

  load_balancer_arn = var.load_balancer_arn
  port              = var.listener_port
}

resource "aws_security_group" "load_balancer" {
  count = local.is_shared ? 0 : 1

  name        = "${local.name}-load-balancer"
  description = "The load balancer: reached from everywhere, reaches the containers alone."
  vpc_id      = local.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local.is_shared ? {} : local.has_tls ? { http = 80, https = 443 } : { http = 80 }

  security_group_id = aws_security_group.load_balancer[0].id
  description       = "Requests of everybody."
  ip_protocol       = "tcp"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  count = local.is_shared ? 0 : 1

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "Requests and health checks to the containers."
  referenced_security_group_id = aws_security_group.service.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_lb" "own" {
  count = local.is_shared ? 0 : 1

  name                       = local.short_name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer[0].id]
  subnets                    = local.load_balancer_subnets
  drop_invalid_header_fields = true

  lifecycle {
    precondition {
      condition     = length(local.load_balancer_subnets) >= 2
      error_message = "A load balancer needs subnets in two zones: give load_balancer_subnet_ids with vpc_id."
    }
  }
}

# What no rule takes is not for this service.
resource "aws_lb_listener" "own" {
  count = local.is_shared ? 0 : 1

  load_balancer_arn = aws_lb.own[0].arn
  port              = local.has_tls ? 443 : 80
  protocol          = local.has_tls ? "HTTPS" : "HTTP"
  certificate_arn   = local.has_tls ? var.certificate_arn : null
  ssl_policy        = local.has_tls ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : null

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is no such service here."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener" "to_tls" {
  count = local.has_tls ? 1 : 0

  load_balancer_arn = aws_lb.own[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_target_group" "track" {
  for_each = local.tracks

  name                 = "${local.short_name}-${each.key}"
  vpc_id               = local.vpc_id
  target_type          = "ip"
  port                 = var.container_port
  protocol             = "HTTP"
  deregistration_delay = 30

  health_check {
    path                = each.value.health_path
    matcher             = "200-299"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = max(2, local.settings.health_failures) # two is the least that AWS takes
  }
}

# With this header one track alone answers, so that a canary can be probed however few see it. When
# there is none, nobody answers (503): a probe is never told that a canary is well by another.
resource "aws_lb_listener_rule" "track" {
  for_each = local.tracks

  listener_arn = local.listener_arn
  priority     = local.is_shared ? null : each.key == "canary" ? 10 : 11

  condition {
    http_header {
      http_header_name = local.track_header
      values           = [each.key == "canary" ? "1" : "0"]
    }
  }

  dynamic "condition" {
    for_each = local.is_shared ? [var.host_name] : []

    content {
      host_header {
        values = [condition.value]
      }
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.track[each.key].arn
  }
}

# Requests move when the containers that they move to answer; only then do others go.
resource "aws_lb_listener_rule" "everyone" {
  listener_arn = local.listener_arn
  priority     = local.is_shared ? null : 20

  condition {
    host_header {
      values = [local.is_shared ? var.host_name : "*"]
    }
  }

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = local.tracks

        content {
          arn    = aws_lb_target_group.track[target_group.key].arn
          weight = target_group.value.weight
        }
      }
    }
  }

  # A shared listener asks its rules in the order they came.
  depends_on = [aws_lb_listener_rule.track, aws_ecs_service.track]
}

locals {
  track_header = "x-paved-road-canary"
}

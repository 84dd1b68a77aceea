# The way in where the bot is a container. What is not listed answers 404 at the load balancer, so
# that /metrics is not to be had from outside.

variable "host_name" {
  description = "The name that GitHub reaches the bot by, without https://. Needed with compute = fargate; point it at the output load_balancer."
  type        = string
  default     = ""

  validation {
    condition     = var.host_name == "" ? var.compute != "fargate" : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.host_name))
    error_message = "host_name must be a name such as paved-road.example.com, and must be given with compute = fargate."
  }
}

variable "certificate_arn" {
  description = "A certificate for host_name. Needed with compute = fargate: GitHub's deliveries are not taken without TLS."
  type        = string
  default     = ""

  validation {
    condition     = var.certificate_arn == "" ? var.compute != "fargate" : startswith(var.certificate_arn, "arn:")
    error_message = "certificate_arn must be the ARN of a certificate, and must be given with compute = fargate."
  }
}

resource "aws_security_group" "load_balancer" {
  count = local.by_fargate ? 1 : 0

  name        = "${local.name}-load-balancer"
  description = "The load balancer: reached from everywhere, reaches the container alone."
  vpc_id      = local.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  count = local.by_fargate ? 1 : 0

  security_group_id = aws_security_group.load_balancer[0].id
  description       = "Deliveries of GitHub, and whoever sets the App up."
  ip_protocol       = "tcp"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  count = local.by_fargate ? 1 : 0

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "Requests and health checks to the container."
  referenced_security_group_id = aws_security_group.service[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_lb" "this" {
  count = local.by_fargate ? 1 : 0

  name                       = substr(local.name, 0, 32)
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer[0].id]
  subnets                    = local.load_balancer_subnets
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "this" {
  count = local.by_fargate ? 1 : 0

  name                 = substr(local.name, 0, 32)
  vpc_id               = local.vpc_id
  target_type          = "ip"
  port                 = local.port
  protocol             = "HTTP"
  deregistration_delay = 30

  # Not /readyz: with the store away a new container helps nobody, and GitHub is answered 503.
  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "this" {
  count = local.by_fargate ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is nothing here."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  count = local.by_fargate ? 1 : 0

  listener_arn = aws_lb_listener.this[0].arn
  priority     = 10

  condition {
    path_pattern {
      values = ["/webhook", "/healthz", "/readyz", "/setup", "/setup/registered"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }
}

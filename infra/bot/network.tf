# Where a container runs: the VPC that the platform gives, or the account's default one.

variable "vpc_id" {
  description = "The VPC for container and load balancer. Empty: the account's default VPC, whose subnets are public. Only with compute = fargate."
  type        = string
  default     = ""
}

variable "service_subnet_ids" {
  description = "Subnets for the container, with a way out to GitHub, AWS and MongoDB. Only with vpc_id."
  type        = list(string)
  default     = []

  validation {
    condition     = var.vpc_id == "" ? length(var.service_subnet_ids) == 0 : length(var.service_subnet_ids) >= 2
    error_message = "With vpc_id at least two service_subnet_ids must be given, and none without it."
  }
}

variable "load_balancer_subnet_ids" {
  description = "Public subnets for the load balancer. Only with vpc_id."
  type        = list(string)
  default     = []

  validation {
    condition     = var.vpc_id == "" ? length(var.load_balancer_subnet_ids) == 0 : length(var.load_balancer_subnet_ids) >= 2
    error_message = "With vpc_id at least two load_balancer_subnet_ids must be given, and none without it."
  }
}

locals {
  in_default_vpc = local.by_fargate && var.vpc_id == ""
  vpc_id         = local.in_default_vpc ? data.aws_vpc.default[0].id : var.vpc_id

  service_subnets       = local.in_default_vpc ? data.aws_subnets.default[0].ids : var.service_subnet_ids
  load_balancer_subnets = local.in_default_vpc ? data.aws_subnets.default[0].ids : var.load_balancer_subnet_ids
}

data "aws_vpc" "default" {
  count = local.in_default_vpc ? 1 : 0

  default = true
}

data "aws_subnets" "default" {
  count = local.in_default_vpc ? 1 : 0

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default[0].id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

resource "aws_security_group" "service" {
  count = local.by_fargate ? 1 : 0

  name        = "${local.name}-service"
  description = "The container: reached from the load balancer alone."
  vpc_id      = local.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "service" {
  count = local.by_fargate ? 1 : 0

  security_group_id            = aws_security_group.service[0].id
  description                  = "Requests and health checks of the load balancer."
  referenced_security_group_id = aws_security_group.load_balancer[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "service" {
  count = local.by_fargate ? 1 : 0

  security_group_id = aws_security_group.service[0].id
  description       = "What the bot asks of others: GitHub, AWS, MongoDB."
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

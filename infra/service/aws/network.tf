# Where it runs: the VPC that the platform gives, or the account's default one.

variable "vpc_id" {
  description = "The VPC to run in. Empty: the account's default VPC, whose subnets are public."
  type        = string
  default     = ""
}

variable "service_subnet_ids" {
  description = "Subnets for the containers, with a way out to the registry. Only with vpc_id."
  type        = list(string)
  default     = []

  validation {
    condition     = var.vpc_id == "" ? length(var.service_subnet_ids) == 0 : length(var.service_subnet_ids) >= 2
    error_message = "With vpc_id at least two service_subnet_ids must be given, and none without it."
  }
}

variable "load_balancer_subnet_ids" {
  description = "Subnets for a load balancer of its own. Only with vpc_id and without load_balancer_arn."
  type        = list(string)
  default     = []
}

locals {
  in_default_vpc = var.vpc_id == ""
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
  name        = "${local.name}-service"
  description = "The containers: reached from the load balancer alone."
  vpc_id      = local.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "service" {
  for_each = local.load_balancer_security_groups

  security_group_id            = aws_security_group.service.id
  description                  = "Requests and health checks of the load balancer."
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_vpc_security_group_egress_rule" "service" {
  security_group_id = aws_security_group.service.id
  description       = "What the service asks of others: registry, logs, databases."
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

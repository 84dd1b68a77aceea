# Templates are strangers' text, and namespaces to lock them in are not to be had on AWS. They are
# rendered by a function that holds nothing: no variable, no secret, no network of ours, and a role
# without a single right. What it answers is not trusted.
#
# Not even its log can be written: the credentials of the role are in the function's environment,
# so whoever breaks out of Jinja's sandbox could write there what we would read as our own, and as
# much of it as they like. `work` logs what the function answers; its metrics need no right.

variable "render_zip" {
  description = "The package of the render function, as `make lambda` builds it."
  type        = string
  default     = "../../dist/paved-road-render.zip"

  validation {
    condition     = fileexists(var.render_zip)
    error_message = "The file of render_zip is not there: `make lambda` builds it."
  }
}

variable "render_memory_mib" {
  description = "Memory of the render function: a render may take 1024."
  type        = number
  default     = 2048

  validation {
    condition     = var.render_memory_mib >= 2048 && var.render_memory_mib <= 10240 && floor(var.render_memory_mib) == var.render_memory_mib
    error_message = "render_memory_mib must be a whole number from 2048 to 10240."
  }
}

resource "aws_lambda_function" "render" {
  function_name    = "${local.name}-render"
  description      = "Paved Road: renders a template; may do nothing"
  role             = aws_iam_role.render.arn
  runtime          = local.runtime
  architectures    = [var.architecture]
  handler          = "bot.aws_lambda.render.handler"
  filename         = var.render_zip
  source_code_hash = filebase64sha256(var.render_zip)
  memory_size      = var.render_memory_mib
  timeout          = 60
}

resource "aws_iam_role" "render" {
  name                 = "${local.name}-render"
  path                 = local.path
  description          = "May do nothing; see render.tf"
  assume_role_policy   = local.trust.lambda
  permissions_boundary = var.permissions_boundary
}

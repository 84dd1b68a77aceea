output "role_arns" {
  description = "For each repository/environment the role that its jobs take: the variable AWS_ROLE_ARN of that environment on GitHub."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "state_bucket" {
  description = "The bucket for state: the variable of all deployments."
  value       = aws_s3_bucket.state.bucket
}

output "permissions_boundary" {
  description = "What bounds the roles of services; deployments have to name it (TF_VAR_permissions_boundary)."
  value       = aws_iam_policy.boundary.arn
}

# The name and the ARN are given once the policy is in force: whoever uses them uses a closed bucket.

output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket
  depends_on  = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
  depends_on  = [aws_s3_bucket_policy.this]
}

output "regional_domain_name" {
  description = "Host name of the bucket in its region, for CloudFront and the like."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

# What the module makes. Nothing is created: the provider is a mock, and needs no account.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = {
      arn = "arn:aws:s3:::example-documents"
    }
  }
}

variables {
  name       = "example-documents"
  access_log = { bucket = "example-logs" }
  tags = {
    application   = "example"
    business_unit = "Payments"
    cost_center   = "CC-100"
    team          = "payments"
  }
}

run "a_bucket_as_it_is_without_further_wishes" {
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "A door to the public is open."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Access control lists count."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Objects are not encrypted."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "What is overwritten is lost."
  }

  assert {
    condition = { for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => [
      statement.Effect, statement.Principal, statement.Action, statement.Resource, statement.Condition
      ] } == {
      DenyWithoutTls = ["Deny", "*", "s3:*", local.everything, { Bool = { "aws:SecureTransport" = "false" } }]
      DenyOldTls     = ["Deny", "*", "s3:*", local.everything, { NumericLessThan = { "s3:TlsVersion" = "1.2" } }]
    }
    error_message = "Requests without TLS 1.2 are answered."
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "example-logs" && aws_s3_bucket_logging.this[0].target_prefix == "example-documents/"
    error_message = "Access is not logged where it was asked for."
  }

  assert {
    condition     = aws_s3_bucket.this.tags == var.tags
    error_message = "Nobody is known to pay."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "Objects can be destroyed by a slip."
  }
}

run "a_bucket_with_a_key_and_readers_and_without_a_log" {
  variables {
    access_log  = null
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    policy_statements = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::example-documents/*"
    }]
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0
    error_message = "The log goes somewhere."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "The key is not used."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "Each object costs a request to KMS."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[*].Sid == ["DenyWithoutTls", "DenyOldTls", "Read"]
    error_message = "A statement was lost, or replaced another."
  }
}

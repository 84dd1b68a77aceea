# The example is made as it stands, with the tags of its own file.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }
}

run "the_example_works" {
  module {
    source = "./examples/complete"
  }

  variables {
    tags = jsondecode(file("examples/complete/tags.auto.tfvars.json")).tags
  }

  assert {
    condition     = endswith(output.documents, "-123456789012-documents")
    error_message = "The bucket is not named after the account."
  }
}

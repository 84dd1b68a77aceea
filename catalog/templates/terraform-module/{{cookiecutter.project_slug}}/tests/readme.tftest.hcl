# README.md has a row for each input and output, and for no other.

mock_provider "aws" {}

run "the_readme_knows_every_input_and_output" {
  command = plan

  variables {
    name       = "example"
    access_log = null
    tags       = { application = "a", business_unit = "b", cost_center = "c", team = "d" }
  }

  assert {
    condition = sort(flatten([
      regexall("(?m)^variable \"(\\w+)\"", file("${path.module}/variables.tf")),
      regexall("(?m)^output \"(\\w+)\"", file("${path.module}/outputs.tf")),
    ])) == sort(flatten(regexall("(?m)^\\| `(\\w+)` \\|", file("${path.module}/README.md"))))
    error_message = "The tables of README.md do not fit variables.tf and outputs.tf."
  }
}

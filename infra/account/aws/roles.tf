# Who may deploy: a job of one repository that runs in one environment, and nothing else. GitHub
# says so in the subject of the job's identity, with numbers that cannot be taken over.

locals {
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = var.has_identity_provider ? "arn:${local.partition}:iam::${local.account}:oidc-provider/${local.issuer}" : aws_iam_openid_connect_provider.github[0].arn

  pairs = {
    for pair in setproduct(keys(var.repositories), var.environments) :
    "${pair[0]}/${pair[1]}" => { repository = pair[0], environment = pair[1], id = var.repositories[pair[0]] }
  }

  # repo:ORG@ID/NAME@ID:environment:NAME
  subjects = {
    for name, pair in local.pairs :
    name => pair.id == "" ? "repo:${var.organization}/${pair.repository}:environment:${pair.environment}" : "repo:${var.organization}@${var.organization_id}/${pair.repository}@${pair.id}:environment:${pair.environment}"
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.has_identity_provider ? 0 : 1

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  for_each = local.pairs

  # A role takes 64 characters; the digits keep two long names apart.
  name                 = "deploy-${substr(each.value.repository, 0, 32)}-${each.value.environment}-${substr(sha1("${var.organization}/${each.key}"), 0, 6)}"
  path                 = "/paved-road-deploy/"
  description          = "Deploys ${var.organization}/${each.value.repository} to ${each.value.environment}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = local.subjects[each.key]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "state" {
  for_each = local.pairs

  name   = "state"
  role   = aws_iam_role.deploy[each.key].id
  policy = local.state_policies[each.key]
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = local.pairs

  role       = aws_iam_role.deploy[each.key].name
  policy_arn = aws_iam_policy.deploy.arn
}

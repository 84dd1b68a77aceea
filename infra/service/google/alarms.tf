# What wakes somebody: errors, and an address that does not answer. Logs are kept 30 days in the
# project's bucket _Default.

variable "notification_channels" {
  description = "Channels of Cloud Monitoring that are told of alarms. Empty: they only show in the console."
  type        = list(string)
  default     = []
}

resource "google_monitoring_uptime_check_config" "health" {
  count = local.runs ? 1 : 0

  display_name = "${local.name} health"
  timeout      = "10s"
  period       = "60s"
  user_labels  = local.tags

  http_check {
    path         = local.settings.health_path
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      host = replace(google_cloud_run_v2_service.this[0].uri, "https://", "")
    }
  }
}

resource "google_monitoring_alert_policy" "errors" {
  count = local.runs ? 1 : 0

  display_name          = "${local.name} errors"
  combiner              = "OR"
  notification_channels = var.notification_channels
  user_labels           = local.tags

  conditions {
    display_name = "More than ten answers a minute were 5xx, for three minutes"

    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${local.name}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 10
      duration        = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "unhealthy" {
  count = local.runs ? 1 : 0

  display_name          = "${local.name} unhealthy"
  combiner              = "OR"
  notification_channels = var.notification_channels
  user_labels           = local.tags

  conditions {
    display_name = "Its health path has not answered from most places for three minutes"

    condition_threshold {
      filter          = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.health[0].uptime_check_id}\""
      comparison      = "COMPARISON_LT"
      threshold_value = 0.5
      duration        = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_FRACTION_TRUE"
        cross_series_reducer = "REDUCE_MEAN"
      }
    }
  }
}

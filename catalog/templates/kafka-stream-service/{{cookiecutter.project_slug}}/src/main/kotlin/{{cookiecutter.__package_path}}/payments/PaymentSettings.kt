package {{ cookiecutter.__kotlin_package }}.payments

import org.springframework.boot.context.properties.ConfigurationProperties
import java.time.Duration

/** What `application.yml` says below `payments`. */
@ConfigurationProperties("payments")
data class PaymentSettings(
    val topics: Topics,
    val window: Duration,
    val grace: Duration,
    val remembered: Duration,
) {
    init {
        require(remembered >= window + grace) {
            "payments.remembered must be as long as payments.window and payments.grace together"
        }
    }

    /** The names of the topics. */
    data class Topics(
        val payments: String,
        val totals: String,
        val deadLetters: String,
    )
}

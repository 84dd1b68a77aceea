package {{ cookiecutter.__kotlin_package }}.payments

import java.time.Instant

/** An event: money came to an account. Whoever sends it twice uses the same [id]. */
data class Payment(
    val id: String,
    val account: String,
    val cents: Long,
) {
    init {
        require(id.isNotBlank() && id.length <= MOST_CHARACTERS) { "id must have 1 to $MOST_CHARACTERS characters" }
        require(account.isNotBlank() && account.length <= MOST_CHARACTERS) {
            "account must have 1 to $MOST_CHARACTERS characters"
        }
        require(cents in 1..MOST_CENTS) { "cents must be 1 to $MOST_CENTS" }
    }

    private companion object {
        const val MOST_CHARACTERS = 100
        const val MOST_CENTS = 100_000_000_000
    }
}

/** What came to one account in one window of time. */
data class Sum(
    val payments: Long = 0,
    val cents: Long = 0,
) {
    /** With one more payment. */
    operator fun plus(payment: Payment) = Sum(payments + 1, Math.addExact(cents, payment.cents))
}

/** A [Sum] as others read it; the next one of the same account and window replaces it. */
data class AccountTotal(
    val account: String,
    val from: Instant,
    val until: Instant,
    val payments: Long,
    val cents: Long,
)

package {{ cookiecutter.__kotlin_package }}

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import java.time.Duration

class BackoffTest {
    private val backoff = Backoff(first = Duration.ofMillis(200), longest = Duration.ofSeconds(1))

    @ParameterizedTest(name = "after {0} failures: {1} ms")
    @CsvSource("1, 200", "2, 400", "3, 800", "4, 1000", "2147483647, 1000")
    fun `waits twice as long after each failure, up to the longest`(
        failures: Int,
        milliseconds: Long,
    ) {
        assertEquals(Duration.ofMillis(milliseconds), backoff.waitAfter(failures))
    }

    @Test
    fun `the longest wait may be any length`() {
        val longest = Duration.ofSeconds(Long.MAX_VALUE)

        assertEquals(longest, Backoff(Duration.ofDays(1), longest).waitAfter(Int.MAX_VALUE))
    }

    @Test
    fun `there is no wait before the first failure`() {
        assertThrows<IllegalArgumentException> { backoff.waitAfter(0) }
    }

    @Test
    fun `waits are positive and in order`() {
        assertThrows<IllegalArgumentException> { Backoff(Duration.ZERO, Duration.ofSeconds(1)) }
        assertThrows<IllegalArgumentException> { Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)) }
    }
}

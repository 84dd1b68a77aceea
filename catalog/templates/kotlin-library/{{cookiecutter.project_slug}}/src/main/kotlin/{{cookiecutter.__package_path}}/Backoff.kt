package {{ cookiecutter.__kotlin_package }}

import java.time.Duration

/**
 * How long to wait before trying again: [first] after one failure, twice as long after
 * each further one, and never longer than [longest].
 *
 * @throws IllegalArgumentException if [first] is not positive or [longest] is shorter than it
 */
public class Backoff(
    private val first: Duration,
    private val longest: Duration,
) {
    init {
        require(first > Duration.ZERO) { "The first wait must be positive, not $first." }
        require(longest >= first) { "The longest wait, $longest, is shorter than the first, $first." }
    }

    /**
     * The wait after [failures] failed attempts in a row.
     *
     * @throws IllegalArgumentException if [failures] is less than one
     */
    public fun waitAfter(failures: Int): Duration {
        require(failures >= 1) { "There is nothing to wait for after $failures failures." }
        var wait = first
        for (failure in 2..failures) {
            if (longest - wait <= wait) return longest
            wait += wait
        }
        return wait
    }
}

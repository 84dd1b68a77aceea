package {{ cookiecutter.__kotlin_package }}

import io.micrometer.core.instrument.Metrics
import org.apache.kafka.clients.consumer.ConsumerRecord
import org.apache.kafka.streams.errors.DeserializationExceptionHandler.Response
import org.apache.kafka.streams.errors.ErrorHandlerContext
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler
import org.slf4j.LoggerFactory

/**
 * A record that cannot be read is counted, told in one line and sent to the dead-letter topic as
 * it came, with headers that say where it was and what is wrong with it.
 *
 * Kafka Streams sends it, with exactly once in the transaction of the results. It also creates
 * this class: that is why the counter is of the registry that everybody can reach.
 */
class DeadLetters : LogAndContinueExceptionHandler() {
    private val log = LoggerFactory.getLogger(javaClass)

    override fun handleError(
        context: ErrorHandlerContext,
        record: ConsumerRecord<ByteArray, ByteArray>,
        exception: Exception,
    ): Response {
        Metrics.counter("dead.letters", "topic", record.topic()).increment()
        // Not what is wrong: that could quote the record, which is not for everybody who reads logs.
        log.warn("A dead letter: {}, partition {}, offset {}", record.topic(), record.partition(), record.offset())
        return super.handleError(context, record, exception)
    }
}

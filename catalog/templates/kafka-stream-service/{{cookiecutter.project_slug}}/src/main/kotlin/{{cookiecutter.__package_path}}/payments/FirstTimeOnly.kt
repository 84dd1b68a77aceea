package {{ cookiecutter.__kotlin_package }}.payments

import org.apache.kafka.common.serialization.Serdes
import org.apache.kafka.streams.processor.api.FixedKeyProcessor
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier
import org.apache.kafka.streams.processor.api.FixedKeyRecord
import org.apache.kafka.streams.state.StoreBuilder
import org.apache.kafka.streams.state.Stores
import org.apache.kafka.streams.state.WindowStore
import java.time.Duration

/**
 * Lets a payment pass once: the same id within [remembered], earlier or later, is a repetition.
 *
 * Needs `exactly_once_v2`: otherwise a crash could keep the id and lose the payment.
 */
class FirstTimeOnly(
    private val remembered: Duration,
) : FixedKeyProcessorSupplier<String, Payment, Payment> {
    override fun get() =
        object : FixedKeyProcessor<String, Payment, Payment> {
            private lateinit var context: FixedKeyProcessorContext<String, Payment>
            private lateinit var seen: WindowStore<String, Long>

            override fun init(context: FixedKeyProcessorContext<String, Payment>) {
                this.context = context
                seen = context.getStateStore(STORE)
            }

            override fun process(record: FixedKeyRecord<String, Payment>) {
                val id = record.value().id
                val at = record.timestamp()
                val millis = remembered.toMillis()
                val known = seen.fetch(id, at - millis, at + millis).use { it.hasNext() }
                if (!known) {
                    seen.put(id, at, at)
                    context.forward(record)
                }
            }
        }

    override fun stores(): Set<StoreBuilder<*>> =
        setOf(
            Stores.windowStoreBuilder(
                Stores.{{ "inMemory" if cookiecutter.state_store == "in_memory" else "persistent" }}WindowStore(STORE, remembered, remembered, false),
                Serdes.String(),
                Serdes.Long(),
            ),
        )

    private companion object {
        const val STORE = "payments-seen"
    }
}

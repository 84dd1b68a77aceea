package {{ cookiecutter.__kotlin_package }}.payments

import org.apache.kafka.common.config.TopicConfig
import org.apache.kafka.common.serialization.Serdes
import org.apache.kafka.common.utils.Bytes
import org.apache.kafka.streams.KeyValue
import org.apache.kafka.streams.StreamsBuilder
import org.apache.kafka.streams.kstream.Consumed
import org.apache.kafka.streams.kstream.Grouped
import org.apache.kafka.streams.kstream.KStream
import org.apache.kafka.streams.kstream.Materialized
import org.apache.kafka.streams.kstream.Produced
import org.apache.kafka.streams.kstream.Repartitioned
import org.apache.kafka.streams.kstream.TimeWindows
import org.apache.kafka.streams.kstream.Windowed
import org.apache.kafka.streams.state.WindowStore
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.kafka.config.TopicBuilder
import org.springframework.kafka.core.KafkaAdmin.NewTopics
import tools.jackson.databind.json.JsonMapper

/** Payments come in, what each account got in each window goes out, anew after every payment. */
@Configuration(proxyBeanMethods = false)
class PaymentTopology(
    private val settings: PaymentSettings,
    json: JsonMapper,
) {
    private val accounts = Serdes.String()
    private val payments = json.serde<Payment>()
    private val sums = json.serde<Sum>()
    private val totals = json.serde<AccountTotal>()

    /**
     * The totals on their way to their topic. The time of a payment is that of its record.
     *
     * The names here are parts of the names of topics that Kafka Streams keeps for itself: under
     * another name, a step begins with nothing.
     */
    @Bean
    fun accountTotals(streams: StreamsBuilder): KStream<String, AccountTotal> {
        val windows = TimeWindows.ofSizeAndGrace(settings.window, settings.grace)
        val kept = Materialized.`as`<String, Sum, WindowStore<Bytes, ByteArray>>("sums")
        return streams
            .stream(settings.topics.payments, Consumed.with(Serdes.ByteArray(), payments))
            .selectKey { _, payment -> payment.account }
            .repartition(Repartitioned.with(accounts, payments).withName("by-account"))
            .processValues(FirstTimeOnly(settings.remembered))
            .groupByKey(Grouped.with(accounts, payments))
            .windowedBy(windows)
            .aggregate(::Sum, { _, payment, sum -> sum + payment }, kept.withKeySerde(accounts).withValueSerde(sums))
            .toStream()
            .map { window, sum -> KeyValue(window.key(), totalOf(window, sum)) }
            .apply { to(settings.topics.totals, Produced.with(accounts, totals)) }
    }

    private fun totalOf(
        window: Windowed<String>,
        sum: Sum,
    ) = AccountTotal(window.key(), window.window().startTime(), window.window().endTime(), sum.payments, sum.cents)

    /** Made at the start only where `spring.kafka.admin.auto-create` says so. */
    @Bean
    fun topics() =
        NewTopics(
            TopicBuilder.name(settings.topics.payments).partitions(PARTITIONS).build(),
            TopicBuilder.name(settings.topics.totals).partitions(PARTITIONS).build(),
            TopicBuilder
                .name(settings.topics.deadLetters)
                .partitions(PARTITIONS)
                .config(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "2097152") // as in application.yml
                .build(),
        )

    private companion object {
        const val PARTITIONS = 3
    }
}

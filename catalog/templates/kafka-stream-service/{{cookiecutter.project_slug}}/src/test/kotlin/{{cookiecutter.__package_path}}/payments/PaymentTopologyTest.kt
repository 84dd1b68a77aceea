package {{ cookiecutter.__kotlin_package }}.payments

import org.apache.kafka.common.header.internals.RecordHeaders
import org.apache.kafka.common.serialization.StringDeserializer
import org.apache.kafka.common.serialization.StringSerializer
import org.apache.kafka.streams.TestInputTopic
import org.apache.kafka.streams.TestOutputTopic
import org.apache.kafka.streams.TopologyTestDriver
import org.apache.kafka.streams.test.TestRecord
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.NullSource
import org.junit.jupiter.params.provider.ValueSource
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.autoconfigure.ImportAutoConfiguration
import org.springframework.boot.context.properties.EnableConfigurationProperties
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.kafka.annotation.EnableKafkaStreams
import org.springframework.kafka.config.StreamsBuilderFactoryBean
import tools.jackson.databind.json.JsonMapper
import tools.jackson.module.kotlin.readValue
import java.time.Instant

/** The topology with the settings of the service, but without a broker: every record has its time. */
@SpringBootTest(
    classes = [PaymentTopology::class],
    properties = [
        "spring.kafka.bootstrap-servers=unused:9092",
        "spring.kafka.admin.auto-create=false",
        "spring.kafka.streams.auto-startup=false",
        // The driver knows no transactions: it would lose dead letters that nothing follows.
        "spring.kafka.streams.properties.processing.guarantee=at_least_once",
    ],
)
@EnableKafkaStreams
@EnableConfigurationProperties(PaymentSettings::class)
@ImportAutoConfiguration(KafkaAutoConfiguration::class, JacksonAutoConfiguration::class)
class PaymentTopologyTest {
    @Autowired
    private lateinit var streams: StreamsBuilderFactoryBean

    @Autowired
    private lateinit var json: JsonMapper

    private lateinit var driver: TopologyTestDriver
    private lateinit var payments: TestInputTopic<String, String>
    private lateinit var totals: TestOutputTopic<String, String>
    private lateinit var deadLetters: TestOutputTopic<String, String>

    @BeforeEach
    fun start() {
        driver = TopologyTestDriver(streams.topology, streams.streamsConfiguration)
        payments = driver.createInputTopic("payments", StringSerializer(), StringSerializer())
        totals = driver.createOutputTopic("account-totals", StringDeserializer(), StringDeserializer())
        deadLetters = driver.createOutputTopic("payments-dead-letters", StringDeserializer(), StringDeserializer())
    }

    @AfterEach
    fun stop() = driver.close()

    @Test
    fun `the payments of an hour are summed for each account`() {
        pay("a", "DE1", 100, at = "12:00:00")
        pay("b", "DE2", 5, at = "12:10:00")
        pay("c", "DE1", 50, at = "12:59:59")
        pay("d", "DE1", 7, at = "13:00:00")

        assertThat(lastTotals()).containsExactlyInAnyOrder(
            total("DE1", "12:00:00", payments = 2, cents = 150),
            total("DE1", "13:00:00", payments = 1, cents = 7),
            total("DE2", "12:00:00", payments = 1, cents = 5),
        )
    }

    @Test
    fun `the totals of an account are in order because it is their key`() {
        pay("a", "DE1", 100, at = "12:00:00")

        assertThat(totals.readKeyValue().key).isEqualTo("DE1")
    }

    @Test
    fun `a payment out of order counts in its own hour`() {
        pay("a", "DE1", 7, at = "14:30:00")
        pay("b", "DE1", 50, at = "12:30:00")

        assertThat(lastTotals()).containsExactlyInAnyOrder(
            total("DE1", "12:00:00", payments = 1, cents = 50),
            total("DE1", "14:00:00", payments = 1, cents = 7),
        )
    }

    @Test
    fun `a payment that comes after its grace changes nothing`() {
        pay("a", "DE1", 50, at = "12:30:00")
        pay("b", "DE1", 7, at = "13:00:00", day = 2)
        pay("c", "DE1", 50, at = "12:45:00")

        assertThat(lastTotals()).containsExactlyInAnyOrder(
            total("DE1", "12:00:00", payments = 1, cents = 50),
            total("DE1", "13:00:00", payments = 1, cents = 7, day = 2),
        )
    }

    @ParameterizedTest
    @ValueSource(strings = ["12:30:00", "12:31:00", "12:29:00", "22:30:00", "02:30:00"])
    fun `a payment that is sent twice counts once`(again: String) {
        pay("a", "DE1", 100, at = "12:30:00")
        pay("a", "DE1", 100, at = again)

        assertThat(lastTotals()).containsExactly(total("DE1", "12:00:00", payments = 1, cents = 100))
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
        strings = [
            "",
            "no JSON",
            "null",
            "[]",
            """{"id": "a", "account": "DE1"}""",
            """{"id": "a", "account": "DE1", "cents": null}""",
            """{"id": "a", "account": "DE1", "cents": "100"}""",
            """{"id": "a", "account": "DE1", "cents": 1.5}""",
            """{"id": "a", "account": "DE1", "cents": 1e999999999}""",
            """{"id": "a", "account": "DE1", "cents": 0}""",
            """{"id": "a", "account": "DE1", "cents": 9223372036854775808}""",
            """{"id": "a", "account": null, "cents": 100}""",
            """{"id": "a", "account": " ", "cents": 100}""",
            """{"id": "", "account": "DE1", "cents": 100}""",
            """{"id": "a", "account": "DE1", "cents": 100} {}""",
        ],
    )
    fun `what is no payment becomes a dead letter as it came, and the others go on`(poison: String?) {
        payments.pipeInput("key", poison, Instant.parse("2026-01-01T12:00:00Z"))
        pay("b", "DE1", 50, at = "12:30:00")

        val letter = deadLetters.readRecord()
        assertThat(letter.key).isEqualTo("key")
        assertThat(letter.value).isEqualTo(poison)
        assertThat(letter.headers().lastHeader("__streams.errors.offset").value()).isEqualTo("0".toByteArray())
        assertThat(deadLetters.isEmpty).isTrue
        assertThat(lastTotals()).containsExactly(total("DE1", "12:00:00", payments = 1, cents = 50))
    }

    @Test
    fun `a field that we do not know is no fault`() {
        send("""{"id": "a", "account": "DE1", "cents": 100, "note": "rent"}""", at = "12:00:00")

        assertThat(lastTotals()).containsExactly(total("DE1", "12:00:00", payments = 1, cents = 100))
    }

    @Test
    fun `a header that names a class is not believed`() {
        val headers = RecordHeaders().add("__TypeId__", "java.util.HashMap".toByteArray())
        val value = """{"id": "a", "account": "DE1", "cents": 100}"""
        payments.pipeInput(TestRecord(null, value, headers, time("12:00:00", day = 1)))

        assertThat(lastTotals()).containsExactly(total("DE1", "12:00:00", payments = 1, cents = 100))
    }

    private fun pay(
        id: String,
        account: String,
        cents: Long,
        at: String,
        day: Int = 1,
    ) = send("""{"id": "$id", "account": "$account", "cents": $cents}""", at, day)

    private fun send(
        value: String,
        at: String,
        day: Int = 1,
    ) = payments.pipeInput(null, value, time(at, day))

    /** The last total of each account and hour. */
    private fun lastTotals(): Collection<AccountTotal> =
        totals
            .readValuesToList()
            .map { json.readValue<AccountTotal>(it) }
            .associateBy { it.account to it.from }
            .values

    private fun total(
        account: String,
        from: String,
        payments: Long,
        cents: Long,
        day: Int = 1,
    ) = AccountTotal(account, time(from, day), time(from, day).plusSeconds(3_600), payments, cents)

    private fun time(
        at: String,
        day: Int,
    ) = Instant.parse("2026-01-0${day}T${at}Z")
}

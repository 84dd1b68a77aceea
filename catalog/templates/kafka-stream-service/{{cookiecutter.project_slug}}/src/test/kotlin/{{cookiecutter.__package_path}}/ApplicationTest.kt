package {{ cookiecutter.__kotlin_package }}

import org.apache.kafka.clients.admin.Admin
import org.apache.kafka.clients.consumer.ConsumerRecord
import org.apache.kafka.clients.consumer.KafkaConsumer
import org.apache.kafka.clients.producer.KafkaProducer
import org.apache.kafka.clients.producer.ProducerRecord
import org.apache.kafka.common.serialization.StringDeserializer
import org.apache.kafka.common.serialization.StringSerializer
import org.assertj.core.api.Assertions.assertThat
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation
import org.junit.jupiter.api.Order
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestMethodOrder
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.health.contributor.Status
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment
import org.springframework.http.HttpStatus
import org.springframework.kafka.config.StreamsBuilderFactoryBean
import org.springframework.kafka.test.EmbeddedKafkaBroker
import org.springframework.kafka.test.context.EmbeddedKafka
import org.springframework.kafka.test.utils.KafkaTestUtils
import org.springframework.test.web.servlet.client.RestTestClient
import java.time.Duration

/** The whole service beside a real broker. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@AutoConfigureMetrics
@EmbeddedKafka
@TestMethodOrder(OrderAnnotation::class) // the last test leaves nothing that works
class ApplicationTest {
    @Autowired
    private lateinit var broker: EmbeddedKafkaBroker

    @Autowired
    private lateinit var admin: Admin

    @Autowired
    private lateinit var streams: StreamsBuilderFactoryBean

    @Autowired
    private lateinit var http: RestTestClient

    private val now = System.currentTimeMillis()

    @Test
    fun `a payment that is sent twice counts once, and what is none becomes a dead letter`() {
        producer().use {
            it.send(payment("a", "DE1", cents = 100))
            it.send(payment("a", "DE1", cents = 100))
            it.send(record("DE1", "poison"))
            it.send(payment("b", "DE1", cents = 50))
        }

        read("account-totals") { it.key() == "DE1" && """"cents":150""" in it.value() }
        read("payments-dead-letters") { it.value() == "poison" }
        assertThat(ask("/actuator/prometheus").responseBody).containsPattern("dead_letters_total\\{.*} [12]\\.0")
    }

    @Test
    fun `a record as large as may be becomes a dead letter too`() {
        val large = "x".repeat(1_048_000)
        producer().use { it.send(record("DE3", large)) }

        read("payments-dead-letters") { it.value() == large }
    }

    @Test
    fun `a payment of an abandoned transaction does not count`() {
        producer("transactional.id" to "test").use {
            it.initTransactions()
            it.beginTransaction()
            it.send(payment("c", "DE2", cents = 1)).get()
            it.abortTransaction()
            it.beginTransaction()
            it.send(payment("d", "DE2", cents = 7))
            it.commitTransaction()
        }

        read("account-totals") { it.key() == "DE2" && """"cents":7""" in it.value() }
    }

    @Test
    fun `it is ready while the streams run`() {
        eventually { status("readiness") == HttpStatus.OK }
        streams.stop()
        assertThat(status("readiness")).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
        assertThat(status("liveness")).isEqualTo(HttpStatus.OK)
        streams.start()
        eventually { status("readiness") == HttpStatus.OK }
    }

    @Test
    fun `streams that run are not enough when no broker answers`() {
        eventually { status("readiness") == HttpStatus.OK }
        Admin.create(mapOf("bootstrap.servers" to "localhost:1")).use { nobody ->
            val health = StreamsHealth().streamsHealthIndicator(streams, nobody).health()

            assertThat(health?.status).isEqualTo(Status.DOWN)
        }
    }

    @Test
    fun `nothing else of the inside is shown`() {
        assertThat(ask("/actuator/env").status).isEqualTo(HttpStatus.NOT_FOUND)
    }

    @Test
    @Order(Int.MAX_VALUE)
    fun `streams that fail ask for another instance`() {
        streams.stop()
        admin.deleteTopics(listOf("payments")).all().get()
        streams.start()

        eventually { status("liveness") == HttpStatus.SERVICE_UNAVAILABLE }
    }

    private fun ask(path: String) =
        http
            .get()
            .uri(path)
            .exchange()
            .returnResult(String::class.java)

    private fun status(probe: String) = ask("/actuator/health/$probe").status

    private fun payment(
        id: String,
        account: String,
        cents: Int,
    ) = record(account, """{"id": "$id", "account": "$account", "cents": $cents}""")

    private fun record(
        key: String,
        value: String,
    ) = ProducerRecord("payments", null, now, key, value)

    private fun producer(vararg more: Pair<String, Any>) =
        KafkaProducer(KafkaTestUtils.producerProps(broker) + more, StringSerializer(), StringSerializer())

    /** Waits until there is a committed record in a topic that fits. */
    private fun read(
        topic: String,
        fits: (ConsumerRecord<String, String>) -> Boolean,
    ) {
        val settings = KafkaTestUtils.consumerProps(broker, topic, false) + ("isolation.level" to "read_committed")
        KafkaConsumer(settings, StringDeserializer(), StringDeserializer()).use {
            it.subscribe(listOf(topic))
            eventually { it.poll(Duration.ofMillis(100)).any(fits) }
        }
    }

    private fun eventually(condition: () -> Boolean) =
        await().atMost(Duration.ofSeconds(30)).pollInSameThread().until(condition)
}

package {{ cookiecutter.__kotlin_package }}

import org.apache.kafka.clients.admin.Admin
import org.apache.kafka.clients.admin.DescribeClusterOptions
import org.apache.kafka.streams.KafkaStreams.State
import org.springframework.boot.health.contributor.Health
import org.springframework.boot.health.contributor.HealthIndicator
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.kafka.config.StreamsBuilderFactoryBean
import org.springframework.kafka.core.KafkaAdmin
import java.util.concurrent.ExecutionException

/** Whether records flow; the readiness asks it. */
@Configuration(proxyBeanMethods = false)
class StreamsHealth {
    /** Up while the streams run and the brokers answer: without brokers, streams "run" and wait. */
    @Bean
    fun streamsHealthIndicator(
        streams: StreamsBuilderFactoryBean,
        brokers: Admin,
    ) = HealthIndicator {
        val state = streams.kafkaStreams?.state()
        val flowing = state == State.RUNNING && brokers.answer()
        (if (flowing) Health.up() else Health.down()).withDetail("state", "$state").build()
    }

    /** One connection for all questions; Spring closes it. */
    @Bean
    fun brokers(settings: KafkaAdmin): Admin = Admin.create(settings.configurationProperties)

    private fun Admin.answer(): Boolean =
        try {
            describeCluster(DescribeClusterOptions().timeoutMs(ANSWER_LIMIT_MS)).clusterId().get()
            true
        } catch (_: ExecutionException) {
            false
        }

    private companion object {
        const val ANSWER_LIMIT_MS = 2_000
    }
}

package {{ cookiecutter.__kotlin_package }}

import org.apache.kafka.streams.KafkaStreams.State
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse
import org.springframework.boot.availability.AvailabilityChangeEvent
import org.springframework.boot.availability.LivenessState
import org.springframework.context.ApplicationEventPublisher
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.kafka.annotation.EnableKafkaStreams
import org.springframework.kafka.config.StreamsBuilderFactoryBeanConfigurer

/** How the streams end, by themselves or because they are asked to. */
@Configuration(proxyBeanMethods = false)
@EnableKafkaStreams
class Streams {
    /**
     * An instance that fails stops working and tells the platform, which starts another one.
     *
     * What may pass, such as a broker out of reach, Kafka Streams itself repeats for
     * `task.timeout.ms`. What comes here would fail again at once in a thread of the same process.
     */
    @Bean
    fun failurePolicy(events: ApplicationEventPublisher) =
        StreamsBuilderFactoryBeanConfigurer { streams ->
            streams.setStreamsUncaughtExceptionHandler { StreamThreadExceptionResponse.SHUTDOWN_CLIENT }
            streams.setStateListener { now, _ ->
                if (now == State.ERROR) AvailabilityChangeEvent.publish(events, this, LivenessState.BROKEN)
            }
        }

    /** The other instances take over at once what this one did, not when its session has run out. */
    @Bean
    fun stopPolicy() = StreamsBuilderFactoryBeanConfigurer { it.setLeaveGroupOnClose(true) }
}

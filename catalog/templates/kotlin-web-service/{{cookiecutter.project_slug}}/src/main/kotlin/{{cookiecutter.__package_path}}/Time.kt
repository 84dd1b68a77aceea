package {{ cookiecutter.__kotlin_package }}

import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import java.time.Clock

/** The clock that everything reads, so that a test can set the time. */
@Configuration(proxyBeanMethods = false)
class Time {
    /** Universal time; where people are shown it, their zone is added there. */
    @Bean
    fun clock(): Clock = Clock.systemUTC()
}

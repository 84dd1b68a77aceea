package {{ cookiecutter.__kotlin_package }}

import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.context.properties.ConfigurationPropertiesScan
import org.springframework.boot.runApplication

/** The service: everything below this package is found and wired by Spring. */
@SpringBootApplication
@ConfigurationPropertiesScan
class Application

/** Starts the service and returns; it runs until it is asked to stop. */
fun main(args: Array<String>) {
    runApplication<Application>(*args)
}

package {{ cookiecutter.__kotlin_package }}

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment
import org.springframework.http.MediaType
import org.springframework.test.web.servlet.client.RestTestClient

/** The whole service, over HTTP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@AutoConfigureMetrics
class ApplicationTest {
    @Autowired
    private lateinit var http: RestTestClient

    @Test
    fun `a task survives the way there and back`() {
        val created =
            http
                .post()
                .uri("/tasks")
                .contentType(MediaType.APPLICATION_JSON)
                .body("""{"title": "Pay the rent"}""")
                .exchange()
                .expectStatus()
                .isCreated
                .returnResult(String::class.java)

        http
            .get()
            .uri(created.responseHeaders.location.toString())
            .exchange()
            .expectBody()
            .jsonPath("$.title")
            .isEqualTo("Pay the rent")
    }

    @ParameterizedTest
    @ValueSource(strings = ["liveness", "readiness"])
    fun `platforms can ask how the service is`(probe: String) {
        http
            .get()
            .uri("/actuator/health/$probe")
            .exchange()
            .expectStatus()
            .isOk
            .expectBody()
            .jsonPath("$.status")
            .isEqualTo("UP")
    }

    @Test
    fun `requests are counted for Prometheus`() {
        http.get().uri("/tasks/00000000-0000-0000-0000-000000000000").exchange()

        val metrics =
            http
                .get()
                .uri("/actuator/prometheus")
                .exchange()
                .expectStatus()
                .isOk
                .returnResult(String::class.java)
                .responseBody

        assertThat(metrics).contains("http_server_requests_seconds_count", "uri=\"/tasks/{id}\"")
    }

    @Test
    fun `nothing else of the inside is shown`() {
        http
            .get()
            .uri("/actuator/env")
            .exchange()
            .expectStatus()
            .isNotFound
    }
}

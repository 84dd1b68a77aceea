package {{ cookiecutter.__kotlin_package }}.tasks

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.test.context.TestConfiguration
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Import
import org.springframework.http.HttpStatus
import org.springframework.http.MediaType
import org.springframework.test.web.servlet.assertj.MockMvcTester
import org.springframework.test.web.servlet.assertj.MvcTestResult
import java.time.Clock
import java.time.Instant
import java.time.ZoneOffset

@WebMvcTest(TaskController::class)
@Import(TasksInMemory::class, TaskControllerTest.Noon::class)
class TaskControllerTest {
    @Autowired
    private lateinit var http: MockMvcTester

    @TestConfiguration
    class Noon {
        @Bean
        fun clock(): Clock = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC)
    }

    @Test
    fun `a new task can be read where the answer says`() {
        val created = post("""{"title": "Pay the rent", "priority": "HIGH"}""")

        assertThat(created).hasStatus(HttpStatus.CREATED)
        val place = created.response.getHeader("Location")
        assertThat(http.get().uri(place!!).exchange()).hasStatusOk().bodyJson().isLenientlyEqualTo(
            """{"title": "Pay the rent", "priority": "HIGH", "createdAt": "2026-01-01T12:00:00Z"}""",
        )
    }

    @Test
    fun `a priority that is not given is normal`() {
        assertThat(post("""{"title": "Pay the rent"}""")).bodyJson().extractingPath("$.priority").isEqualTo("NORMAL")
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
        """{"title": " "} | title""",
        """{} | title""",
        """{"title": null} | title""",
        """{"title": "Pay", "priority": "URGENT"} | priority""",
        delimiter = '|',
    )
    fun `a refused task names the field that has to change`(
        body: String,
        field: String,
    ) {
        val answer = post(body)

        assertThat(answer).hasStatus(HttpStatus.BAD_REQUEST).hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
        assertThat(answer).bodyJson().extractingPath("$.errors[0].field").isEqualTo(field)
    }

    @Test
    fun `a body that is no JSON is told so`() {
        val answer = post("{")

        assertThat(answer).hasStatus(HttpStatus.BAD_REQUEST)
        assertThat(answer).bodyJson().extractingPath("$.detail").isEqualTo("The body is not readable as JSON.")
    }

    @Test
    fun `a task that does not exist is a problem of its own`() {
        val answer = http.get().uri("/tasks/00000000-0000-0000-0000-000000000000").exchange()

        assertThat(answer).hasStatus(HttpStatus.NOT_FOUND).hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
    }

    private fun post(body: String): MvcTestResult =
        http
            .post()
            .uri("/tasks")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .exchange()
}

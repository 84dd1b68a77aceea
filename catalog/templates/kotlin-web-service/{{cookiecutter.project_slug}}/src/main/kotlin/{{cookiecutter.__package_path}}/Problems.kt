package {{ cookiecutter.__kotlin_package }}

import org.slf4j.LoggerFactory
import org.springframework.http.HttpHeaders
import org.springframework.http.HttpStatus
import org.springframework.http.HttpStatusCode
import org.springframework.http.ProblemDetail
import org.springframework.http.ResponseEntity
import org.springframework.http.converter.HttpMessageNotReadableException
import org.springframework.validation.FieldError
import org.springframework.web.bind.MethodArgumentNotValidException
import org.springframework.web.bind.annotation.ExceptionHandler
import org.springframework.web.bind.annotation.RestControllerAdvice
import org.springframework.web.context.request.WebRequest
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler
import tools.jackson.core.JacksonException

/** What is wrong with one field of a request; [field] is empty where it is several together. */
data class FieldProblem(
    val field: String,
    val message: String,
)

/**
 * Every error as a problem of RFC 9457 (`application/problem+json`).
 *
 * A refused request names each field that has to change. An error of ours is logged whole
 * and told in general.
 */
@RestControllerAdvice
class Problems : ResponseEntityExceptionHandler() {
    private val log = LoggerFactory.getLogger(javaClass)

    override fun handleMethodArgumentNotValid(
        exception: MethodArgumentNotValidException,
        headers: HttpHeaders,
        status: HttpStatusCode,
        request: WebRequest,
    ): ResponseEntity<Any>? {
        val errors =
            exception.bindingResult.allErrors.map {
                FieldProblem((it as? FieldError)?.field.orEmpty(), it.defaultMessage ?: "is invalid")
            }
        return handleExceptionInternal(exception, invalid(status, errors), headers, status, request)
    }

    override fun handleHttpMessageNotReadable(
        exception: HttpMessageNotReadableException,
        headers: HttpHeaders,
        status: HttpStatusCode,
        request: WebRequest,
    ): ResponseEntity<Any>? {
        val path = (exception.cause as? JacksonException)?.path.orEmpty()
        val field = path.joinToString(".") { it.propertyName ?: "${it.index}" }
        val errors = listOf(FieldProblem(field, "is missing or of the wrong kind")).filter { path.isNotEmpty() }
        return handleExceptionInternal(exception, invalid(status, errors), headers, status, request)
    }

    /** The answer to an error that nobody foresaw. */
    @ExceptionHandler
    fun unexpected(exception: Exception): ProblemDetail {
        log.error("a request failed", exception)
        return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "Something broke on our side.")
    }

    private fun invalid(
        status: HttpStatusCode,
        errors: List<FieldProblem>,
    ): ProblemDetail {
        val said = if (errors.isEmpty()) "The body is not readable as JSON." else "Some fields have to change."
        val problem = ProblemDetail.forStatusAndDetail(status, said)
        problem.title = "Invalid request"
        problem.setProperty("errors", errors)
        return problem
    }
}

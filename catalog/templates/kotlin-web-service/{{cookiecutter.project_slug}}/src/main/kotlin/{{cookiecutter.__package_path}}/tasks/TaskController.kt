package {{ cookiecutter.__kotlin_package }}.tasks

import jakarta.validation.Valid
import org.springframework.http.HttpStatus
import org.springframework.http.ProblemDetail
import org.springframework.http.ResponseEntity
import org.springframework.web.ErrorResponseException
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.RestController
import java.net.URI
import java.util.UUID

/** `/tasks`: create one, read one. */
@RestController
@RequestMapping("/tasks")
class TaskController(
    private val tasks: Tasks,
) {
    /** Saves a task and says where it can be read. */
    @PostMapping
    fun create(
        @Valid @RequestBody new: NewTask,
    ): ResponseEntity<Task> {
        val task = tasks.add(new)
        return ResponseEntity.created(URI("/tasks/${task.id}")).body(task)
    }

    /** The task of that id; 404 where there is none. */
    @GetMapping("/{id}")
    fun read(
        @PathVariable id: UUID,
    ): Task = tasks.find(id) ?: throw ErrorResponseException(HttpStatus.NOT_FOUND, noTask(id), null)

    private fun noTask(id: UUID) = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "There is no task $id.")
}

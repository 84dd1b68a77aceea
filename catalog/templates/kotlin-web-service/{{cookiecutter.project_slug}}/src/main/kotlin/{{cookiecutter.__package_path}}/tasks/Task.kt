package {{ cookiecutter.__kotlin_package }}.tasks

import jakarta.validation.constraints.NotBlank
import jakarta.validation.constraints.Size
import java.time.Instant
import java.util.UUID

/** How soon a task matters. */
enum class Priority { LOW, NORMAL, HIGH }

/** Something to do. */
data class Task(
    val id: UUID,
    val title: String,
    val priority: Priority,
    val createdAt: Instant,
)

/** What a caller says about a task that does not exist yet. */
data class NewTask(
    @field:NotBlank
    @field:Size(max = 200)
    val title: String,
    val priority: Priority = Priority.NORMAL,
)

package {{ cookiecutter.__kotlin_package }}.tasks

import org.springframework.stereotype.Repository
import java.time.Clock
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap

/** Where tasks are kept. */
interface Tasks {
    /** The new task, saved. */
    fun add(new: NewTask): Task

    /** The task of that id, or null where there is none. */
    fun find(id: UUID): Task?
}

/** Tasks in the memory of this process: gone when it stops, not seen by other replicas. */
@Repository
class TasksInMemory(
    private val clock: Clock,
) : Tasks {
    private val tasks = ConcurrentHashMap<UUID, Task>()

    override fun add(new: NewTask): Task {
        val task = Task(UUID.randomUUID(), new.title, new.priority, clock.instant())
        tasks[task.id] = task
        return task
    }

    override fun find(id: UUID): Task? = tasks[id]
}

import { description, name } from "../package.json";
import { TaskList } from "./tasks/TaskList";

export function App() {
  return (
    <div className="mx-auto max-w-2xl px-4 py-10 sm:py-16">
      <header className="mb-8">
        <h1 className="text-3xl font-semibold tracking-tight wrap-anywhere">{name}</h1>
        {description !== "" && (
          <p className="mt-2 text-zinc-700 wrap-anywhere dark:text-zinc-300">{description}</p>
        )}
      </header>
      <main>
        <TaskList />
      </main>
    </div>
  );
}

#pragma once
#include <cstddef>
#include <cstdint>

namespace sextant {

/** Sets how many threads compute, the calling one included. Starts the workers at first need. */
void setThreads(int threads);
int threads();

using Task = void (*)(void* context, int64_t index);

/**
 * Runs `task(context, i)` for every i in [0, tasks), on all threads, and returns when all are done.
 * Tasks are claimed one by one, so a thread that the machine takes away delays only its own task.
 * A kernel must give each task outputs of its own and never split a sum by thread: then results are the same
 * bit for bit at any thread count.
 * Tasks must not throw.
 */
void parallelFor(int64_t tasks, Task task, void* context);

/**
 * At least `count` floats of 64-byte aligned memory, one buffer per thread and slot, kept between calls; contents
 * are lost when it grows. Slots 0–1 belong to products inside a task, 2 to the packed operand of a whole product,
 * 3–4 to a kernel for the length of its call, 5–7 to the tasks of a kernel, 8–11 to the dictionary kernels.
 */
float* threadScratch(int slot, int64_t count);

}  // namespace sextant

#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace sextant {
namespace {

#if defined(__x86_64__) || defined(__i386__)
inline void pause() { __builtin_ia32_pause(); }
#elif defined(__aarch64__)
inline void pause() { __asm__ volatile("yield"); }
#else
inline void pause() {}
#endif

// Kernels follow each other within some ten microseconds in a training step: a worker that spins this long
// usually gets the next one without a system call, and costs little when nothing comes.
constexpr int kSpins = 4000;

/**
 * Whether other threads are worth waiting for. On a machine busy with other programs a worker often loses its
 * processor in the middle of a task, and the caller then waits for milliseconds: past half of the time, it computes
 * alone for a while. Results are the same either way.
 */
class Patience {
 public:
  bool alone() {
    if (alone_ == 0) return false;
    --alone_;
    return true;
  }

  void record(double worked, double waited) {
    total_ = total_ * kMemory + worked + waited;
    lost_ = lost_ * kMemory + waited;
    if (++regions_ < kTrial || lost_ < total_ / 2) return;
    alone_ = kAlone;
    regions_ = 0;
    total_ = lost_ = 0;
  }

 private:
  static constexpr double kMemory = 0.95;
  static constexpr int kTrial = 16;
  static constexpr int kAlone = 256;
  int regions_ = 0;
  int alone_ = 0;
  double total_ = 0;
  double lost_ = 0;
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Pool {
 public:
  void run(int64_t tasks, Task task, void* context) {
    if (patience_.alone()) {
      for (int64_t index = tasks - 1; index >= 0; --index) task(context, index);
      return;
    }
    start();
    const double begun = seconds();
    task_ = task;
    context_ = context;
    done_.store(0, std::memory_order_relaxed);
    unclaimed_.store(tasks, std::memory_order_release);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    claim();
    const double finished = seconds();
    for (int spin = 0; done_.load(std::memory_order_acquire) < tasks; ++spin) {
      if (spin < kSpins) pause();
      else std::this_thread::yield();
    }
    patience_.record(finished - begun, seconds() - finished);
  }

  void resize(int threads) {
    stop();
    wanted_ = threads - 1;
  }

  int threads() const { return wanted_ + 1; }

 private:
  // Counting down lets a worker that wakes late, even between two rounds, see at once that nothing is left:
  // task_ and context_ cannot change while a claimed task is unfinished.
  void claim() {
    for (;;) {
      const int64_t left = unclaimed_.fetch_sub(1, std::memory_order_acquire);
      if (left <= 0) return;
      task_(context_, left - 1);
      done_.fetch_add(1, std::memory_order_release);
    }
  }

  void start() {
    while (static_cast<int>(workers_.size()) < wanted_) {
      workers_.emplace_back([this, seen = round_.load()] { work(seen); });
    }
  }

  void work(uint64_t seen) {
    for (;;) {
      for (int spin = 0; spin < kSpins && round_.load(std::memory_order_acquire) == seen; ++spin) pause();
      if (round_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
      }
      seen = round_.load(std::memory_order_acquire);
      if (stopping_) return;
      claim();
    }
  }

  void stop() {
    if (workers_.empty()) return;
    stopping_ = true;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    stopping_ = false;
  }

  int wanted_ = 0;
  Patience patience_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> round_{0};
  std::atomic<int64_t> unclaimed_{0};
  std::atomic<int64_t> done_{0};
  std::atomic<bool> stopping_{false};
  Task task_ = nullptr;
  void* context_ = nullptr;
};

// Never destroyed: workers may still be waiting when the process exits.
Pool& pool() {
  static Pool* instance = new Pool();
  return *instance;
}

// One parallel region at a time: a nested one, or a second JavaScript thread that loads the addon, runs alone.
std::atomic<bool> regionTaken{false};

struct Scratch {
  static constexpr int kSlots = 12;
  float* data[kSlots] = {};
  int64_t capacity[kSlots] = {};
  ~Scratch() {
    for (float* block : data) free(block);
  }
};

thread_local Scratch scratch;

}  // namespace

void setThreads(int threads) {
  while (regionTaken.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  pool().resize(threads < 1 ? 1 : threads);
  regionTaken.store(false, std::memory_order_release);
}

int threads() { return pool().threads(); }

void parallelFor(int64_t tasks, Task task, void* context) {
  if (tasks > 1 && pool().threads() > 1 && !regionTaken.exchange(true, std::memory_order_acquire)) {
    pool().run(tasks, task, context);
    regionTaken.store(false, std::memory_order_release);
    return;
  }
  for (int64_t index = 0; index < tasks; ++index) task(context, index);
}

float* threadScratch(int slot, int64_t count) {
  if (scratch.capacity[slot] < count) {
    free(scratch.data[slot]);
    const int64_t capacity = (count + count / 4 + 1023) / 1024 * 1024;
    void* block = nullptr;
    if (posix_memalign(&block, 64, static_cast<size_t>(capacity) * sizeof(float)) != 0) abort();
    scratch.data[slot] = static_cast<float*>(block);
    scratch.capacity[slot] = capacity;
  }
  return scratch.data[slot];
}

}  // namespace sextant

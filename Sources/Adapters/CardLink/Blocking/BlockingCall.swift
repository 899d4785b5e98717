import Dispatch
import Synchronization

/// Waits on this thread for an asynchronous result. For threads of our own only: a thread of the shared pool would
/// starve the work it waits for.
func waitBlocking<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let box = ResultBox<Value>()
    Task {
        box.fill(await work())
    }
    return box.wait()
}

private final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let filled = DispatchSemaphore(value: 0)

    func fill(_ result: Value) {
        value.withLock { $0 = result }
        filled.signal()
    }

    func wait() -> Value {
        filled.wait()
        guard let result = value.withLock({ $0 }) else { preconditionFailure("signalled only after it was filled") }
        return result
    }
}

import Dispatch
import Foundation

/// SIGINT and SIGTERM as an event instead of an end.
enum StopSignals {
    /// Calls `body` whenever one of the two arrives, for as long as the caller keeps the result. From now on they no
    /// longer kill the process, and a reader that goes away (SIGPIPE) does not either.
    static func onArrival(_ body: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        signal(SIGPIPE, SIG_IGN)
        return [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { body() }
            source.resume()
            return source
        }
    }
}

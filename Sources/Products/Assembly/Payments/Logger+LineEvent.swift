import ISO8583Link
import Logging

extension Logger {
    /// What happens on a line; messages stand masked in it.
    func record(_ event: LineEvent) {
        let level: Logger.Level =
            switch event {
            case .refused, .late: .warning
            case .connected, .signedOn, .disconnected: .info
            case .received, .sent: .debug
            }
        log(level: level, "iso8583", metadata: ["event": "\(event)"])
    }
}

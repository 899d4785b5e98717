import CardLink
import CardManagement
import Foundation

/// Where the tool keeps what must outlive a lost field: `$XDG_STATE_HOME/seneschal`, by default
/// `~/.local/state/seneschal`. XDG Base Directory Specification 0.8.
enum StateDirectory {
    /// Set in tests, to leave the user's own alone.
    @TaskLocal static var override: String?

    static var path: String {
        if let override { return override }
        let environment = ProcessInfo.processInfo.environment
        let base =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? FileManager.default.homeDirectoryForCurrentUser.path + "/.local/state"
        return base + "/seneschal"
    }

    static func journal() throws -> FileManagementJournal { try FileManagementJournal(path + "/cards") }
}

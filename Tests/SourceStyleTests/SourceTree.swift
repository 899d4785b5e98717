import Foundation

/// The files of the repository as a clone has them.
enum SourceTree {
    /// The folder of Package.swift.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A text file, its path relative to the root.
    struct File: Sendable {
        let path: String
        let text: String
        /// Code and comments apart; of a Swift file only.
        let swift: SwiftText

        init(path: String, text: String) {
            self.path = path
            self.text = text
            swift = SwiftText(path.hasSuffix(".swift") ? text : "")
        }

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    /// The files below `folder` whose names end in one of `endings`, in order of their paths.
    static func files(below folder: String, endingIn endings: [String]) throws -> [File] {
        let start = root + "/" + folder
        guard let paths = FileManager.default.enumerator(atPath: start) else { return [] }
        return try paths.compactMap { $0 as? String }
            .filter { path in endings.contains { path.hasSuffix($0) } && !path.contains(".build/") }
            .sorted()
            .map { try file(folder.isEmpty ? $0 : folder + "/" + $0) }
    }

    static func file(_ path: String) throws -> File {
        File(path: path, text: try String(contentsOfFile: root + "/" + path, encoding: .utf8))
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }

    /// The Swift files of `Sources`.
    static func sources() throws -> [File] { try readSources.get() }

    /// Read and taken apart once, for all rules.
    private static let readSources = Result { try files(below: "Sources", endingIn: [".swift"]) }
    private static let readOthers = Result {
        try files(below: "Tests", endingIn: [".swift"]) + files(below: "Benchmarks", endingIn: [".swift"])
            + files(below: "Fuzzers", endingIn: [".swift"])
    }

    /// Every Swift file that people here wrote.
    static func swiftFiles() throws -> [File] { try sources() + readOthers.get() }

    /// The pages that people read.
    static func pages() throws -> [File] {
        try ["README.md", "ARCHITECTURE.md"].map(file) + files(below: "docs", endingIn: [".md"])
            + files(below: "Benchmarks", endingIn: [".md"]) + files(below: "Fuzzers", endingIn: [".md"])
    }
}

/// One place that breaks a rule.
struct Violation: Equatable, Sendable, CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

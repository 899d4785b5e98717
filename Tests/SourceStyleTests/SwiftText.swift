/// A Swift source taken apart: the code without comments and literals, and the comments without the code.
///
/// Both keep the lines of the source, so that a place in them is a place in the file. What stands in an interpolation is
/// code. Enough of the grammar for the rules here; a regex literal is taken as code.
struct SwiftText {
    private(set) var code: [String] = []
    private(set) var comments: [String] = []

    init(_ source: String) {
        var scanner = Scanner(Array(source.utf8))
        scanner.scanCode(until: nil)
        code = Self.lines(scanner.code)
        comments = Self.lines(scanner.comments)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private struct Scanner {
        let source: [UInt8]
        var index = 0
        var code: [UInt8] = []
        var comments: [UInt8] = []

        init(_ source: [UInt8]) { self.source = source }

        private func at(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            guard index + count <= source.count else { return false }
            return (0..<count).allSatisfy { source[index + $0] == text.utf8Start[$0] }
        }

        private enum Kind { case code, comment, literal }

        private mutating func take(_ kind: Kind, _ count: Int = 1) {
            for _ in 0..<count where index < source.count {
                let byte = source[index]
                let isLineEnd = byte == UInt8(ascii: "\n")
                code.append(kind == .code || isLineEnd ? byte : UInt8(ascii: " "))
                comments.append(kind == .comment || isLineEnd ? byte : UInt8(ascii: " "))
                index += 1
            }
        }

        /// Reads code up to the parenthesis that closes an interpolation, or to the end.
        mutating func scanCode(until closing: UInt8?) {
            var depth = 0
            while index < source.count {
                guard Self.isTurn[Int(source[index])] else {
                    take(.code)
                    continue
                }
                if at("//") {
                    while index < source.count, !at("\n") { take(.comment) }
                } else if at("/*") {
                    scanBlockComment()
                } else if let hashes = literalStart() {
                    scanLiteral(hashes: hashes)
                } else {
                    if at("(") { depth += 1 }
                    if closing != nil, at(")") {
                        if depth == 0 { return }
                        depth -= 1
                    }
                    take(.code)
                }
            }
        }

        /// The bytes at which something other than plain code may begin: the others are passed quickly.
        private static let isTurn = (0...255).map { "/\"#()".utf8.contains(UInt8($0)) }

        private mutating func scanBlockComment() {
            var depth = 0
            repeat {
                if at("/*") {
                    depth += 1
                    take(.comment, 2)
                } else if at("*/") {
                    depth -= 1
                    take(.comment, 2)
                } else {
                    take(.comment)
                }
            } while depth > 0 && index < source.count
        }

        /// The number of `#` before the quote that stands here, or `nil` where no literal begins.
        private func literalStart() -> Int? {
            var end = index
            while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
            return end < source.count && source[end] == UInt8(ascii: "\"") ? end - index : nil
        }

        private mutating func scanLiteral(hashes: Int) {
            take(.literal, hashes)
            let isMultiline = at(#"""""#)
            let quotes = isMultiline ? 3 : 1
            take(.literal, quotes)
            let closing = Array(repeating: UInt8(ascii: "\""), count: quotes) + Self.hashes(hashes)
            let escape = [UInt8(ascii: "\\")] + Self.hashes(hashes)
            while index < source.count {
                if source[index...].starts(with: closing) { return take(.literal, closing.count) }
                if !isMultiline, at("\n") { return }
                guard source[index...].starts(with: escape) else {
                    take(.literal)
                    continue
                }
                take(.literal, escape.count)
                if at("(") {
                    take(.code)
                    scanCode(until: UInt8(ascii: ")"))
                    take(.code)
                } else {
                    take(.literal)
                }
            }
        }

        private static func hashes(_ count: Int) -> [UInt8] { Array(repeating: UInt8(ascii: "#"), count: count) }
    }
}

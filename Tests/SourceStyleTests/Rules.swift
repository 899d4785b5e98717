/// What the sources hold to beyond the formatter; each rule reads one file.
enum Rules {
    static let fileLinesMax = 500

    /// Stops of the whole program that say nothing to the caller, and unfinished work.
    static func shortcuts(_ file: SourceTree.File) -> [Violation] {
        let text = file.swift
        return find(["try!", "as!", "fatalError("], in: text.code, of: file) { "\($0) stops the program: throw" }
            + find(["TODO", "FIXME", "XXX", "HACK"], in: text.comments, of: file) {
                "\($0): finish it, or open an issue"
            }
    }

    /// Libraries answer; only a product talks to the terminal.
    static func printing(_ file: SourceTree.File) -> [Violation] {
        find(["print(", "debugPrint(", "dump("], in: file.swift.code, of: file) {
            "a library does not \($0)…)"
        }
    }

    static func length(_ file: SourceTree.File) -> [Violation] {
        let count = file.text.hasSuffix("\n") ? file.lines.count - 1 : file.lines.count
        return count <= fileLinesMax
            ? [] : [Violation(path: file.path, line: count, message: "\(count) lines: split it by noun")]
    }

    /// A path that exists on one machine only.
    static func machinePaths(_ file: SourceTree.File) -> [Violation] {
        let homes = ["work", "root", "home", "Users"].map { "/\($0)/" }
        return file.lines.enumerated().flatMap { index, line in
            homes.filter { home in
                line.ranges(of: home).contains { range in
                    // The start of a path, not the middle of a URL or of a relative path.
                    range.lowerBound == line.startIndex
                        || !isPathCharacter(line[line.index(before: range.lowerBound)])
                }
            }.map { Violation(path: file.path, line: index + 1, message: "\($0)… is a path of one machine") }
        }
    }

    private static func isPathCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "._-~}".contains(character)
    }

    /// Every public type says in one sentence what it is.
    static func undocumentedTypes(_ file: SourceTree.File) -> [Violation] {
        let (code, lines) = (file.swift.code, file.lines)
        return code.indices.compactMap { index in
            let words = code[index].split { $0 == " " || $0 == "<" || $0 == ":" }
            let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol"]
            guard words.first == "public", let kind = words.firstIndex(where: { kinds.contains($0) }), kind <= 2,
                kind + 1 < words.count, words[kind + 1] != "func", words[kind + 1] != "var"
            else { return nil }
            var above = index - 1
            while above >= 0, code[above].contains("@") { above -= 1 }
            let isDocumented = above >= 0 && lines[above].drop { $0 == " " }.hasPrefix("///")
            return isDocumented
                ? nil : Violation(path: file.path, line: index + 1, message: "\(words[kind + 1]) has no doc comment")
        }
    }

    /// Secret bytes leave their type for an encryption, never for a text, an encoder or a log.
    static func leaks(_ file: SourceTree.File) -> [Violation] {
        let code = file.swift.code
        var violations = find(["revealed().hex", "revealed().description"], in: code, of: file) {
            "\($0) shows a secret"
        }
        for (index, line) in code.enumerated() {
            let conforms =
                line.contains("extension SecretBytes")
                && ["Codable", "Encodable", "Sequence", "Collection"].contains { line.contains($0) }
            if conforms {
                violations.append(.init(path: file.path, line: index + 1, message: "a secret has no encoding"))
            }
        }
        return violations + interpolatedSecrets(file)
    }

    private static func interpolatedSecrets(_ file: SourceTree.File) -> [Violation] {
        file.lines.enumerated().flatMap { index, line in
            line.split(separator: "\\(").dropFirst().filter { $0.prefix { $0 != "\"" }.contains("revealed()") }
                .map { _ in Violation(path: file.path, line: index + 1, message: "a text shows a secret") }
        }
    }

    /// The words, where they do not go on to the left as part of a longer name or a member.
    private static func find(
        _ words: [String], in lines: [String], of file: SourceTree.File, _ message: (String) -> String
    ) -> [Violation] {
        lines.enumerated().flatMap { index, line in
            words.filter { word in
                line.ranges(of: word).contains { range in
                    guard range.lowerBound > line.startIndex else { return true }
                    let before = line[line.index(before: range.lowerBound)]
                    return
                        !(before.isLetter || before.isNumber || before == "_" || before == "." && word.hasSuffix("("))
                }
            }.map { Violation(path: file.path, line: index + 1, message: message($0)) }
        }
    }
}

import Testing

@Suite("The sources")
struct RuleTests {
    private func expectNone(_ violations: [Violation]) {
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test("have no try!, as!, fatalError( and no unfinished work")
    func shortcuts() throws { expectNone(try SourceTree.sources().flatMap(Rules.shortcuts)) }

    @Test("print in products only")
    func printing() throws {
        expectNone(try SourceTree.sources().filter { !$0.path.hasPrefix("Sources/Products/") }.flatMap(Rules.printing))
    }

    @Test("have no file over 500 lines")
    func length() throws { expectNone(try SourceTree.swiftFiles().flatMap(Rules.length)) }

    @Test("document every public type of the foundations and the standards")
    func documentation() throws {
        let floors = ["Sources/Foundations/", "Sources/Standards/"]
        expectNone(
            try SourceTree.sources().filter { file in floors.contains { file.path.hasPrefix($0) } }
                .flatMap(Rules.undocumentedTypes))
    }

    @Test("name no path of one machine, nor do pages and scripts")
    func machinePaths() throws {
        let scripts = try SourceTree.files(below: "Scripts", endingIn: [".sh", ".py"])
        let others = try ["Makefile", "Package.swift", ".ci/run"].map(SourceTree.file)
        let files = try SourceTree.swiftFiles() + SourceTree.pages() + scripts + others
        expectNone(files.flatMap(Rules.machinePaths))
    }

    @Test("never turn a secret into text")
    func leaks() throws { expectNone(try SourceTree.swiftFiles().flatMap(Rules.leaks)) }
}

@Suite("A rule of style")
struct RuleExampleTests {
    private func file(_ text: String) -> SourceTree.File { .init(path: "A.swift", text: text) }

    @Test(
        "finds a shortcut in code",
        arguments: [
            "let a = try! b()", "let a = b as! C", "fatalError(\"no\")", "// TODO: later", "/* FIXME */",
            "\"text \\(try! b())\"", "\"\"\"\n\\(b as! C)\n\"\"\"",
        ])
    func shortcuts(_ text: String) { #expect(Rules.shortcuts(file(text)).count == 1) }

    @Test(
        "passes the same words in literals, comments and longer names",
        arguments: [
            "let a = \"try!\"", "// try! is not used", "let a = #\"fatalError(\"#", "preconditionFailure(\"why\")",
            "notfatalError()", "let mastodon = \"TODO\"", "let a = try b() as? C",
        ])
    func noShortcuts(_ text: String) { #expect(Rules.shortcuts(file(text)).isEmpty) }

    @Test("tells print( from a method that is called print or ends in it")
    func printing() {
        #expect(Rules.printing(file("    print(\"a\")")).count == 1)
        #expect(Rules.printing(file("    printer.print(page); blueprint(a); fingerprint(b)")).isEmpty)
    }

    @Test("counts 500 lines as enough and 501 as too many")
    func length() {
        let line = "let a = 1\n"
        #expect(Rules.length(file(String(repeating: line, count: Rules.fileLinesMax))).isEmpty)
        #expect(Rules.length(file(String(repeating: line, count: Rules.fileLinesMax + 1))).count == 1)
    }

    @Test("wants a doc comment directly above a public type, attributes aside")
    func documentation() {
        #expect(Rules.undocumentedTypes(file("public struct A {}")).map(\.line) == [1])
        #expect(Rules.undocumentedTypes(file("/// One.\n\npublic final class A {}")).map(\.line) == [3])
        #expect(Rules.undocumentedTypes(file("// One.\n    public enum A: Int {}")).map(\.line) == [2])
        #expect(Rules.undocumentedTypes(file("/// One.\n@frozen\npublic indirect enum A {}")).isEmpty)
        #expect(Rules.undocumentedTypes(file("struct A {}\npublic extension A {}\npublic let a = 1")).isEmpty)
    }

    @Test("finds a path of one machine, not the same word further on in a path or an address")
    func machinePaths() {
        let (home, work) = ("/ho" + "me/anna/x", "\"/wo" + "rk/x\"")
        #expect(Rules.machinePaths(file("see \(home)")).count == 1)
        #expect(Rules.machinePaths(file(work)).count == 1)
        #expect(Rules.machinePaths(file("https://example.org\(home), docs\(home), $(ROOT}\(home)")).isEmpty)
    }

    @Test("finds a secret on its way into a text or an encoder")
    func leaks() {
        let reveal = "revealed" + "()"
        #expect(Rules.leaks(file("log(key.\(reveal).hex)")).count == 1)
        #expect(Rules.leaks(file("let a = \"key \\(key.\(reveal))\"")).count == 1)
        #expect(Rules.leaks(file("extension SecretBytes: Codable {}")).count == 1)
        #expect(Rules.leaks(file("let sealed = seal(key.\(reveal)); return \"\\(sealed.count)\"")).isEmpty)
    }
}

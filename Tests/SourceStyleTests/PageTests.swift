import Foundation
import Testing

@Suite("The pages")
struct PageTests {
    @Test("link to files that exist")
    func links() throws {
        for page in try SourceTree.pages() {
            for target in Self.links(in: page.text) where !target.contains("://") && !target.hasPrefix("#") {
                let folder = (page.path as NSString).deletingLastPathComponent
                let path = ((folder as NSString).appendingPathComponent(target) as NSString).standardizingPath
                #expect(SourceTree.exists(path), "\(page.path) links to \(target)")
            }
        }
    }

    @Test("name every target of the package in the architecture")
    func targets() throws {
        let architecture = try SourceTree.file("ARCHITECTURE.md").text
        for target in Floors.targets(of: try SourceTree.sources()).keys.sorted() {
            #expect(architecture.contains("`\(target)`"), "\(target)")
        }
    }

    @Test("say of every direct dependency why it is there")
    func dependencies() throws {
        let page = try SourceTree.file("docs/dependencies.md").text
        let manifest = try SourceTree.file("Package.swift").text
        let packages = manifest.split(separator: "\n").filter { $0.contains(".package(url:") }
            .compactMap { $0.split(separator: "\"").dropFirst().first?.split(separator: "/").last }
        #expect(packages.count > 3)
        for package in packages { #expect(page.contains("| \(package) |"), "\(package)") }
    }

    @Test("number the decisions once each")
    func decisions() throws {
        let names = try SourceTree.files(below: "docs/decisions", endingIn: [".md"])
            .map { ($0.path as NSString).lastPathComponent }
        let numbers = names.map { String($0.prefix(4)) }
        #expect(numbers.allSatisfy { Int($0) != nil }, "\(names)")
        #expect(Set(numbers).count == numbers.count, "\(names)")
    }

    @Test("show commands that the Makefile has")
    func commands() throws {
        let makefile = try SourceTree.file("Makefile").text
        let targets = Set(
            makefile.split(separator: "\n").compactMap { line -> Substring? in
                line.first?.isLetter == true && line.contains(":") ? line.prefix { $0 != ":" } : nil
            })
        for page in try SourceTree.pages() {
            for command in page.text.ranges(of: /\bmake ([a-z]+)`/) {
                let word = page.text[command].dropFirst(5).dropLast()
                #expect(targets.contains(word), "\(page.path): make \(word)")
            }
        }
    }

    /// The targets of `[text](target)`, anchors cut off.
    private static func links(in text: String) -> [String] {
        text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/).map { String($0.1) }
    }
}

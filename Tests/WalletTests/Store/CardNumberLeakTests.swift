import EMV
import Foundation
import ISO7816
import Testing

@testable import Wallet

@Suite("Card numbers at rest")
struct CardNumberLeakTests {
    static let numbers = ["4761739001010010", "5413330089010434", "6250947000000014"]

    /// A number in every form in which something may have written it down.
    private static func encodings(of digits: String) throws -> [(name: String, bytes: [UInt8])] {
        let packed = try PrimaryAccountNumber(digits).packed
        func grouped(_ separator: String) -> String {
            stride(from: 0, to: 16, by: 4).map { start in
                String(digits.dropFirst(start).prefix(4))
            }.joined(separator: separator)
        }
        let text = Array(digits.utf8)
        let base64 = (0..<3).map { shift in
            // Whatever stands before it, the middle of the text in Base64 is one of three.
            String(Data([UInt8](repeating: 0, count: shift) + text).base64EncodedString().dropFirst(4).dropLast(4))
        }
        let texts: [(String, String)] =
            [
                ("digits", digits), ("spaced", grouped(" ")), ("hyphenated", grouped("-")),
                ("hex of the text", text.hex), ("lower-case hex of the text", text.hex.lowercased()),
                ("track 2", digits + "D"), ("track 2 with =", digits + "="),
                ("all but the check digit", String(digits.dropLast())),
                ("reversed", String(digits.reversed())),
                ("numbers of JSON", text.map { "\($0)" }.joined(separator: ",")),
                ("packed, as numbers of JSON", packed.map { "\($0)" }.joined(separator: ",")),
                ("UTF-16", ""),
            ] + base64.map { ("Base64", $0) }
        return texts.filter { !$0.1.isEmpty }.map { ($0.0, Array($0.1.utf8)) } + [
            ("BCD", packed), ("Base64 of BCD", Array(Data(packed).base64EncodedString().dropLast(2).utf8)),
            ("UTF-16", text.flatMap { [$0, 0] }),
        ]
    }

    @Test("no form of a card's number is in the store's file or its log (UCI-06)")
    func nowhere() async throws {
        let folder = StoreFolder()
        let bench = try WalletBench(path: folder.file)
        let (account, device) = try await bench.user()
        for (index, number) in Self.numbers.enumerated() {
            let card = try await bench.card(of: account.id, number: number)
            let (credential, tokens) = try await bench.credential(of: card, on: device)
            let element = try await BenchCard(credential, bench)
            for (counter, token) in tokens.values.enumerated() {
                let request = try element.payment(
                    token, counter: UInt16(counter + 1), transaction: "t-\(index)-\(counter)")
                #expect(try await bench.payments().authorize(request) != .declined(actionCode: "05"))
            }
            _ = try await bench.tokens().suspend(try present(tokens[.nfc]).reference, by: .user, reason: card.lastFour)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.contains("wallet.sqlite") && files.contains("wallet.sqlite-wal"))
        var size = 0
        for file in files {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file))
            size += data.count
            for number in Self.numbers {
                for (name, bytes) in try Self.encodings(of: number) {
                    #expect(data.range(of: Data(bytes)) == nil, "\(name) of ••••\(number.suffix(4)) in \(file)")
                }
            }
        }
        #expect(size > 100_000, "the search had something to search")
        // The search would have found them: the tokens, which are kept in the clear, are there.
        let token = try present(try await bench.store.tokens(of: bench.store.credentials(of: account.id)[0].id).first)
        let found = try files.contains { file in
            try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file)).range(
                of: Data(token.number.digits.utf8)) != nil
        }
        #expect(found)
    }

    @Test("the issuer is asked without the card's number, and records print without it")
    func messages() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id, number: Self.numbers[0])
        let (credential, tokens) = try await bench.credential(of: card, on: device)
        let request = try await BenchCard(credential, bench).payment(try present(tokens[.online]))
        _ = try await bench.payments().authorize(request)
        let asked = try present(bench.issuer.asked.last)
        var dumped = "\(asked) \(card) \(credential) \(request)"
        dump(asked, to: &dumped)
        dump(card, to: &dumped)
        #expect(!dumped.contains(Self.numbers[0]))
        #expect(card.lastFour == "0010" && card.issuerIdentification == "47617390")
    }
}

import ISO7816
import SecureElement

@testable import FuzzTargets

extension Seeds {
    /// What cards store, without the frame that the target puts around it; cut ones beside them.
    static var states: [[UInt8]] {
        let contents = FuzzedCard.cards.compactMap { try? BERTLV.sequence($0.persistentState).first?.value }
        return unique(
            contents + contents.flatMap { [$0.dropLast(120), $0.prefix(80), $0.prefix(300)].map(Array.init) })
    }

    static var scripts: [[UInt8]] {
        let stories: [[UInt8]] = [
            domains, keys, protocols, loading, personalization, reading, cardStates, channels, deletions, garbage,
        ]
        var seeds: [[UInt8]] = []
        for card in FuzzedCard.cards.indices {
            for (number, story) in stories.enumerated() {
                // Everything for two cards of Fig. 5 and those of the other figures, a third for the rest.
                guard card < 4 || card >= 10 || (number + card) % 3 == 0 else { continue }
                seeds.append([UInt8(card)] + story)
            }
        }
        return seeds
    }

    // The bytes are those of `fuzzCardScript` and of `CardTemplates`.
    private static func open(_ domain: UInt8, _ keys: UInt8, level: UInt8, version: UInt8 = 0) -> [UInt8] {
        [4, domain, keys, level, version]
    }

    private static func plain(_ template: UInt8...) -> [UInt8] { [2] + template }
    private static func secured(_ template: UInt8...) -> [UInt8] { [6] + template }
    private static let noPrivileges: [UInt8] = [0, 0, 1]

    private static var domains: [UInt8] {
        open(0, 0, level: 1) + [6, 5, 2] + noPrivileges + [6, 5, 15] + noPrivileges + [6, 6, 4, 13, 12]
            + noPrivileges + secured(8, 2, 4) + secured(9, 0, 2, 1, 0xC0, 0, 0) + secured(7, 4) + secured(12, 4)
            + secured(13, 4) + secured(12, 2) + secured(14, 2, 2, 0) + secured(8, 0, 4) + secured(9, 1, 2, 4, 0)
    }

    private static var keys: [UInt8] {
        open(0, 0, level: 2) + secured(17, 1, 1, 0, 2, 0) + secured(16, 0, 0, 2) + open(1, 1, level: 5)
            + secured(17, 2, 1, 0, 1, 1, 1) + secured(17, 3, 0, 3, 3, 0) + open(1, 2, level: 3, version: 3)
            + secured(16, 1, 0, 1) + secured(16, 0, 0, 3) + open(1, 3, level: 4)
    }

    /// From AES to DES keys and back, and keys of other kinds.
    private static var protocols: [UInt8] {
        open(2, 4, level: 1) + secured(4, 1, 0) + secured(17, 4, 1, 0, 5, 0) + secured(17, 0, 1, 0, 2, 0)
            + secured(17, 0, 4, 3, 3, 0) + secured(17, 0, 6, 3, 5, 0)
            + secured(17, 0, 2, 1, 0x21, 3, 1, 0, 1, 1, 0, 0) + open(2, 0, level: 5, version: 4)
            + secured(16, 0, 0, 4) + secured(4, 1, 0) + open(0, 0, level: 1) + secured(17, 4, 1, 0, 4, 0)
            + open(0, 4, level: 3, version: 5) + secured(4, 2, 0)
    }

    private static var loading: [UInt8] {
        open(0, 0, level: 5) + secured(15, 5, 1) + [15, 60, 0, 4] + [6, 6, 7, 6, 5] + noPrivileges + secured(7, 7)
            + plain(0, 7, 0) + secured(15, 5, 0) + open(0, 0, level: 1) + [15, 100, 1, 1] + secured(15, 5, 1)
            + [15, 20, 2, 2] + [15, 160, 0, 0, 5, 0, 4, 9]
    }

    private static var personalization: [UInt8] {
        open(1, 1, level: 5) + secured(10, 3) + secured(11, 4, 20, 0x70) + decisions(11, 19) + [1, 0, 0]
            + (0..<4).flatMap { [6, 19, 3, UInt8($0)] } + open(0, 0, level: 1) + secured(7, 3) + plain(0, 3, 0)
            + [2, 18, 0, 2, 0x83, 0] + [2, 18, 1, 29] + decisions(12, 29) + [2, 18, 3, 0] + plain(0, 8, 0)
            + plain(0, 9, 0) + [2, 18, 6, 0] + plain(0, 10, 0) + [2, 18, 9, 0]
    }

    private static var reading: [UInt8] {
        (0..<11).flatMap { [2, 3, UInt8($0)] } + open(0, 0, level: 5)
            + (0..<4).flatMap { [6, 4, UInt8($0), 0, 6, 4, UInt8($0), 1] } + open(1, 1, level: 2)
            + secured(4, 1, 0) + secured(4, 1, 1) + plain(0, 2, 1) + plain(0, 2, 0)
    }

    private static var cardStates: [UInt8] {
        open(0, 0, level: 1) + secured(14, 0, 0) + secured(4, 0, 0) + plain(0, 3, 0) + [14] + open(0, 0, level: 3)
            + secured(14, 0, 1) + plain(0, 3, 0) + open(0, 0, level: 1) + secured(14, 0, 3) + plain(3, 0)
            + plain(0, 0, 0)
    }

    private static var channels: [UInt8] {
        plain(1, 1) + plain(1, 0, 3) + [0x84, 1, 0, 0, 5, 0] + [0x86, 1, 4, 1, 0] + [0x84, 3, 0, 0, 1, 0]
            + [0x86, 3, 12, 3] + [0x86, 1, 10, 3] + [0x86, 3, 15, 1, 1] + plain(2, 3) + [0x86, 3, 4, 1, 0]
            + [0x86, 1, 13, 3] + plain(2, 1)
    }

    private static var deletions: [UInt8] {
        open(0, 0, level: 2) + secured(15, 1, 0) + secured(15, 1, 1) + secured(15, 2, 0) + secured(15, 8, 1)
            + secured(15, 0, 1) + secured(15, 5, 1) + secured(15, 12, 1) + plain(0, 1, 0)
    }

    private static var garbage: [UInt8] {
        [1, 7, 0, 0xA4, 4, 0, 2, 0xA0, 0] + open(0, 0, level: 5) + [12] + [0x80, 0xCA, 0, 0x66, 0, 0]
            + [12, 0x80, 0xE4, 0, 0, 3, 0x4F, 1, 1, 0] + [13, 4, 1, 0, 5, 0, 3, 9] + open(0, 0, level: 1)
            + [11, 8, 1, 3, 5, 2, 0, 7, 1] + [0, 0x84, 0xF2, 0x80, 2, 10] + decisions(13, 10) + [0]
    }
}

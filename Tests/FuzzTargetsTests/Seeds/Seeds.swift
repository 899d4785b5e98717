import CardTesting
import FuzzTargets
import ISO7816

/// Sound inputs for the fuzzers to start from.
enum Seeds {
    static func of(_ target: FuzzTarget) -> [[UInt8]] {
        switch target {
        case .apdu: commands
        case .berTLV: templates
        case .paymentData: paymentData
        case .iso8583: financialMessages
        case .nearField: frames
        case .terminal: conversations
        case .ndef: messages
        case .tag: tagCommands
        case .bill: bills
        case .smartCard: smartCards
        case .loadFile: loadFiles
        case .loadFileRecipe: recipes
        case .channelCard: cardSessions
        case .channelHost: hostSessions
        case .cardState: states
        case .cardScript: scripts
        }
    }

    /// Numbers that repeat, for targets that read every byte as a decision.
    static func decisions(_ seed: UInt64, _ count: Int) -> [UInt8] { SeededRandomSource(seed: seed).bytes(count) }
}

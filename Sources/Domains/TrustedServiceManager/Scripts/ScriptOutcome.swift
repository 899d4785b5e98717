/// What became of a script (TSM-10): one answer per executed command, the failed ones, the ones not attempted.
public struct ScriptOutcome: Hashable, Sendable, Codable {
    public enum Verdict: String, Sendable, Codable {
        /// Every command was executed and none was refused.
        case completed
        /// The card refused a command, or was lost; what follows was not attempted.
        case stopped
        /// The link broke and the card has not been read since: repeat the request with the same key.
        case unknown
    }

    public struct Response: Hashable, Sendable, Codable {
        /// Position in the provider's list, from 0.
        public var index: Int
        public var data: [UInt8]
        /// `nil` where the answer was lost but the card, read afterwards, shows that the command took effect.
        public var statusWord: UInt16?
    }

    public struct Failure: Hashable, Sendable, Codable {
        public var index: Int
        public var command: [UInt8]
        /// `nil` where the command was lost on the way and the card shows that it took no effect.
        public var statusWord: UInt16?
    }

    public var verdict: Verdict
    public var responses: [Response]
    public var failed: [Failure]
    /// Positions never sent.
    public var unattempted: [Int]
}

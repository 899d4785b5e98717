/// What a card has to be told, or that nothing is left to tell.
public enum LoadStep: Hashable, Sendable {
    /// CREDIT FOR LOAD.
    case credit(PurseMoment, mac2: PurseMAC)
    case loaded
}

/// What a card says of itself when it is to be loaded.
public struct PurseContact: Sendable {
    /// The answer to INITIALIZE FOR LOAD of the load's amount, which the card's MAC1 covers.
    public var begun: InitializedLoad
    /// The card's counter of purchases and its log, if they were read; nothing authenticates them.
    public var offlineNumber: UInt16?
    public var log: [PurseLogRecord]

    public init(_ begun: InitializedLoad, offlineNumber: UInt16? = nil, log: [PurseLogRecord] = []) {
        self.begun = begun
        self.offlineNumber = offlineNumber
        self.log = log
    }
}

/// Cards that share a master key, which their manufacturer has too.
public struct CardBatchRecord: Hashable, Sendable, Codable {
    public var masterKey: MasterKeyIndex
    public var label: String
    public var createdAt: Int64

    public init(masterKey: MasterKeyIndex, label: String, createdAt: Int64) {
        self.masterKey = masterKey
        self.label = label
        self.createdAt = createdAt
    }
}

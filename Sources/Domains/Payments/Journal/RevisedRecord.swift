/// A record that changes: who replaces it must have read the version that is replaced.
public protocol RevisedRecord: Sendable {
    /// 0 for a record that is not stored yet; the store counts on with every commit.
    var revision: Int { get set }
}

extension RevisedRecord {
    /// The record as the store holds it once this version is committed: what a next change starts from.
    public var committed: Self {
        var record = self
        record.revision += 1
        return record
    }
}

/// Why a record could not be written or read, before a port's own error says it.
enum RecordError: Error, Equatable {
    case duplicate(kind: String, key: String)
    case missing(kind: String, key: String)
    /// The stored revision is not the one that is to be replaced.
    case conflict(kind: String, key: String)
    case failed(String)
}

/// The error of a store's port.
protocol StoreFailure: Error {
    init(_ error: RecordError)
}

extension StoreFailure {
    /// What the database said; the values of a statement never stand in it.
    init(describing error: any Error) {
        if let error = error as? Self {
            self = error
        } else {
            self.init(error as? RecordError ?? .failed("\(error)"))
        }
    }
}

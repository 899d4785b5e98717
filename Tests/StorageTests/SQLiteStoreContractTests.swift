import Storage
import Testing
import TrustedServiceManager

/// The contract of ``DirectoryStore``, kept by SQLite in memory and in a file.
@Suite("SQLite keeps the contract of the directory store")
struct SQLiteStoreContractTests {
    enum Place: CaseIterable, Sendable { case memory, file }

    typealias Clause = @Sendable (any DirectoryStore) async throws -> Void

    private func keeps(_ clause: Clause, _ place: Place) async throws {
        switch place {
        case .memory: try await clause(try SQLiteStore.inMemory())
        case .file:
            let folder = TemporaryFolder()
            defer { withExtendedLifetime(folder) {} }
            try await clause(try SQLiteStore(path: folder.file("tsm.sqlite")))
        }
    }

    @Test("every record comes back as written", arguments: Place.allCases)
    func records(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.everyRecordComesBackAsWritten, place)
    }

    @Test("communications, executions, requests and audit lines come back as written", arguments: Place.allCases)
    func journal(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.theJournalComesBackAsWritten, place)
    }

    @Test("policies, approvals and content of delegated management come back as written", arguments: Place.allCases)
    func delegation(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.delegatedManagementComesBackAsWritten, place)
    }

    @Test("what is not there is nil or empty", arguments: Place.allCases)
    func absence(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.whatIsNotThereIsNil, place)
    }

    @Test("an MSI is found by its kind and its value", arguments: Place.allCases)
    func subscriptions(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.anMSIIsFoundByKindAndValue, place)
    }

    @Test("service instances differ by each part of their key", arguments: Place.allCases)
    func instances(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.instancesDifferByEachPartOfTheirKey, place)
    }

    @Test("idempotency keys belong to their scope", arguments: Place.allCases)
    func scopes(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.idempotencyKeysBelongToTheirScope, place)
    }

    @Test("inserting twice is a duplicate that names kind and key", arguments: Place.allCases)
    func duplicates(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.insertingTwiceIsADuplicate, place)
    }

    @Test("a provider's name and number are its alone", arguments: Place.allCases)
    func uniqueProviders(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.namesAndNumbersOfProvidersAreTheirsAlone, place)
    }

    @Test("changing what is not there is missing, with kind and key", arguments: Place.allCases)
    func missing(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.changingWhatIsNotThereIsMissing, place)
    }

    @Test("what a record refers to must exist", arguments: Place.allCases)
    func references(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.whatARecordRefersToMustExist, place)
    }

    @Test("the first revocation of a credential stands", arguments: Place.allCases)
    func revocation(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.theFirstRevocationStands, place)
    }

    @Test("a failing change undoes the whole list", arguments: Place.allCases)
    func atomicity(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.aFailingChangeUndoesTheWholeList, place)
    }

    @Test("begin writes the execution and its changes, or neither", arguments: Place.allCases)
    func begin(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.beginWritesTheExecutionAndItsChangesOrNeither, place)
    }

    @Test("what is over and old is forgotten, and nothing else", arguments: Place.allCases)
    func forgetting(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.whatIsOverAndOldIsForgotten, place)
    }

    @Test("execution numbers rise", arguments: Place.allCases)
    func numbers(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.executionNumbersRise, place)
    }

    @Test("of 200 concurrent commits each has its own fate", arguments: Place.allCases)
    func concurrency(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.concurrentCommitsEachHaveTheirOwnFate, place)
    }

    @Test("100 concurrent begins get 100 numbers", arguments: Place.allCases)
    func concurrentBegins(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.concurrentBeginsGetDifferentNumbers, place)
    }

    @Test("a commit asked for is carried out though its task is cancelled", arguments: Place.allCases)
    func cancellation(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.aCommitAskedForIsCarriedOutThoughTheTaskIsCancelled, place)
    }

    @Test("unsettled executions are listed oldest first, settled ones not", arguments: Place.allCases)
    func unsettled(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.unsettledExecutionsAreOldestFirst, place)
    }

    @Test("pages of secure elements join without gap or overlap", arguments: Place.allCases)
    func pages(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.pagesOfSecureElementsJoinWithoutGapOrOverlap, place)
    }

    @Test("a limit below one gives nothing", arguments: Place.allCases)
    func limits(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.aLimitBelowOneGivesNothing, place)
    }

    @Test("the newest communications come first, whatever was written to them since", arguments: Place.allCases)
    func newest(_ place: Place) async throws {
        try await keeps(DirectoryStoreContract.theNewestCommunicationsComeFirst, place)
    }
}

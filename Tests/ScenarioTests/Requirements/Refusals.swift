import CardTesting
import SecureElement
import Storage
import Testing
import TrustedServiceManager

/// All that the directory says, to be compared before and after.
struct DirectoryRecords: Equatable, Sendable {
    var secureElements: [SecureElementRecord]
    var securityDomains: [SecurityDomainRecord]
    var instances: [ServiceInstanceRecord]
    var communications: [Communication]
    var executions: [Execution]
    var audit: [AuditEntry]

    init(_ store: SQLiteStore) async throws {
        secureElements = try await store.secureElements(after: nil, limit: 100)
        securityDomains = []
        instances = []
        for element in secureElements {
            securityDomains += try await store.securityDomains(on: element.id)
            instances += try await store.serviceInstances(on: element.id)
        }
        communications = try await store.communications(limit: 1_000)
        executions = try await store.executions(limit: 1_000)
        audit = try await store.auditEntries(limit: 1_000)
    }
}

extension World {
    var records: DirectoryRecords { get async throws { try await DirectoryRecords(store) } }

    /// The error of a request that must be refused, having sent nothing to a network and changed nothing in the store.
    func refusal<Answer: Sendable>(
        sourceLocation: SourceLocation = #_sourceLocation,
        of request: (CentralTSM) async throws -> Answer
    ) async throws -> TSMError? {
        let (before, apdus) = (try await records, guillotine.apdus)
        var refusal: TSMError?
        do {
            _ = try await request(tsm)
            Issue.record("the request was not refused", sourceLocation: sourceLocation)
        } catch let error as TSMError {
            refusal = error
        }
        #expect(guillotine.apdus == apdus, "nothing is sent to a network", sourceLocation: sourceLocation)
        #expect(try await records == before, "nothing is changed in the store", sourceLocation: sourceLocation)
        return refusal
    }
}

extension TSMError {
    /// The field that the error names, where it names one.
    var field: String? {
        switch self {
        case .invalid(let field, _), .notFound(let field, _), .mismatch(let field, _), .scriptTooLarge(let field, _):
            field
        default: nil
        }
    }

    /// The position of the command that the policy refused.
    var refusedCommand: Int? { if case .commandRefused(let index, _) = self { index } else { nil } }
}

extension World {
    /// Runs `story` in a world of its own and takes it down again.
    static func tell(
        _ cut: Cut? = nil, implementation: UInt8 = 0x70, figure: CardConfiguration.Figure = .embedded,
        alternatives: CardConfiguration.Alternatives = .init(), authority: TestAuthority? = nil,
        link: ModuleLink = .direct, _ story: (World) async throws -> Void
    ) async throws {
        let world = try await World(
            cut, implementation: implementation, figure: figure, alternatives: alternatives, authority: authority,
            link: link)
        do {
            try await story(world)
        } catch {
            await world.tearDown()
            throw error
        }
        await world.tearDown()
    }
}

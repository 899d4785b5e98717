import ISO7816
import Testing

@testable import TrustedServiceManager

@Suite("A communication is open from begin to end")
struct CommunicationTests {
    private func communication(scriptsMax: Int = 2) throws -> Communication {
        Communication(
            id: CommunicationID(rawValue: "c1"), provider: ServiceProviderID(rawValue: "p1"),
            secureElement: try SecureElementIdentifier(value: "0102030405060708"),
            msi: try MobileSubscriptionIdentifier(value: "4915112345678"),
            service: try ServiceIdentifier(number: 1, version: "1.0"),
            qualifier: try ServiceQualifier(providerName: "Bank", paymentReferenceNumber: "PRN1"),
            targetApplication: "F053454E45534348", operation: .personalization,
            terms: CommunicationTerms(
                otaBearer: "north", scriptsMax: scriptsMax, scriptBytesMax: 1_000, scriptFormat: .compact,
                permittedSeconds: 60),
            openedAt: 1_000)
    }

    private let first = ExecutionNumber(rawValue: 1)
    private let second = ExecutionNumber(rawValue: 2)

    @Test("TSM-09 a script after end fails, and the id cannot be ended twice")
    func endMakesTheIDUnusable() throws {
        var open = try communication()
        try open.apply(.end(.success))
        #expect(open.state == .ended(.success))
        let ended = open
        #expect(throws: CommunicationError.ended) { try open.apply(.begin(script: first)) }
        #expect(throws: CommunicationError.ended) { try open.apply(.end(.failure)) }
        #expect(open == ended)
    }

    @Test("one script at a time: a second one is refused until the first is settled")
    func oneScriptAtATime() throws {
        var open = try communication()
        try open.apply(.begin(script: first))
        #expect(throws: CommunicationError.scriptExecuting) { try open.apply(.begin(script: second)) }
        #expect(throws: CommunicationError.scriptExecuting) { try open.apply(.end(.success)) }
        try open.apply(.settle(script: second))
        #expect(open.state == .executing(first), "another execution does not settle this one")
        try open.apply(.settle(script: first))
        try open.apply(.begin(script: second))
        #expect(open.scriptsRun == 2)
    }

    @Test("TSM-08 the number of scripts granted at begin is the limit, tested at the limit")
    func scriptsAreBounded() throws {
        var open = try communication(scriptsMax: 1)
        try open.apply(.begin(script: first))
        try open.apply(.settle(script: first))
        #expect(throws: CommunicationError.scriptsExhausted(granted: 1)) { try open.apply(.begin(script: second)) }
    }

    @Test("a communication expires when its permitted time is over, not a second before, and never during a script")
    func expiry() throws {
        var open = try communication()
        try open.apply(.tick(now: 1_059))
        #expect(open.state == .opened)
        var executing = open
        try executing.apply(.begin(script: first))
        try executing.apply(.tick(now: 1_060))
        #expect(executing.state == .executing(first))
        try open.apply(.tick(now: 1_060))
        #expect(open.state == .expired)
        #expect(throws: CommunicationError.expired) { try open.apply(.begin(script: first)) }
    }
}

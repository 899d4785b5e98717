import EMV
import GlobalPlatform
import ISO7816

/// A card record as it was found in a secure element: by the device itself, or read through the central TSM.
public struct FoundRecord: Hashable, Sendable {
    public var type: UniversalCardType
    public var reference: RecordReference
    /// The first 8 bytes of the SHA-256 of the record as it was put.
    public var fingerprint: [UInt8]

    public init(type: UniversalCardType, reference: RecordReference, fingerprint: [UInt8]) {
        self.type = type
        self.reference = reference
        self.fingerprint = fingerprint
    }
}

/// What was done to make a secure element hold what it should.
public struct Synchronization: Hashable, Sendable, Codable {
    /// Records that were loaded again (UPD-09).
    public var restored: [RecordReference] = []
    /// Records that were deleted.
    public var removed: [RecordReference] = []
}

extension CardDesk {
    /// Brings the secure element of the device in step with the wallet: what is missing or different is loaded again, what
    /// is not to be there is deleted, what was under way is finished.
    ///
    /// - Parameter found: what the device found; `nil` has the secure element read through the central TSM. A device that
    ///   tells untruths only has records loaded or deleted that should be or should not be there anyway.
    public func synchronize(
        _ found: [FoundRecord]?, _ request: UserRequest
    ) async throws(WalletError) -> Synchronization {
        try await once(request, "synchronize") { _ async throws(WalletError) in
            try await synchronized(found, request)
        }
    }

    private func synchronized(
        _ told: [FoundRecord]?, _ request: UserRequest
    ) async throws(WalletError) -> Synchronization {
        let device = request.device
        var synchronization = Synchronization()
        let leaving = try await credentialsToRemove(on: device, of: request.user)
        for credential in leaving {
            try await clear(credential, subscriber: device.subscriber, request)
            synchronization.removed.append(credential.record)
        }
        try await finishMigrations(request)
        let all = try await stored { () async throws(WalletStoreError) in
            try await store.credentials(on: device.secureElement)
        }
        for credential in all where credential.user == request.user && credential.mode == .dedicated {
            if credential.isOutOfStep { try await bringInStep(credential.id, subscriber: device.subscriber) }
            guard credential.state == .loading,
                let card = try await stored({ () async throws(WalletStoreError) in
                    try await store.card(credential.card)
                })
            else { continue }
            try await finish(credential, card, isThere: false, request)
        }
        let live = all.filter { $0.user == request.user && $0.state.isLive && $0.mode != .dedicated }
        guard !live.isEmpty || told?.isEmpty == false else { return synchronization }
        let found: [FoundRecord]
        if let told { found = told } else { found = try await records(on: device) }
        for credential in live {
            guard
                let card = try await stored({ () async throws(WalletStoreError) in
                    try await store.card(credential.card)
                })
            else { continue }
            try await synchronize(credential, card, found, &synchronization, request)
        }
        // Another account's records in the same secure element are not this one's to judge, nor are those that have come
        // while it was read; those that have just left may stand in what the device has told. A record in the instance of
        // the other type is a stray one, whatever its reference.
        let known =
            try await stored { () async throws(WalletStoreError) in
                try await store.credentials(on: device.secureElement)
            }.filter { $0.state != .removed } + leaving
        for stray in found where !known.contains(where: { $0.record == stray.reference && $0.type == stray.type }) {
            try await deleteRecord(stray.reference, stray.type, subscriber: device.subscriber)
            synchronization.removed.append(stray.reference)
        }
        return synchronization
    }

    /// The record of one credential as it should be: loaded again, taken out while its tokens are stopped, or left.
    private func synchronize(
        _ credential: Credential, _ card: Card, _ found: [FoundRecord], _ synchronization: inout Synchronization,
        _ request: UserRequest
    ) async throws(WalletError) {
        let here = found.first { $0.type == credential.type && $0.reference == credential.record }
        let wanted = try await record(of: credential, card)
        let isThere = here?.fingerprint == wanted?.fingerprint
        if wanted != nil, !isThere { synchronization.restored.append(credential.record) }
        if wanted == nil, here != nil {
            try await deleteRecord(credential.record, credential.type, subscriber: request.device.subscriber)
            synchronization.removed.append(credential.record)
        }
        if !isThere || credential.state != .active {
            try await finish(credential, card, isThere: isThere || wanted == nil, request)
        }
        try await markInStep(credential.id)
    }

    /// A credential whose loading was interrupted goes on; one whose record was lost gets it again. What was allocated and
    /// never bound stays: the request that allocated it may come again.
    private func finish(
        _ credential: Credential, _ card: Card, isThere: Bool, _ request: UserRequest
    ) async throws(WalletError) {
        guard credential.issuerBinding != nil, !(try await isComing(credential)) else { return }
        var credential = credential
        if !isThere { credential = try await loaded(credential, card, subscriber: request.device.subscriber) }
        guard credential.state == .loading || credential.state == .allocated else { return }
        let (_, changes) = try await activation(of: credential)
        try await commit(changes + [audit(request, "card activated", "\(card.reference)", "\(credential.id)")])
    }

    /// Reads both universal instances through the central TSM: SFI 29 tells how many records there are, SFI 30 which.
    func records(on device: Device) async throws(WalletError) -> [FoundRecord] {
        var found: [FoundRecord] = []
        for type in UniversalCardType.allCases {
            guard let summary = try await summary(of: type, device) else { continue }
            guard let count = UniversalInstanceSummary(summary)?.recordCount, count > 0 else { continue }
            let names = (1...count).map { RecordName(shortFileIdentifier: 30, number: UInt8($0)) }
            for answer in try await read(names, type, device) {
                guard let record = FoundRecord(answer, type: type) else {
                    throw .unsettled(reason: "the secure element's records could not be read")
                }
                found.append(record)
            }
        }
        return found
    }

    /// SFI 29 of an instance; `nil` for one that has not been made yet, which holds nothing.
    private func summary(of type: UniversalCardType, _ device: Device) async throws(WalletError) -> ResponseAPDU? {
        try await managing { () async throws(SecureElementManagementError) in
            do throws(SecureElementManagementError) {
                let name = RecordName(shortFileIdentifier: 29, number: 1)
                return try await elements.records([name], of: application(type), for: device.subscriber).first
            } catch .refused("wrongState", _) {
                return nil
            }
        }
    }

    private func read(
        _ names: [RecordName], _ type: UniversalCardType, _ device: Device
    ) async throws(WalletError) -> [ResponseAPDU] {
        try await managing { () async throws(SecureElementManagementError) in
            try await elements.records(names, of: application(type), for: device.subscriber)
        }
    }
}

/// The data objects of the records that tell what lies in a universal instance.
private enum Tag {
    static let summary: BERTag = 0xDF60
    static let count: BERTag = 0x83
    static let entry: BERTag = 0xE0
    static let reference: BERTag = 0xC0
    static let fingerprint: BERTag = 0x86
}

/// SFI 29 record 1: `70 { DF60 { 80 universal identifier, 81 type, 82 digest, 83 records, 84 capacity } }`.
private struct UniversalInstanceSummary {
    var recordCount: Int

    init?(_ answer: ResponseAPDU) {
        guard let summary = answer.record(Tag.summary), let count = summary[Tag.count], count.count == 1 else {
            return nil
        }
        recordCount = Int(count[0])
    }
}

extension FoundRecord {
    /// SFI 30: `70 { E0 { C0 reference, …, 86 fingerprint } }`.
    fileprivate init?(_ answer: ResponseAPDU, type: UniversalCardType) {
        guard let fields = answer.record(Tag.entry),
            let reference = fields[Tag.reference].flatMap({ RecordReference($0) }),
            let fingerprint = fields[Tag.fingerprint], fingerprint.count == 8
        else { return nil }
        self.init(type: type, reference: reference, fingerprint: fingerprint)
    }
}

extension ResponseAPDU {
    /// The data objects inside the one template of a record.
    fileprivate func record(_ tag: BERTag) -> [BERTLV]? {
        guard statusWord.isSuccess, let template = try? BERTLV(bytes: data), template.tag == 0x70,
            let value = (try? template.children())?[tag]
        else { return nil }
        return try? BERTLV.sequence(value)
    }
}

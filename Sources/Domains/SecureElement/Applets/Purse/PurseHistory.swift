import ElectronicPurse
import ISO7816

/// What a purse holds and what became of it: the part of it that every transaction changes as a whole.
struct PurseHistory: Equatable, Sendable {
    private(set) var balance: UInt32 = 0
    /// Loads, so far.
    private(set) var onlineNumber: UInt16 = 0
    /// Purchases, so far.
    private(set) var offlineNumber: UInt16 = 0
    /// The newest first.
    private(set) var log: [PurseLogRecord] = []
    private(set) var lastLoad: Proof?
    private(set) var lastPurchase: Proof?

    /// By what the last transaction of a counter can be proved later.
    struct Proof: Equatable, Sendable {
        var type: PurseTransactionType
        /// The counter after it.
        var number: UInt16
        var mac2: PurseMAC
        var tac: PurseMAC
    }

    init() {}

    /// 1 is the newest.
    func record(_ number: UInt8) -> PurseLogRecord? {
        number > 0 && Int(number) <= log.count ? log[Int(number) - 1] : nil
    }

    func proof(of type: PurseTransactionType) -> Proof? { type.isOffline ? lastPurchase : lastLoad }

    /// One transaction, with the balance after it.
    mutating func add(_ record: PurseLogRecord, balance: UInt32, mac2: PurseMAC, tac: PurseMAC) {
        let proof = Proof(type: record.type, number: record.number, mac2: mac2, tac: tac)
        if record.type.isOffline {
            offlineNumber = record.number
            lastPurchase = proof
        } else {
            onlineNumber = record.number
            lastLoad = proof
        }
        self.balance = balance
        log = [record] + log.prefix(PurseFile.logRecordsMax - 1)
    }
}

// MARK: - State

extension PurseHistory {
    private static let proofLength = 12

    /// balance (4) | online number (2) | offline number (2) | proof of load (12) | of purchase (12) | records (1) | ten
    /// records (23 each).
    ///
    /// It is as long as it will ever be from the beginning: a debit never fails for want of memory.
    var stateBytes: [UInt8] {
        let records = log.flatMap(\.bytes)
        let room = PurseFile.logRecordsMax * PurseLogRecord.length
        return balance.bigEndianBytes + onlineNumber.bigEndianBytes + offlineNumber.bigEndianBytes
            + Self.bytes(of: lastLoad) + Self.bytes(of: lastPurchase) + [UInt8(log.count)] + records
            + [UInt8](repeating: 0, count: room - records.count)
    }

    private static func bytes(of proof: Proof?) -> [UInt8] {
        guard let proof else { return [UInt8](repeating: 0, count: proofLength) }
        return [proof.type.rawValue, 0x00] + proof.number.bigEndianBytes + proof.mac2.bytes + proof.tac.bytes
    }

    /// Reads ``stateBytes`` from the data object `tag`.
    init(stateBytes: [UInt8], _ tag: BERTag) throws(AppletStateError) {
        var reader = ByteReader(stateBytes)
        do {
            balance = try reader.uint32("balance")
            onlineNumber = try reader.uint16("online number")
            offlineNumber = try reader.uint16("offline number")
            let proofs = [try reader.take(Self.proofLength, "proof"), try reader.take(Self.proofLength, "proof")]
            let count = Int(try reader.byte("records"))
            let room = try reader.take(PurseFile.logRecordsMax * PurseLogRecord.length, "log")
            try reader.finish()
            guard count <= PurseFile.logRecordsMax else { throw AppletStateError.impossible(tag) }
            lastLoad = try Self.proof(proofs[0], tag)
            lastPurchase = try Self.proof(proofs[1], tag)
            for index in 0..<count {
                log.append(try PurseLogRecord(room[(index * PurseLogRecord.length)...].prefix(PurseLogRecord.length)))
            }
        } catch let error as ByteLayoutError {
            throw .layout(tag, error)
        } catch {
            throw .impossible(tag)
        }
        guard balance <= PurseAmount.max, lastLoad?.type.isOffline != true, lastPurchase?.type.isOffline != false else {
            throw .impossible(tag)
        }
    }

    private static func proof(_ bytes: [UInt8], _ tag: BERTag) throws(AppletStateError) -> Proof? {
        guard bytes.contains(where: { $0 != 0 }) else { return nil }
        guard let type = PurseTransactionType(rawValue: bytes[0]), bytes[1] == 0x00,
            let mac2 = try? PurseMAC(bytes[4..<8]), let tac = try? PurseMAC(bytes[8..<12])
        else { throw .impossible(tag) }
        return Proof(type: type, number: UInt16(bytes[2]) << 8 | UInt16(bytes[3]), mac2: mac2, tac: tac)
    }
}

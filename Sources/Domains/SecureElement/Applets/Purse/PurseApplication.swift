import ElectronicPurse
import GlobalPlatform
import ISO7816

/// The electronic purse of JR/T 0025.2 in the transport profile of JT/T 978: it is loaded with the issuer and spent without.
///
///     80 5C          GET BALANCE                     80 5A   GET TRANSACTION PROVE
///     80 50, 80 52   INITIALIZE and CREDIT FOR LOAD
///     80 50, 80 54   INITIALIZE and DEBIT FOR PURCHASE, also composite with 80 DC in between
///     00 B0 95       file 15; 00 B2 the records of 17, 18 (log) and 1E
///
/// Balance, counters, log, proof and records change together, with the one command that moves money.
struct PurseApplication: StoredApplet {
    var profile: PurseProfile?
    var history = PurseHistory()
    /// Of the files 17 and 1E, by file and number.
    var records: [UInt16: [UInt8]] = [:]
    var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID, A5 { 50, 87, 9F08, 9F0C } }, the template A5 empty before personalization.
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        PurseSelection(
            application, objects: profile?.selectionData ?? [], applicationData: profile?.applicationData
        ).bytes
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        do {
            return ResponseAPDU(.success, data: try answer(to: command, environment, &working))
        } catch {
            // What was initialized ends with any error.
            working.purse = nil
            return ResponseAPDU(error.statusWord)
        }
    }

    private mutating func answer(
        to command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard let known = Instruction(rawValue: command.appletInstruction) else {
            throw Refusal(.instructionNotSupported)
        }
        guard let profile else { throw Refusal(.conditionsOfUseNotSatisfied) }
        switch known {
        case .readBinary: return try binary(command, profile)
        case .readRecord: return try record(command)
        case .getBalance:
            guard try command.read(as: GetBalance.self).account == .electronicPurse else {
                throw Refusal(.incorrectParameters)
            }
            return history.balance.bigEndianBytes
        case .getTransactionProve: return try prove(command.read())
        case .initialize: return try initialize(command.read(), profile, environment, &working)
        case .creditForLoad: return try credit(command.read(), profile, &working)
        case .updateCompositeDataCache: return try cache(command.read(), &working)
        case .debitForPurchase: return try debit(command.read(), profile, &working)
        }
    }

    private enum Instruction: UInt16 {
        case readBinary = 0x00B0
        case readRecord = 0x00B2
        case initialize = 0x8050
        case creditForLoad = 0x8052
        case debitForPurchase = 0x8054
        case getTransactionProve = 0x805A
        case getBalance = 0x805C
        case updateCompositeDataCache = 0x80DC
    }

    var contactlessOffer: ContactlessOffer? { profile?.contactlessOffer }
}

// MARK: - Reading

extension PurseApplication {
    /// READ BINARY of file 15, by short file identifier and offset; Le says how much.
    private func binary(_ command: CommandAPDU, _ profile: PurseProfile) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        guard command.p1 & 0xE0 == 0x80 else { throw Refusal(.incorrectParameters) }
        guard command.p1 & 0x1F == PurseFile.applicationData else { throw Refusal(.fileNotFound) }
        let file = profile.applicationData.bytes
        guard Int(command.p2) < file.count else { throw Refusal(.wrongParameters) }
        return Array(file.dropFirst(Int(command.p2)).prefix(command.expectedLength ?? file.count))
    }

    private func record(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        let (file, number) = try command.recordAddress()
        if file == PurseFile.log {
            guard let record = history.record(number) else { throw Refusal(.recordNotFound) }
            return record.bytes
        }
        guard let record = records[UInt16(file) << 8 | UInt16(number)] else { throw Refusal(.recordNotFound) }
        return record
    }

    /// GET TRANSACTION PROVE: of the last load and of the last purchase, under exactly its type and number.
    private func prove(_ request: GetTransactionProve) throws(Refusal) -> [UInt8] {
        guard let proof = history.proof(of: request.type), proof.type == request.type, proof.number == request.number
        else { throw Refusal(.purseNoProof) }
        return TransactionProve(mac2: proof.mac2, tac: proof.tac).bytes
    }
}

extension CommandAPDU {
    /// The command as its layout has it.
    ///
    /// - Throws: `6A86` for its parameters, `6700` for another length of data, `6A80` for what no field can hold.
    func read<Command: PurseCommand>(as type: Command.Type = Command.self) throws(Refusal) -> Command {
        do {
            return try Command(self)
        } catch {
            switch error {
            case .parameters, .anotherCommand: throw Refusal(.incorrectParameters)
            case .layout: throw Refusal(.wrongLength)
            case .field, .unknown: throw Refusal(.incorrectData)
            }
        }
    }
}

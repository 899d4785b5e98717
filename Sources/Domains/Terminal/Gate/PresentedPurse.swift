import ElectronicPurse
import ISO7816

/// A purse in the field, selected and told from others by its serial.
struct PresentedPurse: Sendable {
    let channel: any CardChannel
    let data: PurseApplicationData
    let isValid: Bool

    var serial: PurseSerial { data.serial }

    enum Failure: Error {
        case gone
        case refused(GateRefusal)
    }

    /// SELECT of the first application that the card has, and file 15.
    init(_ channel: any CardChannel, _ profile: GateProfile, on day: PurseMoment) async throws(Failure) {
        self.channel = channel
        var isSelected = false
        for application in profile.applications where !isSelected {
            isSelected = try await Self.ask(channel, PurseFile.select(application)).statusWord == .success
        }
        guard isSelected else { throw .refused(.notAPurse) }
        let answer = try await Self.ask(channel, PurseFile.readApplicationData)
        guard answer.statusWord == .success else { throw .refused(.card(answer.statusWord)) }
        guard let data = try? PurseApplicationData(answer.data) else { throw .refused(.malformed) }
        self.data = data
        isValid = data.isValid(on: day)
    }

    /// - Throws: ``CardGone``.
    func ask(_ command: CommandAPDU) async throws(CardGone) -> ResponseAPDU {
        do { return try await channel.transmitCollecting(command) } catch { throw CardGone() }
    }

    private static func ask(_ channel: any CardChannel, _ command: CommandAPDU) async throws(Failure) -> ResponseAPDU {
        do { return try await channel.transmitCollecting(command) } catch { throw .gone }
    }
}

/// The card was taken away, and the link has given it up.
struct CardGone: Error {}

import GlobalPlatform
import ISO7816

@testable import SecureElement

let paymentAID: AID = "A0000000041010"

let emptyEnvironment = AppletEnvironment(contactless: [], selectableApplications: [])

/// An environment with `count` contactless Applications, all entries of the same length.
func crowdedEnvironment(_ count: Int) throws -> AppletEnvironment {
    let applications = try (0..<count).map {
        try AID([0xA0, 0, 0, 0, 4] + [UInt8](repeating: UInt8($0 & 0xFF), count: 11))
    }
    let label = [UInt8](repeating: 0x41, count: 16)
    return AppletEnvironment(
        contactless: applications.map {
            ContactlessApplication(application: $0, offer: ContactlessOffer(label: label, priority: 1))
        }, selectableApplications: applications)
}

/// The groupings of a complete payment profile: label "Debit1", priority 2, a PDOL of 6 bytes, one record.
let paymentGroupings = [
    DataGrouping(0x0101, bytes("7008 5A06 541333000012")),
    DataGrouping(0x8000, [UInt8](repeating: 0x4B, count: 48)),
    DataGrouping(0x9102, bytes("50 06 446562697431 87 01 02 9F38 03 9F0206")),
    DataGrouping(0x9104, bytes("82 02 3900 94 04 08010100")),
]

func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = try? [UInt8](hex: hex.filter { $0 != " " }) else { preconditionFailure("\(hex) is not hex") }
    return bytes
}

/// STORE DATA with data groupings.
func block(_ data: [UInt8], _ number: UInt8 = 0, last: Bool = true) -> StoreDataCommand {
    StoreDataCommand(data: data, blockNumber: number, isLastBlock: last)
}

func command(_ hex: String) throws -> CommandAPDU { try CommandAPDU(hex: hex) }

extension Applet {
    /// INSTALL [for personalization] and all blocks.
    mutating func personalize(with groupings: [DataGrouping], blockLength: Int = 255) throws(Refusal) {
        beginPersonalization()
        for block in StoreDataCommand.blocks(of: groupings, blockLength: blockLength) { try personalize(block) }
    }

    /// The refusal of `block`; `nil` when it is accepted or when a refusal has changed the applet.
    func refusal(of block: StoreDataCommand) -> StatusWord? {
        var applet = self
        do {
            try applet.personalize(block)
            return nil
        } catch {
            return applet == self ? error.statusWord : nil
        }
    }

    /// The answer in hex, when the command leaves the applet unchanged.
    func unchanged(_ hex: String, _ environment: AppletEnvironment = emptyEnvironment) throws -> String? {
        var applet = self
        let response = applet.process(try command(hex), environment)
        return applet == self ? response.bytes.hex : nil
    }
}

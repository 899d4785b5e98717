import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp info`.
struct GPInfoCommand: GPAction {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what a card tells anyone: identity, protocols, key versions, memory.",
        discussion: """
              seneschal gp info
              seneschal gp info --sd A0000001515350410000 --json
              seneschal gp info --json | jq -r '.keys[].version'

            No keys are needed, and nothing on the card changes.
            """)

    @OptionGroup(title: "Which card") var selection: CardSelection

    @Option(
        name: .customLong("sd"),
        help: ArgumentHelp("The security domain; the issuer's when absent.", valueName: "aid"))
    var securityDomain: AIDArgument?

    @Flag(help: "Also show every answer as it came.")
    var raw = false

    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let report = try await selection.withCard { channel in
            try await CardManager(channel: channel, keys: NoKeys()).report(securityDomain: securityDomain?.aid)
        }
        return answer(report)
    }

    private func answer(_ report: CardManagement.CardReport) -> GPAnswer {
        let version = report.recognition.map { $0.specificationVersion.map { "\($0)" }.joined(separator: ".") }
        var members: [(name: String, value: JSONValue?)] = [
            ("securityDomain", report.securityDomain.map { .string("\($0)") }),
            ("isLocked", report.selectionStatus == .selectedFileInvalidated ? true : nil),
            ("card", report.identifier.map { .string("\($0)") }),
            ("iin", report.issuerIdentificationNumber.map { .hex($0) }),
            ("cin", report.cardImageNumber.map { .hex($0) }),
            ("globalPlatform", version.map(JSONValue.string)),
            ("secureChannels", secureChannels(report)),
            ("keys", report.keys.isEmpty ? nil : .array(report.keys.map(\.json))),
            ("sequenceCounter", report.sequenceCounter.map { .hex($0) }),
            ("confirmationCounter", report.confirmationCounter.map { .hex($0) }),
        ]
        members += [
            ("diversificationData", report.keyDerivationData.map { .hex($0) }),
            ("longestCommandData", report.commandDataLengthMax.map(JSONValue.integer)),
            ("freeNonVolatileBytes", report.resources.map { .integer($0.freeNonVolatileBytes) }),
            ("freeVolatileBytes", report.resources.map { .integer($0.freeVolatileBytes) }),
            ("production", report.productionLifeCycle.flatMap(Self.production)),
        ]
        if raw { members.append(("answers", .array(report.answers.map(Self.answered)))) }
        var answer = GPAnswer(fields: members.compactMap { member in member.value.map { (member.name, $0) } })
        // For people a key is a line.
        let fields = members.filter { $0.name != "keys" }
        answer.lines =
            JSONValue.object(fields.compactMap { name, value in value.map { JSONMember(name, $0) } }).lines
            + (report.keys.isEmpty ? [] : ["keys"] + report.keys.map { "  \($0.line)" })
        return answer
    }

    private func secureChannels(_ report: CardManagement.CardReport) -> JSONValue? {
        let identifiers = Set(
            (report.recognition?.secureChannels.map(\.identifier) ?? [])
                + (report.capabilities?.secureChannels.map(\.identifier) ?? []))
        guard !identifiers.isEmpty else { return nil }
        return .array(
            identifiers.sorted().map { identifier in
                let implementations = report.implementations(ofProtocol: identifier)
                return .string("SCP\([identifier].hex) i=" + implementations.map { [$0].hex }.joined(separator: ","))
            })
    }

    /// `nil` where nothing was written.
    private static func production(_ data: CardProductionLifeCycleData) -> JSONValue? {
        guard data != CardProductionLifeCycleData() else { return nil }
        func word(_ value: UInt16) -> JSONValue { .string([UInt8(value >> 8), UInt8(value & 0xFF)].hex) }
        let serial = (0..<4).map { UInt8(truncatingIfNeeded: data.serialNumber >> (24 - 8 * UInt32($0))) }
        return .object(of: [
            "fabricator": word(data.fabricator), "type": word(data.type), "operatingSystem": word(data.operatingSystem),
            "fabricationDate": word(data.fabricationDate), "serialNumber": .hex(serial), "batch": word(data.batch),
        ])
    }

    private static func answered(_ answer: CardManagement.CardReport.Answer) -> JSONValue {
        .object(of: [
            "tag": .string([UInt8(answer.tag >> 8), UInt8(answer.tag & 0xFF)].hex),
            "statusWord": .string("\(answer.statusWord)"), "data": answer.data.isEmpty ? nil : .hex(answer.data),
        ])
    }
}

/// For what needs no keys.
struct NoKeys: CardKeySource {
    func material(for request: CardKeyRequest) throws(CardKeysUnavailable) -> CardKeyMaterial {
        throw CardKeysUnavailable(reason: "this command uses none")
    }
}

extension KeyInformation {
    /// One key: where it stands and what it is, never its value.
    var json: JSONValue {
        .object(of: [
            "version": .string("\(version)"), "identifier": .string("\(identifier)"),
            "components": .array(
                components.map { .object(of: ["type": .string($0.type.name), "bytes": .integer(Int($0.length))]) }),
        ])
    }

    /// `version 01 key 01: AES, 16 bytes`.
    var line: String {
        let parts = components.map { "\($0.type.name), \($0.length == 0 ? "256 or more" : "\($0.length)") bytes" }
        return "version \(version) key \(identifier): \(parts.joined(separator: " + "))"
    }
}

extension KeyType {
    /// The type in words. GPC v2.3.1 Table 11-16.
    var name: String {
        switch self {
        case .des: "DES"
        case .preSharedKeyTLS: "PSK TLS"
        case .aes: "AES"
        case .rsaPublicExponent: "RSA public exponent"
        case .rsaModulus: "RSA modulus"
        case .eccPublicKey: "EC public key"
        case .eccPrivateKey: "EC private key"
        case .eccParametersReference: "EC curve"
        default: "type \(self)"
        }
    }
}

import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("Bad input is answered with the field, sends nothing and changes nothing")
struct BadInputTests {
    @Test("identifiers, numbers and names are parsed at the edge, into errors that name the field")
    func values() {
        func field(_ make: () throws(DirectoryValueError) -> Void) -> String? {
            do throws(DirectoryValueError) {
                try make()
                return nil
            } catch {
                return error.field
            }
        }
        for value in ["", "01", "0102030", "0102030405060X08", String(repeating: "00", count: 33), "0102０３04"] {
            #expect(
                field { () throws(DirectoryValueError) in _ = try SecureElementIdentifier(value: value) }
                    == "seId.value")
        }
        #expect(field { () throws(DirectoryValueError) in _ = try SecureElementIdentifier(value: "01020304") } == nil)
        for value in ["", "12345", "1234567890123456", "49151-2345678", "++491511234"] {
            #expect(
                field { () throws(DirectoryValueError) in _ = try MobileSubscriptionIdentifier(value: value) }
                    == "msi.value")
        }
        #expect(
            field { () throws(DirectoryValueError) in _ = try ServiceIdentifier(number: 0, version: "1") }
                == "service.id")
        for version in ["", "1 0", String(repeating: "1", count: 33)] {
            #expect(
                field { () throws(DirectoryValueError) in _ = try ServiceIdentifier(number: 1, version: version) }
                    == "service.version")
        }
        #expect(
            field { () throws(DirectoryValueError) in
                _ = try ServiceQualifier(providerName: "", paymentReferenceNumber: "1")
            } == "qualifier.spName")
        for prn in ["", "a b", String(repeating: "1", count: 65)] {
            #expect(
                field { () throws(DirectoryValueError) in
                    _ = try ServiceQualifier(providerName: "A", paymentReferenceNumber: prn)
                } == "qualifier.prn")
        }
    }

    @Test(
        "every request refuses an unknown SE, one that is not the subscriber's, and another's name, each by its field")
    func wrongNames() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            _ = try await world.addCard(CardRegistration(cin: "1112131415161718", msi: "4915100000002"))
            let unknown = try world.service(first, cin: "FFFFFFFFFFFFFFFF")
            let foreign = try world.service(first, cin: "1112131415161718")
            let nobody = try world.service(first, msi: "4915199999999")
            var misnamed = try world.service(first)
            misnamed.qualifier = try ServiceQualifier(providerName: "Tram Lines", paymentReferenceNumber: "PRN-1")
            for (service, field) in [
                (unknown, "seId"), (foreign, "msi"), (nobody, "msi"), (misnamed, "qualifier.spName"),
            ] {
                let errors = [
                    try await world.refusal {
                        try await $0.prePersonalize(PrePersonalizationRequest(service: service), world.context(first))
                    },
                    try await world.refusal {
                        try await $0.beginCommunication(
                            BeginCommunicationRequest(
                                service: service, targetApplication: Names.firstInstance, scriptFormat: .compact,
                                scriptBytes: 100, operation: .personalization), world.context(first))
                    },
                    try await world.refusal { try await $0.activateService(service, world.context(first)) },
                    try await world.refusal { try await $0.lockService(service, world.context(first)) },
                    try await world.refusal { try await $0.unlockService(service, world.context(first)) },
                    try await world.refusal { try await $0.deleteService(service, world.context(first)) },
                    try await world.refusal {
                        try await $0.provision(
                            ProvisioningRequest(
                                service: service, rotation: nil, personalization: nil, activate: true),
                            world.context(first))
                    },
                    try await world.refusal { try await $0.serviceStatus(service, for: first.id) },
                ]
                #expect(errors.map { $0?.field } == errors.map { _ in field })
            }
        }
    }

    @Test("an unregistered service, an unknown qualifier and an unregistered provider are not found")
    func unknownThings() async throws {
        try await World.tell { world in
            let first = await world.first
            let service = try world.service(first, number: 9)
            let unregistered = try await world.refusal {
                try await $0.prePersonalize(PrePersonalizationRequest(service: service), world.context(first))
            }
            #expect(unregistered?.field == "service")
            let qualifier = try world.service(first, prn: "PRN-9")
            let unknown = try await world.refusal { try await $0.activateService(qualifier, world.context(first)) }
            #expect(unknown?.field == "qualifier")
            let stranger = Party(id: ServiceProviderID(rawValue: "0000"), name: first.name, vault: first.vault)
            let unknownProvider = try await world.refusal {
                try await $0.prePersonalize(
                    PrePersonalizationRequest(service: try world.service(stranger)), world.context(stranger))
            }
            #expect(unknownProvider?.field == "provider")
        }
    }

    @Test("a script of 256 commands is taken, one of 257 is refused whole; an empty one as well")
    func commandCount() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            let read = CommandAPDU(0x80, 0xCA, 0x00, 0xE0, expectedLength: 256)
            let most = Array(repeating: read, count: CommunicationTerms.scriptCommandsMax)
            for (commands, expected) in [(most + [read], "a script holds 256 commands at most")] {
                let refusal = try await world.refusal { _ in
                    try await world.process(commands, in: communication, first)
                }
                #expect(refusal == .scriptTooLarge(field: "apdus", reason: expected))
            }
            let none = try await world.refusal { _ in try await world.process([], in: communication, first) }
            #expect(none == .invalid(field: "apdus", reason: "a script has at least one command"))
            let taken = try await world.processPatiently(most, in: communication, first)
            #expect(taken.verdict == .completed)
            #expect(taken.responses.count == 256)
        }
    }

    @Test("a script of the granted bytes is taken, one byte more is refused whole")
    func byteCount() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let granted = CommunicationTerms.scriptBytesMaxDefault
            // 256 commands of 256 bytes each are 65 536; one of them is lengthened by a byte.
            func script(_ last: Int) -> [CommandAPDU] {
                (0..<256).map { index in
                    CommandAPDU(
                        0x80, 0xE2, 0x00, UInt8(index), data: [UInt8](repeating: 0, count: index == 255 ? last : 251))
                }
            }
            #expect(script(251).reduce(0) { $0 + $1.bytes.count } == granted)
            let communication = try await world.begin(first)
            let refusal = try await world.refusal { _ in
                try await world.process(script(252), in: communication, first)
            }
            #expect(
                refusal == .scriptTooLarge(field: "apdus", reason: "65537 bytes, where 65536 are granted"))
            for (rotation, personalization, field) in [
                (nil, script(252), "personalization"), (script(252), nil, "rotation"),
            ] as [([CommandAPDU]?, [CommandAPDU]?, String)] {
                let combined = try await world.refusal {
                    try await $0.provision(
                        ProvisioningRequest(
                            service: try world.service(first), rotation: rotation, personalization: personalization,
                            activate: false), world.context(first))
                }
                #expect(combined?.field == field)
            }
        }
    }

    @Test("a script size that cannot be is refused at begin; a wish beyond the bound gets what is granted")
    func scriptSize() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            for bytes in [0, -1, .min] {
                let refusal = try await world.refusal { _ in try await world.begin(first, scriptBytes: bytes) }
                #expect(refusal?.field == "scriptSize")
            }
            _ = try await world.begin(first, scriptBytes: .max)
        }
    }

    @Test("malformed TLV, AIDs and headers inside a script are refused at the command that holds them")
    func malformedCommands() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let communication = try await world.begin(first)
            let good = InstallCommand.forPersonalization(application: Names.firstInstance).command
            var truncated = good.data
            truncated.removeLast()
            let commands = [
                CommandAPDU(0x80, 0xE6, 0x20, 0x00, data: truncated),
                CommandAPDU(0x80, 0xE6, 0x20, 0x00, data: good.data + [0]),
                CommandAPDU(0x80, 0xE6, 0x20, 0x00, data: [0, 0, 0, 0, 0, 0]),
                CommandAPDU(0x80, 0xE6, 0x20, 0x00),
                CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: [1, 2, 3, 4]),
                CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: [UInt8](repeating: 1, count: 17)),
                CommandAPDU(0x00, 0xA4, 0x04, 0x02, data: Names.firstInstance.bytes),
                CommandAPDU(0x00, 0xA4, 0x04, 0x00),
                CommandAPDU(0x80, 0xE4, 0x00, 0x00, data: [0xD2, 0x02, 0x30]),
                CommandAPDU(0x80, 0xF0, 0x40, 0x80, data: [1, 2, 3]),
                CommandAPDU(0x80, 0x50, 0x30, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256),
                CommandAPDU(0x81, 0xCA, 0x00, 0xE0, expectedLength: 256),
                CommandAPDU(0x84, 0xE2, 0x80, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8]),
            ]
            for command in commands {
                let alone = try await world.refusal { _ in
                    try await world.process([command], in: communication, first)
                }
                #expect(alone?.refusedCommand == 0, "\(command)")
            }
            let behind = try await world.refusal { _ in
                try await world.process([good, commands[0]], in: communication, first)
            }
            #expect(behind?.refusedCommand == 1, "nothing of the script is sent")
        }
    }

    @Test("a combined request that asks for nothing, or mixes plain and wrapped parts, is refused by its field")
    func combined() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            func refusal(
                _ rotation: [CommandAPDU]?, _ personalization: [CommandAPDU]?, _ activate: Bool
            ) async throws -> TSMError? {
                try await world.refusal {
                    try await $0.provision(
                        ProvisioningRequest(
                            service: try world.service(first), rotation: rotation, personalization: personalization,
                            activate: activate), world.context(first))
                }
            }
            let plain = World.plainPersonalization(of: Names.firstInstance)
            #expect(try await refusal(nil, nil, false)?.field == "activate")
            #expect(try await refusal([], nil, false)?.field == "rotation")
            #expect(try await refusal(nil, [], false)?.field == "personalization")
            #expect(try await refusal(plain, nil, false)?.field == "rotation")
            #expect(try await refusal(nil, nil, true) != nil, "not personalized yet")
        }
    }

    @Test("a request without an Idempotency-Key, or with one that is too long, is refused; 128 bytes are taken")
    func idempotencyKeys() async throws {
        try await World.tell { world in
            let first = await world.first
            let request = PrePersonalizationRequest(service: try world.service(first))
            for key in [nil, "", String(repeating: "k", count: 129)] as [String?] {
                let refusal = try await world.refusal {
                    try await $0.prePersonalize(request, world.context(first, key: key))
                }
                #expect(refusal == .idempotencyKeyMissing)
            }
            _ = try await world.tsm.prePersonalize(
                request, world.context(first, key: String(repeating: "k", count: 128)))
        }
    }
}

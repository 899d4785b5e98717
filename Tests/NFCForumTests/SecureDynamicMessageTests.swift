import CardCryptography
import CardTesting
import ISO7816
import NFCForum
import Testing

@Suite("Secure dynamic messages")
struct SecureDynamicMessageTests {
    struct File: Decodable {
        struct Vector: Decodable {
            struct Expected: Decodable {
                let uid: String
                let read_ctr: UInt32
                let file_data: String?
            }
            let id: String
            let meta_read_key: String?
            let file_read_key: String
            let picc_enc: String?
            let enc_file: String?
            let mac_param: String?
            let cmac: String
            let uid: String?
            let read_ctr: UInt32?
            let expect: Expected?

            var keys: SecureDynamicKeys {
                get throws {
                    try SecureDynamicKeys(
                        metaRead: SecretBytes(hex(meta_read_key ?? file_read_key)),
                        fileRead: SecretBytes(hex(file_read_key)))
                }
            }

            func message() throws -> SecureDynamicMessage {
                let picc: SecureDynamicMessage.PICCData
                if let picc_enc {
                    picc = .encrypted(hex(picc_enc))
                } else {
                    let identifier = try #require(TagIdentifier(hex(uid ?? "")))
                    picc = .plain(PICCIdentity(identifier: identifier, counter: read_ctr ?? 0))
                }
                // What is encrypted, and the MAC's own name, when there is something before it.
                let input = (enc_file ?? "") + (mac_param.map { $0.isEmpty ? "" : "&\($0)=" } ?? "")
                return SecureDynamicMessage(
                    piccData: picc, encryptedFileData: hex(enc_file ?? ""), macInput: Array(input.utf8), mac: hex(cmac))
            }
        }
        let vectors: [Vector]
    }

    @Test("TAG-03: the published messages are verified; their neighbours are not")
    func vectors() throws {
        let file: File = try Vectors.load("NFCForum/secure-dynamic-messages.json")
        #expect(file.vectors.count == 4)
        for vector in file.vectors {
            let message = try vector.message()
            let reading = try message.verified(with: vector.keys)
            #expect(reading.identifier.bytes.hex == vector.expect?.uid ?? vector.uid, "\(vector.id)")
            #expect(reading.counter == vector.expect?.read_ctr ?? vector.read_ctr, "\(vector.id)")
            #expect(reading.fileData.hex == vector.expect?.file_data ?? "", "\(vector.id)")
            #expect(try message.verified(with: vector.keys, after: reading.counter - 1) == reading)
            #expect(throws: SecureDynamicMessageError.replayed(counter: reading.counter, last: reading.counter)) {
                try message.verified(with: vector.keys, after: reading.counter)
            }
            for index in 0..<8 {
                var mac = message.mac
                mac[index] ^= 1
                let forged = SecureDynamicMessage(
                    piccData: message.piccData, encryptedFileData: message.encryptedFileData,
                    macInput: message.macInput, mac: mac)
                #expect(throws: SecureDynamicMessageError.macDoesNotMatch) { try forged.verified(with: vector.keys) }
            }
            #expect(throws: SecureDynamicMessageError.self) { try message.verified(with: .random()) }
        }
    }

    static let keys = SecureDynamicKeys.random()
    static let address = "https://www.pay.example/t/coffee?shop=7"

    private func tag(counter: UInt32 = 0) throws -> Type4Tag {
        try Type4Tag(
            identifier: TestTag.identifier, template: SecureDynamicTemplate(uri: Self.address), keys: Self.keys,
            counter: counter)
    }

    @Test("TAG-03: a tag's address proves the tag and the reading: each selection of the file counts once")
    func tagToServer() async throws {
        let channel = TagChannel(try tag())
        var last: UInt32?
        for reading in 1...3 as ClosedRange<UInt32> {
            let uri = try #require(try await Type4TagReader(channel).read()?.uri)
            let verified = try SecureDynamicMessage(uri: uri).verified(with: Self.keys, after: last)
            #expect(verified.counter == reading)
            #expect(verified.identifier == TestTag.identifier)
            #expect(try SecureDynamicMessage.baseURI(of: uri) == Self.address)
            last = verified.counter
        }
        #expect(channel.tag.secureDynamicMessaging?.counter == 3)
        #expect(channel.tag.persistentRevision == 3)
    }

    @Test("TAG-03: whoever changes one character of the address loses the proof")
    func changedAddress() async throws {
        let uri = try #require(try await Type4TagReader(TagChannel(try tag())).read()?.uri)
        let bytes = Array(uri.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let other = String(decoding: changed, as: UTF8.self)
            // The prefix stands for itself: it is a number in the file, which the MAC does not cover.
            guard index >= "https://www.".utf8.count else { continue }
            #expect(throws: SecureDynamicMessageError.self, "\(other)") {
                try SecureDynamicMessage(uri: other).verified(with: Self.keys)
            }
        }
        for end in 0..<bytes.count {
            #expect(throws: SecureDynamicMessageError.self) {
                try SecureDynamicMessage(uri: String(decoding: bytes[..<end], as: UTF8.self)).verified(with: Self.keys)
            }
        }
        #expect(throws: SecureDynamicMessageError.self) { try SecureDynamicMessage(uri: uri + "0") }
        #expect(throws: SecureDynamicMessageError.self) { try SecureDynamicMessage(uri: uri.lowercased()) }
    }

    @Test("TAG-03: a tag whose counter is used up is not read any more")
    func usedUp() async throws {
        let channel = TagChannel(try tag(counter: SecureDynamicMessage.counterMax - 1))
        #expect(try await Type4TagReader(channel).read() != nil)
        let refusal = Type4TagError.tagRefused(.readBinary(offset: 0, length: 2), .securityStatusNotSatisfied)
        await #expect(throws: refusal) { try await Type4TagReader(channel).read() }
        #expect(channel.tag.secureDynamicMessaging?.counter == SecureDynamicMessage.counterMax)
    }

    @Test("TAG-03: identifier and counter in plain, and file data encrypted, are mirrored where the layout says")
    func plainMirrors() async throws {
        let text = String(repeating: "0", count: 14) + "x" + String(repeating: "0", count: 6) + "?e="
        let secret = "16 secret bytes!"
        let message = NDEFMessage(
            URIRecord(
                "https://" + text + secret + String(repeating: "0", count: 16) + "&m="
                    + String(repeating: "0", count: 16)
            )
            .record)
        // NLEN (2), head (4), code (1).
        let layout = SecureDynamicLayout(
            picc: .plain(identifierOffset: 7, counterOffset: 22), encryptedFileData: 31..<63, macInputOffset: 31,
            macOffset: 66)
        let channel = TagChannel(
            try Type4Tag(
                identifier: TestTag.identifier, message: message, layout: layout, keys: Self.keys, counter: 0x0102FF))
        let uri = try #require(try await Type4TagReader(channel).read()?.uri)
        #expect(uri.hasPrefix("https://04A1B2C3D4E5F6x010300?e="))
        let digits = Array(uri.utf8.dropFirst("https://".utf8.count))
        let encrypted = hex(String(decoding: digits[24..<56], as: UTF8.self))
        let reading = try SecureDynamicMessage(
            piccData: .plain(PICCIdentity(identifier: TestTag.identifier, counter: 0x010300)),
            encryptedFileData: encrypted, macInput: Array(digits[24..<59]),
            mac: hex(String(decoding: digits[59...], as: UTF8.self))
        ).verified(with: Self.keys)
        #expect(String(decoding: reading.fileData, as: UTF8.self) == secret)
    }

    @Test("TAG-03: mirrors that overlap, reach NLEN or lie outside make no tag")
    func layouts() throws {
        func make(_ layout: SecureDynamicLayout) throws -> Type4Tag {
            try Type4Tag(
                identifier: TestTag.identifier, fileSize: 128, message: TestTag.message(), layout: layout,
                keys: Self.keys)
        }
        let wrong: [(SecureDynamicLayout, SecureDynamicLayoutError)] = [
            (SecureDynamicLayout(picc: .encrypted(offset: 1), macInputOffset: 40, macOffset: 40), .outside),
            (SecureDynamicLayout(picc: .encrypted(offset: 97), macInputOffset: 40, macOffset: 40), .outside),
            (SecureDynamicLayout(picc: .encrypted(offset: 9), macInputOffset: 40, macOffset: 40), .overlap),
            (SecureDynamicLayout(picc: .encrypted(offset: 7), macInputOffset: 41, macOffset: 40), .macInput),
            (SecureDynamicLayout(picc: .encrypted(offset: 7), macInputOffset: 2, macOffset: 113), .outside),
            (SecureDynamicLayout(picc: .encrypted(offset: .max), macInputOffset: 2, macOffset: 40), .outside),
            (
                SecureDynamicLayout(
                    picc: .encrypted(offset: 7), encryptedFileData: 60..<91, macInputOffset: 40, macOffset: 100),
                .fileData
            ),
        ]
        for (layout, error) in wrong { #expect(throws: Type4TagMakingError.layout(error)) { try make(layout) } }
        #expect(throws: Type4TagMakingError.identifierLength) {
            let short = try #require(TagIdentifier([1, 2, 3, 4]))
            _ = try Type4Tag(
                identifier: short, template: SecureDynamicTemplate(uri: "https://a/"), keys: Self.keys)
        }
    }
}

import CardCryptography
import ISO7816

/// A tag's own end of secure dynamic messaging: the keys, the counter that only rises, and where it mirrors what.
public struct SecureDynamicMessaging: Hashable, Sendable {
    public let layout: SecureDynamicLayout
    let keys: SecureDynamicKeys
    /// SDMReadCtr: of the latest reading.
    public private(set) var counter: UInt32

    init(
        layout: SecureDynamicLayout, keys: SecureDynamicKeys, counter: UInt32, fileSize: Int
    ) throws(SecureDynamicLayoutError) {
        try layout.check(fileSize: fileSize)
        guard counter <= SecureDynamicMessage.counterMax else { throw .counter }
        self.layout = layout
        self.keys = keys
        self.counter = counter
    }

    /// Counts a reading and gives the file with its mirrors; `nil` when the counter is used up: then the tag is not read.
    mutating func read(_ file: [UInt8], of identifier: TagIdentifier, _ random: any RandomSource) -> [UInt8]? {
        guard counter < SecureDynamicMessage.counterMax else { return nil }
        counter += 1
        var file = file
        let session = SecureDynamicSessionKeys(
            fileRead: keys.fileRead, identifier: identifier.bytes, counter: counter)
        mirrorPICCData(into: &file, identifier, random)
        mirrorFileData(into: &file, session)
        let input = Array(file[layout.macInputOffset..<layout.macOffset])
        Self.write(session.messageMAC(of: input), into: &file, at: layout.macOffset)
        return file
    }

    private func mirrorPICCData(into file: inout [UInt8], _ identifier: TagIdentifier, _ random: any RandomSource) {
        let counterBytes = SecureDynamicMessage.counterBytes(counter)
        switch layout.picc {
        case .plain(let identifierOffset, let counterOffset):
            Self.write(identifier.bytes, into: &file, at: identifierOffset)
            Self.write(counterBytes.reversed(), into: &file, at: counterOffset)
        case .encrypted(let offset):
            let plain = [SecureDynamicMessage.piccDataTag] + identifier.bytes + counterBytes + random.bytes(5)
            Self.write(Self.encrypt(plain, keys.metaRead, .zero), into: &file, at: offset)
        }
    }

    private func mirrorFileData(into file: inout [UInt8], _ session: SecureDynamicSessionKeys) {
        guard let place = layout.encryptedFileData else { return }
        let plain = Array(file[place].prefix(place.count / 2))
        let ciphertext = Self.encrypt(plain, session.encryption, session.initialValue(counter: counter))
        Self.write(ciphertext, into: &file, at: place.lowerBound)
    }

    private static func encrypt(_ plain: [UInt8], _ key: AESKey, _ initialValue: AESBlock) -> [UInt8] {
        var cipher = AESCBC(key: key)
        guard let ciphertext = try? cipher.encrypt(plain, initialValue: initialValue) else {
            preconditionFailure("the layout was checked: whole blocks")
        }
        return ciphertext
    }

    private static func write(_ bytes: some Sequence<UInt8>, into file: inout [UInt8], at offset: Int) {
        let digits = Array(bytes.hex.utf8)
        file.replaceSubrange(offset..<offset + digits.count, with: digits)
    }
}

// MARK: - State

extension SecureDynamicMessaging {
    private static let encryptedMirror: UInt8 = 0x01
    private static let plainMirror: UInt8 = 0x02

    /// kind | PICC offset (2) | counter offset (2) | file data from, to (2 + 2) | MAC input (2) | MAC (2) | counter (4) | keys
    var persistentState: [UInt8] {
        let (kind, first, second) =
            switch layout.picc {
            case .encrypted(let offset): (Self.encryptedMirror, offset, 0)
            case .plain(let identifier, let counter): (Self.plainMirror, identifier, counter)
            }
        let data = layout.encryptedFileData ?? 0..<0
        let offsets = [first, second, data.lowerBound, data.upperBound, layout.macInputOffset, layout.macOffset]
        return [kind] + offsets.flatMap(CapabilityContainer.twoBytes)
            + stride(from: 24, through: 0, by: -8).map { UInt8(counter >> $0 & 0xFF) }
            + keys.metaRead.bytes.revealed() + keys.fileRead.bytes.revealed()
    }

    init(persistentState bytes: [UInt8], fileSize: Int) throws {
        var reader = ByteReader(bytes)
        let kind = try reader.byte("kind")
        var offsets: [Int] = []
        for _ in 0..<6 { offsets.append(Int(try reader.uint16("offset"))) }
        let counter = try reader.uint32("counter")
        let keys = try SecureDynamicKeys(
            metaRead: SecretBytes(try reader.take(16, "key")), fileRead: SecretBytes(try reader.take(16, "key")))
        try reader.finish()
        guard offsets[2] <= offsets[3] else { throw SecureDynamicLayoutError.fileData }
        let picc: SecureDynamicLayout.PICCMirror
        switch kind {
        case Self.encryptedMirror: picc = .encrypted(offset: offsets[0])
        case Self.plainMirror: picc = .plain(identifierOffset: offsets[0], counterOffset: offsets[1])
        default: throw SecureDynamicLayoutError.outside
        }
        try self.init(
            layout: SecureDynamicLayout(
                picc: picc, encryptedFileData: offsets[3] == 0 ? nil : offsets[2]..<offsets[3],
                macInputOffset: offsets[4], macOffset: offsets[5]),
            keys: keys, counter: counter, fileSize: fileSize)
    }
}

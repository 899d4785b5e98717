public import ISO7816

/// A command of card content management, taken apart at its token: what the token signs, and where it stands.
///
/// Works on the bytes as sent: a token signs the encoding, not only the meaning. GPC v2.3.1 §C.4.
///
///     var command = try TokenBearingCommand(InstallCommand.forMakeSelectable(…).command)
///     command.reference = TokenControlReference(imageNumber: …, number: 7)
///     let delegated = command.command(token: key.signature(over: command.signedData))
public struct TokenBearingCommand: Hashable, Sendable {
    /// Which command, and how it is to be sent; its data field is what the token signs.
    private var template: CommandAPDU
    /// The data objects among which the control reference template stands: INSTALL's parameters, DELETE's data.
    private let objects: [BERTLV]
    /// INSTALL: the bytes before the parameters; `nil` for DELETE.
    private let fields: [UInt8]?
    /// Empty when absent.
    public let token: [UInt8]
    /// What the token is for, if that is said.
    public private(set) var reference: TokenControlReference?

    static let tokenTag: BERTag = 0x9E

    /// Takes a command apart, with or without a token.
    ///
    /// - Throws: ``CommandDecodingError``: for another instruction, for INSTALL [for personalization] and DELETE of
    ///   keys, which take no token, and for fields that do not fit.
    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        let parts: Parts
        switch command.instruction {
        case InstallCommand.instruction: parts = try Self.split(install: command)
        case DeleteCommand.instruction: parts = try Self.split(delete: command)
        default: throw .unexpectedInstruction(command.instruction, expected: InstallCommand.instruction)
        }
        template = command
        template.data = Array(command.data.prefix(parts.signedCount))
        fields = parts.fieldsCount.map { Array(command.data.prefix($0)) }
        objects = parts.objects
        token = parts.token
        let values = objects.filter { $0.tag == TokenControlReference.tag }
        guard values.count <= 1 else { throw .tlv(.duplicate(TokenControlReference.tag)) }
        reference = try values.first.map { object throws(CommandDecodingError) in
            try TokenControlReference(value: object.value)
        }
    }

    /// P1, P2, the length of what follows, and the data field up to the token: what is signed. The length has one byte
    /// or, from 256 on, three. GPC v2.3.1 Tables C-5 to C-11.
    public var signedData: [UInt8] {
        let count = template.data.count
        let length = count <= 255 ? [UInt8(count)] : [0, UInt8(count >> 8), UInt8(count & 0xFF)]
        return [template.p1, template.p2] + length + template.data
    }

    /// The command with this token instead of the one it had; an empty one is an absent one.
    public func command(token: [UInt8]) -> CommandAPDU {
        let last = fields != nil ? berLengthPrefixed(token) : token.isEmpty ? [] : BERTLV(Self.tokenTag, token).bytes
        return CommandAPDU(
            template.classByte, template.instruction, template.p1, template.p2, data: template.data + last,
            expectedLength: template.expectedLength, isExtended: template.isExtended)
    }

    /// The command for this card, provider and number: says it in the place where the command says it, once.
    public func referring(to reference: TokenControlReference) -> TokenBearingCommand {
        let objects = (objects.filter { $0.tag != TokenControlReference.tag } + [reference.object]).bytes
        var copy = self
        copy.template.data = fields.map { $0 + berLengthPrefixed(objects) } ?? objects
        copy.reference = reference
        return copy
    }
}

// MARK: - Reading

extension TokenBearingCommand {
    private struct Parts {
        /// INSTALL: bytes before the parameters.
        var fieldsCount: Int?
        /// Bytes before the token and its length or tag.
        var signedCount: Int
        var objects: [BERTLV]
        var token: [UInt8]
    }

    /// Fields before the parameters, by P1 (GPC v2.3.1 Tables 11-40 to 11-45): file, SD, hash; or file, module,
    /// application, privileges. INSTALL [for personalization] has no token.
    private static let fieldsBeforeParameters: [UInt8: Int] = [0x02: 3, 0x04: 4, 0x08: 4, 0x0C: 4, 0x10: 4, 0x40: 4]

    private static func split(install command: CommandAPDU) throws(CommandDecodingError) -> Parts {
        guard let fields = fieldsBeforeParameters[command.p1] else { throw .parameters(command) }
        var reader = CommandDataReader(command.data)
        for _ in 0..<fields { _ = try reader.lengthPrefixed("field before the parameters") }
        let fieldsCount = reader.offset
        let objects = try BERTLV.commandData(try reader.berLengthPrefixed("parameters"))
        let signedCount = reader.offset
        let token = try reader.berLengthPrefixed("token")
        try reader.finish()
        return Parts(fieldsCount: fieldsCount, signedCount: signedCount, objects: objects, token: token)
    }

    private static func split(delete command: CommandAPDU) throws(CommandDecodingError) -> Parts {
        var reader = BERTLVReader(command.data)
        var parts = Parts(fieldsCount: nil, signedCount: command.data.count, objects: [], token: [])
        while !reader.isAtEnd {
            let offset = reader.offset
            let object: BERTLV
            do { object = try reader.next() } catch { throw .tlv(error) }
            guard object.tag == tokenTag else {
                parts.objects.append(object)
                continue
            }
            // What came after the token would not be signed.
            guard reader.isAtEnd else { throw .tlv(.trailingBytes(offset: reader.offset)) }
            parts.signedCount = offset
            parts.token = object.value
        }
        guard parts.objects.first?.tag == DeleteCommand.aidTag else { throw .tlv(.missing(DeleteCommand.aidTag)) }
        return parts
    }
}

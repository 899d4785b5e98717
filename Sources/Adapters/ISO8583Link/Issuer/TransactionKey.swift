import ISO7816
import ISO8583

/// What fields 7, 11 and 41 make of a transaction of one acquirer: the name that the issuer knows it by.
///
///     YYYYMMDDhhmmss-NNNNNN-terminal
///
/// Field 7 has no year, so the one that is nearest is added: numbers come again.
struct TransactionKey: Hashable {
    let name: String

    init(_ request: Message, near now: Int64) throws(AcquirerRefusal) {
        guard let time = request.transmissionTime, let number = request.systemTraceAuditNumber,
            let terminal = request[.terminal]
        else { throw .code(.formatError) }
        try self.init(time: time, number: number, terminal: terminal, near: now)
    }

    init(time: TransmissionTime, number: Int, terminal: String, near now: Int64) throws(AcquirerRefusal) {
        let bytes = Array(terminal.utf8.reversed().drop { $0 == UInt8(ascii: " ") }.reversed())
        guard !bytes.isEmpty else { throw .code(.formatError) }
        // A name has visible characters only; hexadecimal digits of others are longer than any terminal.
        let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
        let shown = isVisible ? String(decoding: bytes, as: UTF8.self) : "hex-" + bytes.hex
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
        name = "\(time.year(near: now))\(time)-\(padded)-\(shown)"
    }
}

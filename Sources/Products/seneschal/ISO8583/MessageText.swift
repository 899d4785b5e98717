import Foundation
import ISO7816
import ISO8583

/// Messages as people write them: a JSON object with the message type under `t` and fields under their numbers, as
/// characters or, where a field has bytes, hex digits.
enum MessageText {
    static func message(_ json: String) throws -> Message {
        guard let fields = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else {
            throw CommandFailure(
                .usage, "a message is a JSON object of texts, such as {\"t\": \"0800\", \"70\": \"301\"}")
        }
        guard let text = fields["t"], text.count == 4, let type = Int(text).flatMap({ MessageType($0) }) else {
            throw CommandFailure(.usage, "`t` is a message type of ISO 8583:1987, such as 0200")
        }
        var message = Message(type)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where name != "t" {
            guard let element = Int(name).flatMap({ DataElement(rawValue: $0) }) else {
                throw CommandFailure(.usage, "\(name) is no field that is spoken here")
            }
            do {
                if element.format.content == .b {
                    try message.set(element, bytes: [UInt8](hex: value))
                } else {
                    try message.set(element, value)
                }
            } catch {
                throw CommandFailure(.usage, "\(element): \(error)")
            }
        }
        return message
    }

    /// On one line: the account number masked, without track and PIN.
    static func json(_ message: Message) throws -> String {
        var fields = ["t": "\(message.type)"]
        for element in message.elements where element != .track2 && element != .pinData {
            fields["\(element.number)"] =
                element == .primaryAccountNumber ? message.shown(element) : message[element]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(fields), as: UTF8.self)
    }
}

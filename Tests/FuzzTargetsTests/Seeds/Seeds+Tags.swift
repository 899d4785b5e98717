import ISO7816
import NFCForum

extension Seeds {
    /// Messages of every type, and what is nearly one.
    static var messages: [[UInt8]] {
        let sound =
            [
                NDEFMessage.empty, NDEFMessage(URIRecord("https://pay.example/t/1").record),
                NDEFMessage(URIRecord("weixin://pay/1", identifier: [0x31]).record),
            ] + texts + posters
        let bytes = sound.map(\.bytes)
        let cut = bytes.filter { $0.count > 3 }.map { Array($0.dropLast()) }
        let flagged = bytes.flatMap { message in [0x20, 0x07, 0x80].map { [message[0] ^ $0] + message.dropFirst() } }
        let others: [[UInt8]] = [
            [0x00, 0x0F, 0x20, 0x00, 0xF6, 0x00, 0xF6, 0x04, 0x06, 0xE1, 0x04, 0x04, 0x00, 0x00, 0x00],
            Array(
                "https://a.example/?picc=EF963FF7828658A599F3041510671E88&cmac=94EED9EE65337086".utf8),
        ]
        return bytes + cut + flagged + others
    }

    private static var texts: [NDEFMessage] {
        [("Hello", TextRecord.Encoding.utf8), ("咖啡", .utf8), ("咖啡", .utf16)].compactMap { text, encoding in
            (try? TextRecord(text, language: "zh", encoding: encoding)).map { NDEFMessage($0.record) }
        }
    }

    private static var posters: [NDEFMessage] {
        let titles = [try? TextRecord("Coffee"), try? TextRecord("咖啡", language: "zh")].compactMap { $0 }
        let poster = try? SmartPoster(
            uri: "https://pay.example/t/1", titles: titles, action: .perform, size: 7, mediaType: "text/html")
        let name = try? ExternalTypeName("example.cn:paytag")
        let external = name.map { ExternalRecord($0, payload: [1, 2, 3]).record }
        return [poster.map { NDEFMessage($0.record) }, external.map { NDEFMessage($0) }].compactMap { $0 }
    }

    /// Commands for a tag by numbers that repeat; the first byte says which of the two tags.
    static var tagCommands: [[UInt8]] {
        (0..<32).map { [UInt8($0 & 1), 0, 1, 1] + decisions(UInt64(700 + $0), 60 + 12 * $0) }
    }
}

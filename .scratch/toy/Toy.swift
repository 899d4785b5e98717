import CardLink
import Foundation
import ISO7816
struct Toy: CardProcessor {
    var persistentRevision: UInt64 { 0 }
    mutating func reset() {}
    mutating func process(_ c: CommandAPDU) -> ResponseAPDU {
        if c.instruction == 0xA4 { return ResponseAPDU(.success, data: [UInt8](repeating: 0x6F, count: 20)) }
        if c.instruction == 0x05 { return ResponseAPDU(.success, data: [UInt8](repeating: 0x55, count: Int(c.p1) << 8 | Int(c.p2))) }
        return ResponseAPDU(0x6D00)
    }
}
@main struct M { static func main() async throws {
    let a = CommandLine.arguments
    let card = VPCDCard(InProcessCard(Toy()), profile: a.count > 2 ? .t0 : .t1, trace: CardTrace { FileHandle.standardError.write(Data(($0 + "\n").utf8)) })
    let s = a[1] == "c" ? try card.connect() : try card.listen(port: UInt16(a[1])!)
    await s.stopped()
} }

/// Pixels from black, 0, to white, 255, row after row.
struct GrayImage: Sendable {
    let width: Int
    let height: Int
    var pixels: [UInt8]
}

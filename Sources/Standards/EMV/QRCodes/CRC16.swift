/// CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF, nothing reflected. EMV QRCPS Merchant-Presented Mode §4.7.3.
public enum CRC16 {
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0xFFFF) { remainder, byte in
            (0..<8).reduce(remainder ^ UInt16(byte) << 8) { remainder, _ in
                remainder & 0x8000 == 0 ? remainder << 1 : remainder << 1 ^ 0x1021
            }
        }
    }
}

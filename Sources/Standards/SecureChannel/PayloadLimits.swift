/// How many plain bytes a short APDU can carry under secure messaging.
extension SecurityLevel {
    /// The longest plain data field whose wrapped form fits the 255 bytes of a short command:
    /// at level 33, 239 bytes in S8 mode and 223 in S16 mode.
    public func commandDataLengthMax(_ mode: SCP03Mode) -> Int {
        let body = 255 - (hasCommandMAC ? mode.length : 0)
        return hasCommandDecryption ? Self.unpaddedMax(in: body) : body
    }

    /// The longest plain response data whose wrapped form fits the 256 bytes of a short response.
    public func responseDataLengthMax(_ mode: SCP03Mode) -> Int {
        let body = 256 - (hasResponseMAC ? mode.length : 0)
        return hasResponseEncryption ? Self.unpaddedMax(in: body) : body
    }

    /// Padding takes one byte at least and fills whole blocks.
    private static func unpaddedMax(in body: Int) -> Int { body / 16 * 16 - 1 }
}

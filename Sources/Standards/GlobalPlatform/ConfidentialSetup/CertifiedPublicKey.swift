import ISO7816

/// The public key inside a certificate.
///
///     7F49 { B0 point | F0 key parameter reference }     a point on a curve, GPC v2.3.1 Table 11-16
///     7F49 { 81 modulus | 82 public exponent }           an RSA key, ISO/IEC 7816-8 Table A.1
public enum CertifiedPublicKey: Hashable, Sendable {
    /// `04`, x, y, and the number of the curve (GPC v2.3.1 Table B-2).
    case elliptic(point: [UInt8], parameterReference: UInt8)
    case rsa(modulus: [UInt8], exponent: [UInt8])

    static let tag: BERTag = 0x7F49

    private enum Tag {
        static let point = BERTag(UInt32(KeyType.eccPublicKey.rawValue))
        static let parameterReference = BERTag(UInt32(KeyType.eccParametersReference.rawValue))
        static let modulus: BERTag = 0x81
        static let exponent: BERTag = 0x82
    }

    var object: BERTLV {
        switch self {
        case .elliptic(let point, let reference):
            // B0 and F0 have bit 6 set, and are primitive all the same: they are key types here.
            BERTLV(Self.tag, BERTLV(Tag.point, point).bytes + BERTLV(Tag.parameterReference, [reference]).bytes)
        case .rsa(let modulus, let exponent):
            BERTLV(Self.tag, BERTLV(Tag.modulus, modulus).bytes + BERTLV(Tag.exponent, exponent).bytes)
        }
    }

    init(value: [UInt8]) throws(CommandDecodingError) {
        var reader = BERTLVReader(value)
        if reader.nextIs(Tag.point) {
            let point = try reader.required(Tag.point)
            // Without a reference the curve is P-256, number 00.
            let reference = try reader.value(ifPresent: Tag.parameterReference) ?? [0x00]
            guard reference.count == 1 else { throw .invalid(field: "key parameter reference", value: reference) }
            self = .elliptic(point: point, parameterReference: reference[0])
        } else {
            let modulus = try reader.required(Tag.modulus)
            self = .rsa(modulus: modulus, exponent: try reader.required(Tag.exponent))
        }
        guard reader.isAtEnd else { throw .tlv(.trailingBytes(offset: reader.offset)) }
    }
}

import COpenSSL

extension EllipticCurve {
    /// The curve that has these parameters, big-endian, leading zeros or not; `nil` if it is none of those known.
    ///
    /// - Parameter generator: `04`, x, y.
    public init?(field: [UInt8], a: [UInt8], b: [UInt8], generator: [UInt8], order: [UInt8]) {
        let given = Parameters(field: field, a: a, b: b, generator: generator, order: order).normalized
        guard let curve = Self.allCases.first(where: { $0.parameters.normalized == given }) else { return nil }
        self = curve
    }

    /// What PUT KEY tells of a curve that it does not name.
    public struct Parameters: Hashable, Sendable {
        public var field: [UInt8]
        public var a: [UInt8]
        public var b: [UInt8]
        /// `04`, x, y.
        public var generator: [UInt8]
        public var order: [UInt8]

        fileprivate var normalized: Parameters {
            func trimmed(_ number: [UInt8]) -> [UInt8] { Array(number.drop { $0 == 0 }) }
            return Parameters(
                field: trimmed(field), a: trimmed(a), b: trimmed(b), generator: generator, order: trimmed(order))
        }
    }

    /// The parameters, each as long as a coordinate.
    public var parameters: Parameters {
        let group = require(EC_GROUP_new_by_curve_name(OBJ_txt2nid(groupName)), "EC_GROUP_new_by_curve_name")
        defer { EC_GROUP_free(group) }
        let numbers = (0..<3).map { _ in require(BN_new(), "BN_new") }
        defer { numbers.forEach(BN_free) }
        require(EC_GROUP_get_curve(group, numbers[0], numbers[1], numbers[2], nil), "EC_GROUP_get_curve")
        func bytes(_ number: OpaquePointer?) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: coordinateLength) { buffer, initialized in
                initialized = max(0, Int(BN_bn2binpad(number, buffer.baseAddress, Int32(coordinateLength))))
            }
        }
        let generator = [UInt8](unsafeUninitializedCapacity: pointLength) { buffer, initialized in
            initialized = EC_POINT_point2oct(
                group, EC_GROUP_get0_generator(group), POINT_CONVERSION_UNCOMPRESSED, buffer.baseAddress, pointLength,
                nil)
        }
        return Parameters(
            field: bytes(numbers[0]), a: bytes(numbers[1]), b: bytes(numbers[2]), generator: generator,
            order: bytes(EC_GROUP_get0_order(group)))
    }
}

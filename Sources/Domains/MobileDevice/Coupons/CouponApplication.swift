#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The coupon application of a handset: a non-generic one, whose data lies in the handset's own memory (TSM-32).
///
///     let coupons = CouponApplication(memory: memory)
///     try coupons.keep(received)          // what the platform has for this user
///     try coupons.good(at: now)           // read without network, without secure element
///
/// Nothing in it pays: what a merchant believes is a presentation that the platform makes for a user who is logged in.
public struct CouponApplication: Sendable {
    private let memory: any HandsetMemory

    /// Coupons that are kept; of more, those that expire last.
    public static let couponsMax = 200
    static let memoryName = "coupons"
    private static let format = 1

    public init(memory: any HandsetMemory) { self.memory = memory }

    /// What lies in the memory.
    private struct Contents: Codable {
        var format: Int
        var coupons: [HeldCoupon]
    }

    /// All that are kept, the one that expires first before the others.
    public func all() throws(CouponApplicationError) -> [HeldCoupon] {
        let bytes: [UInt8]?
        do { bytes = try memory.read(Self.memoryName) } catch { throw .memory(error) }
        guard let bytes else { return [] }
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes)),
            contents.format == Self.format
        else { throw .unreadable }
        return contents.coupons
    }

    /// Those that can be shown at a counter.
    public func good(at now: Int64) throws(CouponApplicationError) -> [HeldCoupon] {
        try all().filter { $0.isGood(at: now) }
    }

    /// Takes in what the platform has: a coupon that is kept already is replaced by what the platform says of it.
    public func keep(_ coupons: [HeldCoupon], at now: Int64) throws(CouponApplicationError) {
        guard coupons.allSatisfy(\.isBounded) else { throw .tooLong }
        var kept: [String: HeldCoupon] = [:]
        for coupon in try all() + coupons { kept[coupon.coupon] = coupon }
        try write(kept.values.filter { now < $0.expiresAt })
    }

    /// Says that a coupon was used, so that it is not shown again before the platform has been asked.
    public func markUsed(_ name: String) throws(CouponApplicationError) {
        var coupons = try all()
        guard let index = coupons.firstIndex(where: { $0.coupon == name }) else { throw .unknown }
        coupons[index].isUsed = true
        try write(coupons)
    }

    private func write(_ coupons: [HeldCoupon]) throws(CouponApplicationError) {
        let kept = coupons.sorted { ($0.expiresAt, $0.coupon) < ($1.expiresAt, $1.coupon) }.suffix(Self.couponsMax)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(Contents(format: Self.format, coupons: Array(kept))) else {
            throw .unreadable
        }
        do { try memory.replace(Self.memoryName, with: Array(data)) } catch { throw .memory(error) }
    }
}

/// Why coupons could not be read or kept; what was kept before is kept still.
public enum CouponApplicationError: Error, Equatable, Sendable, CustomStringConvertible {
    case memory(HandsetMemoryError)
    /// What lies in the memory is not what this application writes.
    case unreadable
    /// A text of a coupon has more than ``HeldCoupon/textBytesMax`` bytes.
    case tooLong
    case unknown

    public var description: String {
        switch self {
        case .memory(let error): error.description
        case .unreadable: "what is kept of the coupons cannot be read"
        case .tooLong: "a text of the coupon has more than \(HeldCoupon.textBytesMax) bytes"
        case .unknown: "there is no coupon of this name"
        }
    }
}

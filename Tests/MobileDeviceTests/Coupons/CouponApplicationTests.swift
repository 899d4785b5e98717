import MobileDevice
import Testing

@Suite("The coupon application of a handset")
struct CouponApplicationTests {
    private let memory = VolatileHandsetMemory()
    private var application: CouponApplication { CouponApplication(memory: memory) }

    private func coupon(_ name: String = "cpn_1", expiresAt: Int64 = 2_000, isUsed: Bool = false) -> HeldCoupon {
        HeldCoupon(
            coupon: name, firstUser: "usr_1", merchantName: "Quay Books", title: "Ten percent off",
            text: "On every book.", expiresAt: expiresAt, isUsed: isUsed)
    }

    @Test("TSM-32 RWD-02 keeps coupons in the handset's memory: they survive, and are read without a secure element")
    func survive() throws {
        #expect(try application.all().isEmpty)
        try application.keep([coupon(), coupon("cpn_2", expiresAt: 1_500)], at: 1_000)
        // Another application object over the same memory: the handset was switched off and on.
        #expect(try CouponApplication(memory: memory).all().map(\.coupon) == ["cpn_2", "cpn_1"])
        #expect(try application.good(at: 1_499).count == 2)
        #expect(try application.good(at: 1_500) == [coupon()])
        #expect(try application.good(at: 2_000).isEmpty)
    }

    @Test("takes in what the platform says of a coupon, and lets go of what has expired")
    func replaced() throws {
        try application.keep([coupon(), coupon("cpn_2", expiresAt: 1_500)], at: 1_000)
        try application.keep([coupon(isUsed: true)], at: 1_500)
        #expect(try application.all() == [coupon(isUsed: true)])
        #expect(try application.good(at: 1_500).isEmpty)
    }

    @Test("does not show a coupon again that was used")
    func used() throws {
        try application.keep([coupon()], at: 1_000)
        try application.markUsed("cpn_1")
        #expect(try application.good(at: 1_000).isEmpty)
        #expect(throws: CouponApplicationError.unknown) { try application.markUsed("cpn_2") }
    }

    @Test("keeps so many and no more, those that expire last")
    func bound() throws {
        let many = (0...CouponApplication.couponsMax).map { coupon("cpn_\($0)", expiresAt: 2_000 + Int64($0)) }
        try application.keep(many, at: 1_000)
        #expect(try application.all().count == CouponApplication.couponsMax)
        #expect(try application.all().first?.coupon == "cpn_1")
        var long = coupon()
        long.text = String(repeating: "x", count: HeldCoupon.textBytesMax + 1)
        #expect(throws: CouponApplicationError.tooLong) { try application.keep([long], at: 1_000) }
    }

    @Test("says when its memory holds something else, or fails; nothing is lost by it")
    func unreadable() throws {
        for bytes in [[0x00], Array(#"{"format":2,"coupons":[]}"#.utf8)] as [[UInt8]] {
            memory.replace("coupons", with: bytes)
            #expect(throws: CouponApplicationError.unreadable) { try application.all() }
            #expect(throws: CouponApplicationError.unreadable) { try application.keep([coupon()], at: 1_000) }
            #expect(memory.read("coupons") == bytes)
        }
        struct Broken: HandsetMemory {
            func read(_ name: String) throws(HandsetMemoryError) -> [UInt8]? { throw .init(reason: "no") }
            func replace(_ name: String, with bytes: [UInt8]) throws(HandsetMemoryError) {}
        }
        #expect(throws: CouponApplicationError.memory(.init(reason: "no"))) {
            try CouponApplication(memory: Broken()).all()
        }
    }
}

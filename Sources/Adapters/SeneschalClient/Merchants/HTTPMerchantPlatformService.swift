import ISO7816
public import MobileDevice
import SeneschalAPI

/// A merchant platform over HTTP, for a payer's device: `/merchant/v1`.
public struct HTTPMerchantPlatformService: MerchantPlatformService {
    private let client: SeneschalClient

    /// - Parameter client: with the credential of the platform's user, for objects; what a tag stands for anybody may ask.
    public init(_ client: SeneschalClient) { self.client = client }

    public func instruction(
        for reading: MobileDevice.TagReading, nonce: String
    ) async throws(PaymentServiceError) -> String {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.parseTag,
                .init(content: HexBytes(reading.content), tagId: HexBytes(reading.identifier), nonce: nonce))
        }.statement
    }

    public func instruction(
        forObject object: String, quantity: Int, key: String
    ) async throws(PaymentServiceError) -> String {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.orderObject, .init(object: object, quantity: quantity), idempotencyKey: key)
        }.statement
    }

    /// The user's coupons, as its handset keeps them.
    public func coupons() async throws(PaymentServiceError) -> [HeldCoupon] {
        let page = try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.listCoupons, NoBody(), ["limit": "\(min(CouponApplication.couponsMax, API.limitMax))"])
        }
        return page.items.map {
            HeldCoupon(
                coupon: $0.coupon, firstUser: $0.firstUser, merchantName: $0.merchantName, title: $0.title,
                text: $0.text, expiresAt: $0.expiresAt.secondsSince1970, isUsed: $0.isUsed)
        }
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(PaymentServiceError) -> Answer {
        do throws(SeneschalClientError) { return try await request() } catch { throw PaymentServiceError(error) }
    }
}

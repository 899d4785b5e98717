public import CardLink
public import MobileDevice
public import SecureElement
public import SeneschalClient
import Synchronization

/// A virtual handset with a wallet on it: its settings, its screen and its owner's thumb are simulations; the secure
/// element, its two interfaces and the requests are real.
public struct VirtualTelephone: Sendable {
    public let product: HandsetFactory.Product
    public let wallet: WalletPhone
    public let service: HTTPWalletService
    public let screen: SimulatedScreen

    /// - Parameter neighbourhood: whose wallet it uses, and whose issuers it knows a way to.
    public init(
        _ product: HandsetFactory.Product, named name: String, in neighbourhood: WalletNeighbourhood,
        recognition: (any CardRecognition)? = nil
    ) async throws {
        self.product = product
        service = try await HTTPWalletService(
            try HTTPTransport(server: try await neighbourhood.walletAddress(for: name)))
        screen = SimulatedScreen()
        var issuers: [String: HTTPCardIssuerService] = [:]
        for bank in neighbourhood.banks {
            issuers[bank.name] = HTTPCardIssuerService(
                SeneschalClient(
                    try HTTPTransport(server: try await neighbourhood.address(of: bank, for: name)), credential: nil))
        }
        wallet = WalletPhone(
            service: service, issuers: HTTPCardIssuerDirectory(issuers),
            secureElement: WalletSecureElement(product.card),
            settings: Settings(telephoneNumber: product.order.msi, deviceName: name), screen: screen,
            recognition: recognition, confirmation: AgreeingOwner())
    }

    /// What a terminal's field reaches.
    public var contactless: ContactlessCard<SecureElement> { product.card.contactless }

    private struct Settings: DeviceSettings {
        var telephoneNumber: String?
        var deviceName: String
        var supportedFunctions: Set<CardFunction> { Set(CardFunction.allCases) }
    }

    /// An owner who always agrees.
    private struct AgreeingOwner: ConsumerConfirmation {
        func confirm(_ reason: String) async -> Bool { true }
    }
}

/// A screen without glass.
public final class SimulatedScreen: ScreenLock {
    private let current = Mutex(ScreenState.unlocked)

    public var state: ScreenState { get async { current.withLock { $0 } } }

    public func wake() async { set(.awake) }

    public func set(_ state: ScreenState) { current.withLock { $0 = state } }
}

import Assembly
import CardCryptography
import MobileDevice
import SERAM
import SeneschalAPI
import SeneschalClient

/// Virtual handsets to try things out with: freshly made, registered on two networks, switched on.
struct HandsetShelf: Sendable {
    private let transport: HTTPTransport
    private let products: [HandsetFactory.Product]

    static let handsetsMax = 1_000
    static let networks = ["northwind", "southwind"]

    /// Makes and registers the handsets, and prints the number, the secure element and the network of each.
    init(server: String, operatorSecret: String, count: Int) async throws {
        transport = try HTTPTransport(server: server)
        let client = SeneschalClient(transport, credential: AccessCredential(secret: operatorSecret))
        for name in Self.networks { try await Self.register(name, client) }
        let factory = try await HandsetFactory(operator: client, transport: transport, batch: "virtual handsets")
        // Numbers of a block that differs from start to start, because earlier ones stay registered.
        let block = SystemRandomSource().bytes(3).reduce(0) { $0 << 8 | Int($1) } % 10_000_000
        var products: [HandsetFactory.Product] = []
        for index in 0..<count {
            let order = HandsetFactory.Order(
                msi: "49\(10_000_000 + block)\(1_000 + index)",
                network: Self.networks[index % Self.networks.count], type: .embedded)
            let product = try await factory.make(order)
            Terminal.output("Handset \(order.msi)  \(product.handset.secureElement.seId)  \(order.network)")
            products.append(product)
        }
        self.products = products
    }

    /// Runs all agents until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for product in products {
                group.addTask {
                    do {
                        try await product.handset.run(connection: product.connection)
                    } catch {
                        Terminal.message("Handset \(product.order.msi) was switched off: \(error)")
                    }
                }
            }
        }
        await transport.close()
    }

    private static func register(_ network: String, _ client: SeneschalClient) async throws {
        do throws(SeneschalClientError) {
            _ = try await client.registerMobileNetwork(.init(name: network))
        } catch .problem(let problem) where problem.code == .duplicate {
            return
        }
    }
}

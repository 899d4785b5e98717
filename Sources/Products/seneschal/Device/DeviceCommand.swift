import ArgumentParser

/// `seneschal device …`: a handset without a handset.
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Devices: a virtual handset with a card in a file.",
        discussion: """
              seneschal device new my.card --network North --msi 491700000001 --credential-file var/operator.credential
              seneschal device run --card my.card --network North --credential-file my.card.credential
              seneschal device phone --card my.card --network North --msi 491700000001 \
            --credential-file my.card.credential --issuer harbour-bank=http://127.0.0.1:8081
              seneschal device air --card my.card --port 54321
            """,
        subcommands: [DeviceNewCommand.self, DeviceRunCommand.self, PhoneCommand.self, DeviceAirCommand.self])
}

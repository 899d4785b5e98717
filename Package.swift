// swift-tools-version: 6.2
import PackageDescription

// The folders are the floors: a target imports only targets of the floors below it (ARCHITECTURE.md, section 2).
// `Tests/SourceStyleTests` holds this to the letter.

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["SENESCHAL_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

enum Floor: String {
    case foundations = "Foundations"
    case standards = "Standards"
    case domains = "Domains"
    case adapters = "Adapters"
}

func target(_ floor: Floor, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources, swiftSettings: strict)
}

/// Only for `make fuzz`, which builds everything it needs with `-sanitize=fuzzer`.
let fuzzDriver: [Target] = [
    .systemLibrary(name: "CLibFuzzer", path: "Fuzzers/CLibFuzzer"),
    .executableTarget(
        name: "fuzzers", dependencies: ["FuzzTargets", "CLibFuzzer"], path: "Fuzzers/Driver", swiftSettings: strict),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")

/// What a program imports that manages cards.
let hostLibrary = ["CardManagement", "SecureChannel", "GlobalPlatform", "CardCryptography", "ISO7816"]

let package = Package(
    name: "seneschal",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "seneschal", targets: ["seneschal"]),
        .library(name: "SecureElement", targets: ["SecureElement"]),
        .library(name: "SecureChannel", targets: ["SecureChannel"]),
        .library(name: "CardManagement", targets: hostLibrary),
        .library(name: "ServiceProvider", targets: ["ServiceProvider"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries
        .systemLibrary(
            name: "COpenSSL", path: "Sources/Foundations/COpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/Foundations/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CPCSC", path: "Sources/Foundations/CPCSC"),
        .target(name: "CTesseract", path: "Sources/Foundations/CTesseract"),
        .target(name: "CFreeType", path: "Sources/Foundations/CFreeType"),
        .target(name: "CDigitNet", path: "Sources/Foundations/CDigitNet"),

        // Foundations
        target(.foundations, "ISO7816"),
        target(.foundations, "TurnTaking"),
        target(.foundations, "CardCryptography", ["COpenSSL"]),

        // Standards
        target(.standards, "GlobalPlatform", ["ISO7816", "CZlib"]),
        target(.standards, "SecureChannel", ["ISO7816", "CardCryptography"]),

        target(.standards, "SERAM", ["ISO7816"]),
        target(.standards, "EMV", ["ISO7816", "CardCryptography"]),
        target(.standards, "JOSE", ["CardCryptography"]),
        target(.standards, "ISO4217"),
        target(.standards, "ISO8583", ["CardCryptography"]),
        target(.standards, "Instructions", ["ISO4217", "JOSE", "CardCryptography", "ISO7816"]),
        target(.standards, "NFCForum", ["ISO7816", "CardCryptography"]),
        target(.standards, "ElectronicPurse", ["ISO7816", "CardCryptography"]),
        target(.standards, "SmartCardVerification", ["ISO7816", "CardCryptography"]),
        target(.standards, "TrustedReading", ["ISO7816", "CardCryptography", "SecureChannel"]),

        // Domains
        target(
            .domains, "SecureElement",
            [
                "ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel", "EMV", "ElectronicPurse",
                "SmartCardVerification", "TrustedReading",
            ]),
        target(
            .domains, "TrustedServiceManager",
            ["ISO7816", "TurnTaking", "CardCryptography", "GlobalPlatform", "SecureChannel", "SERAM"]),
        target(.domains, "ServiceProvider", ["ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel"]),
        target(
            .domains, "MobileDevice",
            [
                "ISO7816", "CardCryptography", "SERAM", "EMV", "ElectronicPurse", "JOSE", "ISO4217", "Instructions",
                "NFCForum", "SecureChannel", "TrustedReading",
            ]),
        target(.domains, "CardManagement", ["ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel"]),
        target(.domains, "Wallet", ["ISO7816", "TurnTaking", "CardCryptography", "GlobalPlatform", "EMV", "JOSE"]),
        target(.domains, "Issuing", ["ISO7816", "CardCryptography", "EMV", "JOSE"]),
        target(
            .domains, "Terminal",
            [
                "ISO7816", "CardCryptography", "EMV", "ElectronicPurse", "ISO4217", "Instructions", "JOSE",
                "SmartCardVerification",
            ]),
        target(
            .domains, "Payments",
            [
                "ISO7816", "CardCryptography", "ISO4217", "Instructions", "JOSE", "EMV",
                "ElectronicPurse", "SmartCardVerification",
            ]),
        target(
            .domains, "Merchants",
            ["ISO7816", "CardCryptography", "ISO4217", "Instructions", "JOSE", "NFCForum"]),

        // Adapters
        target(.adapters, "SeneschalAPI", ["ISO7816"]),
        target(
            .adapters, "SeneschalClient",
            [
                "SeneschalAPI", "SERAM", "MobileDevice", "ServiceProvider", "Wallet", "Terminal", "Payments",
                "Merchants", "Instructions", "ISO4217", "EMV", "ElectronicPurse", "JOSE", "ISO7816",
                "CardCryptography", asyncHTTPClient, nioCore, nioHTTP1, nioSSL,
            ]),
        target(
            .adapters, "KeyVault",
            [
                "TrustedServiceManager", "ServiceProvider", "Wallet", "Issuing", "Payments", "Merchants",
                "Instructions", "ElectronicPurse", "SmartCardVerification", "NFCForum", "EMV", "JOSE",
                "CardCryptography", "SecureChannel", "GlobalPlatform", "ISO7816",
            ]),
        target(
            .adapters, "Storage",
            [
                "TrustedServiceManager", "Wallet", "Issuing", "Payments", "Merchants", "ISO4217", "Instructions", "EMV",
                "ElectronicPurse", "SmartCardVerification", "CardCryptography", "ISO7816", "GlobalPlatform", grdb,
                grdbSQLite,
            ]),
        target(
            .adapters, "ISO8583Link",
            [
                "ISO8583", "Payments", "Issuing", "Wallet", "ISO4217", "EMV", "CardCryptography", "ISO7816", nioCore,
                nioPosix, nioSSL,
            ]),
        target(.adapters, "CardCapture", ["CTesseract", "CFreeType", "CDigitNet", "MobileDevice", "EMV"]),
        target(
            .adapters, "CardLink",
            [
                "ISO7816", "CardCryptography", "SecureElement", "CardManagement", "MobileDevice", "Terminal", "SERAM",
                "EMV", "NFCForum", "ElectronicPurse", "TrustedReading",
            ]),
        target(.adapters, "PCSCLink", ["CPCSC", "ISO7816"]),
        target(
            .adapters, "HTTPServer",
            [
                "SeneschalAPI", "SERAM", "TrustedServiceManager", "Wallet", "Issuing", "Payments", "Merchants",
                "Instructions", "ElectronicPurse", "SmartCardVerification", "ISO4217", "EMV", "JOSE", "ISO7816",
                "GlobalPlatform", "CardCryptography", hummingbird,
                hummingbirdCore, hummingbirdTLS, nioCore, nioSSL,
                httpTypes, serviceLifecycle,
                unixSignals, logging,
            ]),

        // Products
        .target(
            name: "Assembly",
            dependencies: [
                "ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel", "SecureElement",
                "TrustedServiceManager", "ServiceProvider", "MobileDevice", "SERAM", "SeneschalAPI", "SeneschalClient",
                "KeyVault", "Storage", "CardLink", "HTTPServer", "Wallet", "Issuing", "Terminal", "EMV", "JOSE",
                "CardCapture", "Payments", "Merchants", "Instructions", "ISO4217", "ISO8583", "ISO8583Link", "NFCForum",
                "ElectronicPurse", "SmartCardVerification", "TrustedReading", logging,
            ],
            path: "Sources/Products/Assembly", swiftSettings: strict),
        .executableTarget(
            name: "seneschal",
            dependencies: [
                "Assembly",
                "ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel", "SecureElement",
                "TrustedServiceManager", "ServiceProvider", "CardManagement", "MobileDevice", "SERAM", "SeneschalAPI",
                "SeneschalClient", "KeyVault", "Storage", "CardLink", "PCSCLink", "HTTPServer", "Wallet", "Issuing",
                "Terminal", "EMV", "JOSE", "CardCapture", "Payments", "Merchants", "Instructions", "ISO4217", "ISO8583",
                "ISO8583Link", "NFCForum",
                "ElectronicPurse", "SmartCardVerification", "TrustedReading",
                argumentParser, logging, hummingbird,
            ],
            path: "Sources/Products/seneschal", swiftSettings: strict),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "Assembly",
                "ISO7816", "CardCryptography", "COpenSSL", "GlobalPlatform", "SecureChannel", "SecureElement",
                "TrustedServiceManager", "ServiceProvider", "CardManagement", "MobileDevice", "SERAM", "SeneschalAPI",
                "SeneschalClient", "KeyVault", "Storage", "CardLink", "HTTPServer", "Wallet", "Issuing", "Terminal",
                "EMV", "JOSE", "CardCapture", "Payments", "Merchants", "Instructions", "ISO4217", "ISO8583",
                "ISO8583Link", "NFCForum",
                "ElectronicPurse", "SmartCardVerification", "TrustedReading",
                asyncHTTPClient, nioCore, nioHTTP1, grdb, logging,
            ],
            path: "Benchmarks", exclude: ["README.md"], swiftSettings: strict),

        // Tests
        .target(
            name: "CardTesting", dependencies: ["ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel"],
            path: "Tests/CardTesting", swiftSettings: strict),
        tests("TurnTakingTests", ["TurnTaking"]),
        tests("ISO7816Tests", ["ISO7816", "CardTesting"]),
        tests("CardCryptographyTests", ["CardCryptography", "ISO7816", "CardTesting"]),
        tests("GlobalPlatformTests", ["GlobalPlatform", "CardCryptography", "ISO7816", "CardTesting"]),
        tests("SecureChannelTests", ["SecureChannel", "CardCryptography", "ISO7816", "CardTesting"]),
        tests(
            "SecureElementTests",
            [
                "SecureElement", "SecureChannel", "GlobalPlatform", "EMV", "ElectronicPurse", "SmartCardVerification",
                "TrustedReading", "CardCryptography", "ISO7816", "CardTesting",
            ]),
        tests(
            "TrustedServiceManagerTests",
            [
                "TrustedServiceManager", "SecureElement", "SecureChannel", "GlobalPlatform", "CardCryptography",
                "SERAM", "ISO7816", "CardTesting",
            ]),
        tests(
            "ServiceProviderTests",
            [
                "ServiceProvider", "SecureElement", "SecureChannel", "GlobalPlatform", "CardCryptography", "ISO7816",
                "CardTesting",
            ]),
        tests("SERAMTests", ["SERAM", "ISO7816"]),
        tests("EMVTests", ["EMV", "CardCryptography", "ISO7816", "CardTesting"]),
        tests("JOSETests", ["JOSE", "CardCryptography"]),
        tests("ISO4217Tests", ["ISO4217"]),
        tests("ISO8583Tests", ["ISO8583", "CardCryptography", "ISO7816", "CardTesting"]),
        tests("InstructionsTests", ["Instructions", "ISO4217", "JOSE", "CardCryptography", "ISO7816"]),
        tests("NFCForumTests", ["NFCForum", "CardCryptography", "ISO7816", "CardTesting"]),
        tests("ElectronicPurseTests", ["ElectronicPurse", "CardCryptography", "ISO7816", "CardTesting"]),
        tests("SmartCardVerificationTests", ["SmartCardVerification", "CardCryptography", "ISO7816", "CardTesting"]),
        tests(
            "TrustedReadingTests", ["TrustedReading", "SecureChannel", "CardCryptography", "ISO7816", "CardTesting"]),
        tests(
            "PaymentsTests",
            [
                "Payments", "Storage", "KeyVault", "MobileDevice", "Terminal", "ISO4217", "Instructions",
                "ElectronicPurse", "SmartCardVerification", "EMV", "JOSE", "CardCryptography", "ISO7816",
                "LedgerUnderLoad",
            ]),
        // Moves money until it is killed, for PaymentsTests.
        .executableTarget(
            name: "LedgerUnderLoad", dependencies: ["Payments", "Storage", "ISO4217"], path: "Tests/LedgerUnderLoad",
            swiftSettings: strict),
        tests(
            "MerchantsTests",
            [
                "Merchants", "Storage", "KeyVault", "ISO4217", "Instructions", "NFCForum", "JOSE", "CardCryptography",
                "ISO7816",
            ]),
        tests(
            "ISO8583LinkTests",
            [
                "ISO8583Link", "ISO8583", "Payments", "Issuing", "Wallet", "Storage", "KeyVault", "ISO4217", "EMV",
                "JOSE", "CardCryptography", "ISO7816", nioCore, nioPosix, nioSSL,
            ]),
        tests(
            "WalletTests",
            [
                "Wallet", "Storage", "KeyVault", "EMV", "JOSE", "CardCryptography", "GlobalPlatform", "ISO7816",
                "CardTesting",
            ]),
        tests(
            "IssuingTests",
            ["Issuing", "Storage", "KeyVault", "EMV", "JOSE", "CardCryptography", "ISO7816", "CardTesting"]),
        tests(
            "TerminalTests",
            [
                "Terminal", "SecureElement", "SecureChannel", "GlobalPlatform", "EMV", "ElectronicPurse", "ISO4217",
                "Instructions", "JOSE", "SmartCardVerification", "CardCryptography", "ISO7816", "CardTesting",
            ]),
        tests("CardCaptureTests", ["CardCapture", "MobileDevice", "EMV"]),
        tests(
            "MobileDeviceTests",
            [
                "MobileDevice", "SERAM", "EMV", "JOSE", "ISO4217", "Instructions", "NFCForum", "SecureChannel",
                "TrustedReading", "SecureElement", "GlobalPlatform", "ElectronicPurse", "CardCryptography", "ISO7816",
                "CardTesting",
            ]),
        tests(
            "KeyVaultTests",
            [
                "KeyVault", "TrustedServiceManager", "ServiceProvider", "Wallet", "Issuing", "Payments", "Merchants",
                "Instructions", "SmartCardVerification", "NFCForum", "EMV", "JOSE", "CardCryptography", "SecureChannel",
                "GlobalPlatform", "ISO7816", "CardTesting",
            ]),
        tests(
            "StorageTests",
            [
                "Storage", "TrustedServiceManager", "Wallet", "Issuing", "Payments", "Merchants", "ISO4217",
                "Instructions", "EMV", "ISO7816", "GlobalPlatform", grdb,
            ]),
        tests(
            "CardManagementTests",
            [
                "CardManagement", "CardLink", "SecureElement", "SecureChannel", "GlobalPlatform", "CardCryptography",
                "ISO7816", "CardTesting",
            ]),
        tests(
            "CardLinkTests",
            [
                "CardLink", "SecureElement", "SecureChannel", "GlobalPlatform", "CardManagement", "MobileDevice",
                "Terminal", "SERAM", "EMV", "NFCForum", "ElectronicPurse", "TrustedReading", "CardCryptography",
                "ISO7816", "CardTesting",
            ]),
        tests("PCSCLinkTests", ["PCSCLink", "ISO7816"]),
        tests(
            "HTTPServerTests",
            [
                "HTTPServer", "SeneschalAPI", "SeneschalClient", "TrustedServiceManager", "Storage", "KeyVault",
                "Wallet", "Issuing", "Payments", "Merchants", "Instructions", "SmartCardVerification", "ISO4217", "EMV",
                "JOSE", "MobileDevice",
                "SERAM", "ISO7816", "CardCryptography", "GlobalPlatform", hummingbird, hummingbirdTesting, httpTypes,
                logging, nioCore, nioPosix,
                serviceLifecycle,
            ]),
        tests(
            "ScenarioTests",
            [
                "Assembly",
                "ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel", "SecureElement",
                "TrustedServiceManager", "ServiceProvider", "MobileDevice", "SERAM", "SeneschalAPI", "SeneschalClient",
                "KeyVault", "Storage", "CardLink", "HTTPServer", "CardTesting", "Wallet", "Issuing", "Terminal", "EMV",
                "JOSE", "CardCapture", "Payments", "Merchants", "Instructions", "ISO4217", "ISO8583", "ISO8583Link",
                "NFCForum",
                "ElectronicPurse", "SmartCardVerification", "TrustedReading",
                hummingbird, hummingbirdTesting, logging, nioCore, nioPosix,
            ]),
        tests(
            "FuzzTargetsTests",
            [
                "FuzzTargets", "SecureElement", "SecureChannel", "GlobalPlatform", "EMV", "NFCForum", "ISO8583",
                "CardCryptography", "ISO7816", "CardTesting",
            ]),
        tests(
            "CommandLineTests",
            [
                "seneschal", "Assembly", "CardManagement", "CardLink", "PCSCLink", "MobileDevice", "NFCForum",
                "KeyVault", "TrustedServiceManager", "CardCryptography", "ISO7816", "HTTPServer", "SeneschalAPI",
                "SeneschalClient", "ISO4217", "ISO8583Link", "Instructions", "Issuing", "JOSE",
                argumentParser, logging,
            ]),
        tests("SourceStyleTests", []),

        // Fuzzers: what they feed is built and tested like everything else; the driver needs libFuzzer.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ISO7816", "CardCryptography", "GlobalPlatform", "SecureChannel", "EMV", "NFCForum", "ISO8583",
                "ElectronicPurse", "Instructions", "ISO4217", "JOSE", "SmartCardVerification", "SecureElement",
                "MobileDevice", "Terminal",
            ],
            path: "Fuzzers/Targets", swiftSettings: strict),
    ] + (Context.environment["SENESCHAL_FUZZ"] == nil ? [] : fuzzDriver)
)

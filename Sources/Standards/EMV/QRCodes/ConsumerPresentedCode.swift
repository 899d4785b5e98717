import Foundation
public import ISO7816

/// The code that a consumer shows (EMV QRCPS, consumer-presented mode): an account and, in a transaction, its cryptogram.
///
///     85 "CPV01" | 61 { 4F, 50, 57 or 5A, … , 63 { … } } for each application | 62 { … , 64 { 9F26, 9F27, 9F10, 9F36, … } }
///
/// A picture holds these bytes in base64. It prints without number and cryptogram.
public struct ConsumerPresentedCode: Hashable, Sendable {
    /// At least one, in the consumer's order.
    public let applications: [Application]
    /// Content of template 62 without its template 64.
    public let commonObjects: [BERTLV]
    /// Content of template 64.
    public let commonTransparentObjects: [BERTLV]

    /// Characters of base64, as EMV bounds the code.
    public static let textLengthMax = 512

    /// One application that the merchant may choose.
    public struct Application: Hashable, Sendable {
        public let identifier: AID
        /// Content of template 61 without 4F and template 63.
        public let objects: [BERTLV]
        /// Content of template 63.
        public let transparentObjects: [BERTLV]

        public init(identifier: AID, objects: [BERTLV], transparentObjects: [BERTLV] = []) {
            self.identifier = identifier
            self.objects = objects
            self.transparentObjects = transparentObjects
        }
    }

    /// - Throws: ``ConsumerPresentedCodeError``, when it is too long or has no application.
    public init(
        applications: [Application], commonObjects: [BERTLV] = [], commonTransparentObjects: [BERTLV] = []
    ) throws(ConsumerPresentedCodeError) {
        guard !applications.isEmpty else { throw .missing(.applicationTemplate) }
        self.applications = applications
        self.commonObjects = commonObjects
        self.commonTransparentObjects = commonTransparentObjects
        for application in applications {
            try Self.refuseDuplicates(application.objects, in: .applicationTemplate)
            try Self.refuseDuplicates(application.transparentObjects, in: Tag.applicationTransparent)
        }
        try Self.refuseDuplicates(commonObjects, in: Tag.common)
        try Self.refuseDuplicates(commonTransparentObjects, in: Tag.commonTransparent)
        let length = (bytes.count + 2) / 3 * 4
        guard length <= Self.textLengthMax else { throw .tooLong(length) }
    }

    /// A payment with one application: the account in template 61, all that the cryptogram is made of in template 64.
    ///
    /// - Parameter account: 57 or 5A and 5F24, 5F34 …
    /// - Parameter transaction: 9F26, 9F27, 9F10, 9F36, 9F37, 82, 9A, 9F21 …
    /// - Throws: ``ConsumerPresentedCodeError``.
    public init(
        application: AID, label: String, account: [BERTLV], transaction: [BERTLV]
    ) throws(ConsumerPresentedCodeError) {
        try self.init(
            applications: [
                Application(
                    identifier: application, objects: [BERTLV(.applicationLabel, Array(label.utf8))] + account)
            ],
            commonTransparentObjects: transaction)
    }

    /// All data objects that belong to one application, its own and the common ones.
    public func dataObjects(of application: Application) -> [BERTag: [UInt8]] {
        let objects =
            application.objects + application.transparentObjects + commonObjects + commonTransparentObjects
        // What an application says for itself counts before what all have in common.
        return Dictionary(objects.map { ($0.tag, $0.value) }) { own, _ in own }
    }

    private static func refuseDuplicates(
        _ objects: [BERTLV], in template: BERTag
    ) throws(ConsumerPresentedCodeError) {
        var seen: Set<BERTag> = []
        for object in objects where !seen.insert(object.tag).inserted {
            throw .duplicate(object.tag, in: template)
        }
    }
}

// MARK: - Bytes and text

extension ConsumerPresentedCode {
    private enum Tag {
        static let payloadFormat: BERTag = 0x85
        static let common: BERTag = 0x62
        static let applicationTransparent: BERTag = 0x63
        static let commonTransparent: BERTag = 0x64
    }

    private static let version = Array("CPV01".utf8)

    /// What is inside the picture's base64.
    public var bytes: [UInt8] {
        var objects = [BERTLV(Tag.payloadFormat, Self.version)]
        objects += applications.map { application in
            BERTLV(
                .applicationTemplate,
                [BERTLV(.applicationIdentifier, application.identifier.bytes)] + application.objects
                    + Self.template(Tag.applicationTransparent, application.transparentObjects))
        }
        objects += Self.template(
            Tag.common, commonObjects + Self.template(Tag.commonTransparent, commonTransparentObjects))
        return objects.bytes
    }

    private static func template(_ tag: BERTag, _ objects: [BERTLV]) -> [BERTLV] {
        objects.isEmpty ? [] : [BERTLV(tag, objects)]
    }

    /// What the picture holds.
    public var text: String { Data(bytes).base64EncodedString() }

    /// Reads what a picture held.
    ///
    /// - Throws: ``ConsumerPresentedCodeError``.
    public init(text: String) throws(ConsumerPresentedCodeError) {
        guard text.utf8.count <= Self.textLengthMax else { throw .tooLong(text.utf8.count) }
        // One writing for one code: padding and the bits behind the last byte are as they are written.
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { throw .notBase64 }
        try self.init(bytes: Array(data))
    }

    /// Reads what is inside the base64.
    ///
    /// - Throws: ``ConsumerPresentedCodeError``.
    public init(bytes: [UInt8]) throws(ConsumerPresentedCodeError) {
        var objects = try Self.objects(bytes)[...]
        guard let format = objects.popFirst(), format.tag == Tag.payloadFormat, format.value == Self.version else {
            throw .payloadFormat
        }
        var applications: [Application] = []
        while let object = objects.first, object.tag == .applicationTemplate {
            applications.append(try Self.application(try Self.objects(object.value)))
            objects.removeFirst()
        }
        var (common, transparent): ([BERTLV], [BERTLV]) = ([], [])
        if let object = objects.first, object.tag == Tag.common {
            (common, transparent) = try Self.parts(try Self.objects(object.value), Tag.commonTransparent)
            objects.removeFirst()
        }
        if let stranger = objects.first { throw .unexpected(stranger.tag) }
        try self.init(applications: applications, commonObjects: common, commonTransparentObjects: transparent)
    }

    private static func application(_ objects: [BERTLV]) throws(ConsumerPresentedCodeError) -> Application {
        guard let first = objects.first, first.tag == .applicationIdentifier else {
            throw .missing(.applicationIdentifier)
        }
        guard let identifier = try? AID(first.value) else { throw .applicationIdentifier }
        let (own, transparent) = try parts(Array(objects.dropFirst()), Tag.applicationTransparent)
        return Application(identifier: identifier, objects: own, transparentObjects: transparent)
    }

    /// The objects of a template and those of the transparent template at its end.
    private static func parts(
        _ content: [BERTLV], _ tag: BERTag
    ) throws(ConsumerPresentedCodeError) -> (own: [BERTLV], transparent: [BERTLV]) {
        guard let last = content.last, last.tag == tag else {
            if content.contains(where: { $0.tag == tag }) { throw .unexpected(tag) }
            return (content, [])
        }
        if content.dropLast().contains(where: { $0.tag == tag }) { throw .unexpected(tag) }
        return (content.dropLast(), try objects(last.value))
    }

    private static func objects(_ bytes: [UInt8]) throws(ConsumerPresentedCodeError) -> [BERTLV] {
        do { return try BERTLV.sequence(bytes) } catch { throw .layout(error) }
    }
}

extension ConsumerPresentedCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "‹code for \(applications.map(\.identifier.description).joined(separator: ", "))›"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ConsumerPresentedCode.Application: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹\(identifier)›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is no consumer-presented code.
public enum ConsumerPresentedCodeError: Error, Equatable, Sendable, CustomStringConvertible {
    case notBase64
    case tooLong(Int)
    case layout(BERTLVDecodingError)
    /// The code does not begin with `85 05 "CPV01"`.
    case payloadFormat
    case missing(BERTag)
    case applicationIdentifier
    case duplicate(BERTag, in: BERTag)
    /// A data object where it has no place.
    case unexpected(BERTag)

    public var description: String {
        switch self {
        case .notBase64: "the code is not base64"
        case .tooLong(let count): "a code has \(ConsumerPresentedCode.textLengthMax) characters at most, not \(count)"
        case .layout(let error): "the code: \(error)"
        case .payloadFormat: "a code begins with 85 and CPV01"
        case .missing(let tag): "data object \(tag) is missing in the code"
        case .applicationIdentifier: "4F in the code is no application identifier"
        case .duplicate(let tag, let template): "data object \(tag) stands twice in template \(template)"
        case .unexpected(let tag): "data object \(tag) has no place there"
        }
    }
}

/// Why a request was not answered as asked: `application/problem+json`, RFC 9457.
public struct Problem: WireType, Error {
    public var type: String
    public var title: String
    public var status: Int
    public var detail: String?
    /// The request that met it: `/requests/<request id>` names it in the server's log.
    public var instance: String?
    public var code: ProblemCode
    /// The field at fault, such as `apdus[3]` or `seId.value`.
    public var field: String?
    public var reasons: [Reason]?
    public var nextStep: String?
    /// The number of the execution whose outcome is unknown.
    public var execution: Int?
    /// The status word of a card that refused.
    public var sw: HexBytes?
    /// Names the failure in the server's log.
    public var reference: String?
    /// When a repetition may succeed, where that is known: the value of `Retry-After`.
    public var retryAfterSeconds: Int?

    public static let mediaType = "application/problem+json"

    /// One of several reasons.
    public struct Reason: WireType {
        public var code: String
        public var detail: String

        public init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }

        public static let schema = Schema.object(
            "ProblemReason", "One of several reasons.",
            [
                .required("code", .printable(1...64, example: "secureElementExpired")),
                .required("detail", .text(1...1_024, example: "the secure element expired on 2025-12-31T23:59:59Z")),
            ])
    }

    public init(
        _ code: ProblemCode, detail: String? = nil, field: String? = nil, reasons: [Reason]? = nil,
        nextStep: String? = nil, execution: Int? = nil, sw: HexBytes? = nil, reference: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        type = code.type
        title = code.title
        status = code.status
        self.detail = detail
        self.code = code
        self.field = field
        self.reasons = reasons
        self.nextStep = nextStep ?? code.nextStep
        self.execution = execution
        self.sw = sw
        self.reference = reference
        self.retryAfterSeconds = retryAfterSeconds
    }

    public static let schema = Schema.object(
        "Problem", "Why the request was not answered as asked (RFC 9457).", isOpen: true,
        [
            .required("type", .printable(1...256, example: ProblemCode.ineligible.type)),
            .required("title", .text(1...256, example: ProblemCode.ineligible.title)),
            .required("status", .integer(400...599, example: ProblemCode.ineligible.status)),
            .optional("detail", .text(1...4_096, example: "the secure element does not meet the service's conditions")),
            .optional(
                "instance", .text(1...256, example: "/requests/3f0c9a7e51d2b846"), "Names the request in the log."),
            .required("code", codeSchema),
            .optional("field", .text(1...256, example: "seId.value"), "The field at fault."),
            .optional("reasons", .array(of: Reason.schema, 1...64)),
            .optional("nextStep", .text(1...1_024, example: "Correct the field; see /openapi.json.")),
            .optional("execution", API.executionNumberSchema, "The execution whose outcome is unknown."),
            .optional("sw", .hex(2...2, example: "6985"), "The status word of a card that refused."),
            .optional("reference", .printable(1...64, example: "3f0c9a7e51d2b846"), "Names the failure in the log."),
            .optional(
                "retryAfterSeconds", .integer(0...86_400, example: 900),
                "When a repetition may succeed; also in Retry-After."),
        ])
}

extension Problem {
    private static let codeSchema = Schema(
        "", .choice(ProblemCode.allCases.map(\.rawValue)), example: .string(ProblemCode.ineligible.rawValue))
}

extension Problem: CustomStringConvertible {
    public var description: String {
        var text = "\(title) (\(status) \(code.rawValue))"
        if let field { text += ", field \(field)" }
        if let detail { text += ": \(detail)" }
        for reason in reasons ?? [] { text += "; \(reason.detail)" }
        return text
    }
}

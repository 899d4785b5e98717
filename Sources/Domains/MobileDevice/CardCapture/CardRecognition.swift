public import EMV

/// Reads a payment card from a picture: Tesseract on Linux, Vision on Apple's platforms.
///
/// The picture is looked at and let go of: neither it nor anything that is not returned is kept.
public protocol CardRecognition: Sendable {
    /// - Parameter image: a PNG or JPEG file.
    /// - Throws: ``CardRecognitionError``; a picture that cannot be read with certainty is no error but
    ///   ``RecognizedCard/anotherPhotograph(_:)``.
    func recognize(_ image: [UInt8]) async throws(CardRecognitionError) -> RecognizedCard
}

/// What a picture shows.
public enum RecognizedCard: Hashable, Sendable {
    case card(CapturedCard)
    /// Better no number than a wrong one.
    case anotherPhotograph(UnreadableReason)
}

/// A card as it was read. The person confirms the masked number before anything is done with it.
public struct CapturedCard: Hashable, Sendable {
    public var number: PrimaryAccountNumber
    /// `nil` where it could not be read: the person types it.
    public var expiry: CardExpiry?
    public var cardholderName: String?
    /// The least certain digit, 0 to 1.
    public var confidence: Double

    public init(number: PrimaryAccountNumber, expiry: CardExpiry?, cardholderName: String?, confidence: Double) {
        self.number = number
        self.expiry = expiry
        self.cardholderName = cardholderName
        self.confidence = confidence
    }
}

/// Why another photograph is asked for.
public enum UnreadableReason: String, Hashable, Sendable, CaseIterable {
    case noCardNumber, uncertainDigits, checkDigit, unknownIssuer, severalNumbers, tooSmall
}

/// Why a picture was not looked at.
public enum CardRecognitionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no PNG or JPEG, or a damaged one.
    case notAnImage
    case tooLarge(bytes: Int)
    case tooManyPixels(width: Int, height: Int)
    /// The recognition engine is not on this machine.
    case noEngine(nextStep: String)
    case failed(String)

    public var description: String {
        switch self {
        case .notAnImage: "the file is not a PNG or JPEG image"
        case .tooLarge(let bytes): "the image has \(bytes) bytes, more than can be looked at"
        case .tooManyPixels(let width, let height):
            "the image has \(width) × \(height) pixels, more than can be looked at"
        case .noEngine(let nextStep): "no recognition engine is installed: \(nextStep)"
        case .failed(let reason): "the image could not be recognized: \(reason)"
        }
    }
}

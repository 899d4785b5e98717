import CTesseract
import MobileDevice

/// The recognition engine Tesseract, loaded when it is first used.
public struct TesseractRecognition: Sendable {
    /// Whether Tesseract and Leptonica are installed.
    public static var isAvailable: Bool { ctesseract_is_available() != 0 }
}
